"""A disk that fills up stops acknowledgements and loses nothing; with room again the hub goes on."""
import pathlib
import subprocess
import time

from installation import Installation, wait_for
from load import Load, read_all

MEGABYTE = 1024 * 1024
DIRECTORY = pathlib.Path("/tmp/tandem-small-disk")

# run.py gave us a mount namespace of our own: this disk is nobody else's.
DIRECTORY.mkdir(exist_ok=True)
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", DIRECTORY], check=True)
with Installation("--disk-reserve-bytes", str(128 * MEGABYTE), data_dir=DIRECTORY) as it:
    load = Load(it.quickstart, devices=10, interval=0.05).start()
    wait_for("acknowledgements", lambda: load.count() > 200)

    ballast = DIRECTORY / "ballast"
    with open(ballast, "wb") as file:
        def writable():
            return all(region["writable"] for region in it.status()["regions"])
        while writable():
            file.write(b"x" * 16 * MEGABYTE)
            file.flush()
            time.sleep(0.3)
    time.sleep(2)
    stopped_at = load.count()
    time.sleep(3)
    assert load.count() == stopped_at, "acknowledged without room on the disk"
    print("ok: a full disk stops acknowledgements;", it.tandem("status").stdout.splitlines()[1])

    ballast.unlink()
    wait_for("acknowledgements with room again", lambda: load.count() > stopped_at + 100, 40)
    load.stop()
    acknowledged = load.acknowledged()
    missing = acknowledged - set(read_all(it.quickstart, acknowledged, 30))
    assert not missing, sorted(missing)[:10]
    print(f"ok: {len(acknowledged)} acknowledged, none missing")
