"""What a hub's panes in the portal do, done in a real browser on a real installation."""
from browser import need_portal
from installation import Installation

need_portal()

with Installation() as it:
    it.node("portal_hub.mjs", timeout=540)
