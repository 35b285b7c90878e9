"""What a hub's panes in the portal do, done in a real browser on a real installation.

Screenshots are kept in tests/output/screenshots.
"""
import os
import pathlib
import shutil

from installation import ROOT, TANDEM, Installation, skip

if shutil.which("chromium") is None:
    skip("chromium is not installed")
if not (pathlib.Path(TANDEM).parent / "portal" / "index.html").exists():
    skip("the portal is not built: ./dev build portal")

os.environ["TANDEM_SCREENSHOTS"] = str(ROOT / "tests" / "output" / "screenshots")

PANES = ["devices", "twins", "telemetry", "deviceEnds", "policies", "networking", "tags", "jobs",
         "forcedFailover", "deletion"]

with Installation() as it:
    it.node("portal_hub.mjs", *PANES, timeout=1500)
