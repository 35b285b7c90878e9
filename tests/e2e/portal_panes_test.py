"""Every pane of the portal in a real browser: by keyboard, light, dark, on a phone, without a region."""
from browser import need_portal
from installation import Installation, wait_for

need_portal()

with Installation() as it:
    it.node("portal_panes.mjs", timeout=540)
    it.kill("westcentralus")
    wait_for("control to see the loss",
             lambda: not all(region["connected"] for region in it.status()["regions"]))
    it.node("portal_panes.mjs", "lost", timeout=300)
