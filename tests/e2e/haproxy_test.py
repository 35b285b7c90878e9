"""Debian's HAProxy in the edge's place, with the configuration that `tandem haproxy-config` prints:
clients of three protocols before and after a planned failover and the loss of a region."""
import shutil
import subprocess

from installation import Installation, skip, wait_for
from load import Load, read_all

if not shutil.which("haproxy"):
    skip("needs Debian's haproxy (./dev install test)")

with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    # Made while the edge still answers, and for the very ports it had.
    config = it.dir / "haproxy.cfg"
    config.write_text(it.tandem("haproxy-config", "--bind", "127.0.0.1").stdout)
    checked = subprocess.run(["haproxy", "-c", "-f", config], capture_output=True, text=True)
    print(checked.stdout, checked.stderr)
    assert checked.returncode == 0, "haproxy does not accept the configuration"
    assert "warning" not in (checked.stdout + checked.stderr).lower()
    it.kill("edge")
    log = open(it.dir / "haproxy.log", "ab")
    proxy = subprocess.Popen(["haproxy", "-db", "-f", config], stdout=log, stderr=log)

    def status():
        """What the hub's REST API answers through HAProxy."""
        done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert",
                               it.quickstart["caFile"], "-m", "5",
                               "https://localhost/devices?api-version=2021-04-12"],
                              capture_output=True, text=True)
        return done.stdout

    try:
        # Until it has asked for the first time, HAProxy takes every region for the one that serves.
        wait_for("HAProxy to know who does not serve",
                 lambda: (it.dir / "haproxy.log").read_text().count("is DOWN") >= 3)
        wait_for("HTTPS through HAProxy", lambda: status() == "401")
        load = Load(it.quickstart, devices=10, interval=0.05).start()
        wait_for("acknowledgements through HAProxy", lambda: load.count() > 100, 60)
        print("ok: MQTT and HTTPS through HAProxy")

        first = it.owner()
        it.failover()
        assert it.owner() != first
        before = load.count()
        wait_for("acknowledgements after the planned failover",
                 lambda: load.count() > before + 100, 60)
        wait_for("HTTPS after the planned failover", lambda: status() == "401")
        print("ok: the planned failover was followed")

        wait_for("the pair to have everything", lambda: it.lag() == 0, 60)
        second = it.owner()
        it.kill(second)
        it.failover("--forced")
        assert it.owner() == first
        before = load.count()
        wait_for("acknowledgements after the loss", lambda: load.count() > before + 100, 90)
        wait_for("HTTPS after the loss", lambda: status() == "401", 60)
        load.stop()
        seen = read_all(it.quickstart, load.acknowledged(), 15)
        assert seen, "AMQP through HAProxy reads nothing"
        print("ok: the loss of a region was followed; AMQP reads", len(seen), "messages")
    finally:
        proxy.terminate()
        proxy.wait(20)
