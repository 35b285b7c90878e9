"""What tests with a real browser need, or they are skipped. Screenshots: tests/output/screenshots."""
import os
import pathlib
import shutil

from installation import ROOT, TANDEM, skip


def need_portal():
    if shutil.which("chromium") is None:
        skip("chromium is not installed")
    if not (pathlib.Path(TANDEM).parent / "portal" / "index.html").exists():
        skip("the portal is not built: ./dev build portal")
    os.environ["TANDEM_SCREENSHOTS"] = str(ROOT / "tests" / "output" / "screenshots")
