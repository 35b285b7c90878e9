"""`tandem up` again: the same keys, devices, twins and telemetry. And what a stranger meets: a wrong
key, a missing CA, a second `up` on the same directory."""
import json
import subprocess
import urllib.error

from installation import TANDEM, Installation, wait_for
from load import Load, Registry, read_all

with Installation("--mqtt-plain-port", "1883") as it:
    before = it.quickstart
    Registry(before).create(["kept-1", "kept-2"])
    load = Load(before, devices=5, interval=0.02).start()
    wait_for("acknowledgements", lambda: load.count() > 100)
    load.stop()

    second = subprocess.run([TANDEM, "up", "--data-dir", it.dir], capture_output=True, text=True,
                            timeout=90)
    assert second.returncode != 0, "a second installation in the same directory"
    print("ok: a second up is refused:", second.stderr.strip().splitlines()[0][:120])

    it.down()
    it.up()
    for name in ("ownerConnectionString", "deviceConnectionString", "clientSecret", "subscriptionId"):
        assert it.quickstart[name] == before[name], name
    seen = read_all(it.quickstart, load.acknowledged(), 30)
    assert load.acknowledged() <= set(seen), "telemetry is gone"
    try:
        Registry(it.quickstart).create(["kept-1"])
        raise AssertionError("kept-1 was not kept")
    except (AssertionError, urllib.error.HTTPError) as error:
        assert "was not kept" not in str(error)
    print("ok: everything is there after a restart")

    untrusting = subprocess.run(["mosquitto_pub", "-h", "localhost", "-p", "8883", "--capath",
                                 "/etc/ssl/certs", "-i", "x", "-t", "x", "-m", "x"],
                                capture_output=True, text=True, timeout=20)
    assert untrusting.returncode != 0
    assert json.loads((it.dir / "installation.json").read_text())["clientSecretHash"].startswith("pbkdf2")
    for path in (it.dir / "pki").glob("*.key"):
        assert path.stat().st_mode & 0o077 == 0, f"{path} is readable by others"
    for log in it.dir.glob("*/log"):
        text = log.read_text()
        assert before["clientSecret"] not in text and "SharedAccessKey" not in text, log
    print("ok: keys are their owner's alone, and in no log")
