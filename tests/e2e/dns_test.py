"""A hub's name in a real name server follows the hub: at the start, after a planned and a forced
failover, and not when the key is wrong; an owner of old overwrites nothing."""
import os
import subprocess
import threading
import time

from installation import CLIENTS, REGIONS, Installation, skip, wait_for
from name_server import KNOTD, NameServer

if not os.path.exists(KNOTD):
    skip("needs Debian's knot and bind9-dnsutils (./dev install test)")

ZONE = "iot.test"
HOST = f"demo.{ZONE}"
server = NameServer(ZONE)


def points_to():
    answers = server.ask(HOST)
    return answers[0][1] if len(answers) == 1 else None


def wait_until_it_points_to(region, seconds=30):
    wait_for(f"{HOST} to lead to {region}", lambda: points_to() == REGIONS[region], seconds)


def mark():
    return server.ask(f"_tandem.{HOST}", "TXT")[0][1]


class Device:
    """A client that has nothing but DNS to go by."""

    def __init__(self, it):
        connection = it.quickstart["deviceConnectionString"].replace("HostName=localhost",
                                                                     f"HostName={HOST}")
        environment = dict(it.environment(), DEVICE_CONNECTION_STRING=connection)
        self.acknowledged = 0
        self.process = subprocess.Popen(["node", CLIENTS / "dns_device.mjs"], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.acknowledged += line.startswith("acknowledged")
            if not line.startswith("acknowledged"):
                print("device |", line.rstrip(), flush=True)

    def works(self, what):
        before = self.acknowledged
        wait_for(f"acknowledgements {what}", lambda: self.acknowledged > before + 10, 120)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0


with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0",
                  "--dns-server", "127.0.0.53:53", "--dns-zone", ZONE, "--dns-key", server.key(),
                  "--dns-ttl", "5") as it:
    kept = it.dir / "pki" / "dns.key"
    assert kept.stat().st_mode & 0o077 == 0, "the DNS key is readable by others"
    server.become_resolver()
    first = it.owner()
    second = it.other(first)
    wait_until_it_points_to(first)
    assert server.ask(HOST)[0][0] == 5, "the TTL is low"
    assert f"epoch={it.hub()['epoch']}" in mark(), mark()
    device = Device(it)
    device.works("in the first region, by DNS alone")
    print("ok: the name leads to the region that serves")

    it.failover()
    begun = time.monotonic()
    wait_until_it_points_to(second)
    print(f"planned: DNS followed {time.monotonic() - begun:.1f} s after the failover's end")
    device.works("in the second region")

    it.kill(second)
    it.failover("--forced")
    begun = time.monotonic()
    wait_until_it_points_to(first)
    print(f"forced: DNS followed {time.monotonic() - begun:.1f} s after the failover's end")
    device.works("after the loss")
    current = mark()
    assert f"epoch={it.hub()['epoch']}" in current, current

    it.start(second)
    wait_for("the old owner to follow", lambda: it.lag() == 0, 60)
    assert points_to() == REGIONS[first] and mark() == current, "the old owner overwrote the new one"
    print("ok: the name followed both failovers; the old owner left it alone")

    # A key that the server does not accept: refused there, shown here, and mended by itself.
    server.accept("d3JvbmcgLSB3cm9uZyAtIHdyb25nIC0gd3JvbmcgLSA=")
    it.failover()
    log = it.dir / second / "log"
    wait_for("the refusal in the region's log",
             lambda: "dns.update_failed" in log.read_text(errors="replace"), 30)
    line = next(one for one in log.read_text(errors="replace").splitlines()
                if "dns.update_failed" in one)
    print(line)
    assert "key" in line and server.secret not in log.read_text(errors="replace"), line
    assert points_to() == REGIONS[first], "a refused update changed something"
    metrics = subprocess.run(["curl", "-s", f"http://{REGIONS[second]}:7401/metrics"],
                             capture_output=True, text=True, check=True).stdout
    assert f'tandem_dns_name_ok{{host="{HOST}"}} 0' in metrics, metrics
    server.accept(server.secret)
    wait_until_it_points_to(second, 120)
    device.works("once the key is right again")
    device.stop()
    print("ok: a wrong key is refused, shown, and tried again")
server.close()
