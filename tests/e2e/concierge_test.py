"""Devices that have no edge and whose DNS points at the lost region for good come back by the
concierge: an unmodified SDK with the example's few lines, and the devices of `tandem simulate`.
A concierge that lies is not followed."""
import base64
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from directions import Concierges
from installation import CLIENTS, REGIONS, ROOT, TANDEM, Installation, wait_for
from names import hosts

HOST = "demo.localhost"


class Liar(http.server.BaseHTTPRequestHandler):
    """Names the lost region, in an epoch above all others, signed with a key of its own."""
    key = Ed25519PrivateKey.generate()
    asked = 0

    def do_GET(self):
        Liar.asked += 1
        now = time.gmtime()
        later = time.gmtime(time.time() + 3600)
        host = self.path.rsplit("/", 1)[-1]
        body = json.dumps({
            "host": host, "region": "nowhere", "displayName": "Nowhere", "epoch": 4_000_000_000,
            "endpoints": [{"protocol": p, "address": "127.0.0.66", "port": n}
                          for p, n in (("mqtt", 8883), ("amqp", 5671), ("https", 443))],
            "validForSeconds": 3600, "issuedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", now),
            "expiresAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", later)}).encode()
        encode = lambda part: base64.urlsafe_b64encode(part).rstrip(b"=").decode()
        header = encode(b'{"alg":"EdDSA"}')
        tag = encode(self.key.sign(f"{header}.{encode(body)}".encode()))
        self.send_response(200)
        self.send_header("Concierge-Signature", f"{header}..{tag}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start_liar(directory):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 9443), Liar)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "pki" / "server.crt", directory / "pki" / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "https://127.0.0.1:9443"


class Device:
    """examples/concierge-device.mjs, with its output read as it comes."""

    def __init__(self, it, urls):
        place = pathlib.Path(tempfile.mkdtemp(prefix="tandem-example-", dir=it.dir))
        for name in ("concierge.mjs", "concierge-device.mjs"):
            (place / name).write_text((ROOT / "examples" / name).read_text())
        (place / "node_modules").symlink_to(CLIENTS / "node_modules")
        connection = it.quickstart["deviceConnectionString"].replace("HostName=localhost",
                                                                     f"HostName={HOST}")
        environment = dict(it.environment(), CONCIERGE_URLS=",".join(urls), PERIOD_MS="100",
                           CONCIERGE_KEYS=it.quickstart["conciergeKeysFile"],
                           IOTHUB_DEVICE_CONNECTION_STRING=connection)
        self.lines = []
        self.process = subprocess.Popen(["node", place / "concierge-device.mjs"], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            print("device |", line.rstrip(), flush=True)

    def count(self, region):
        return sum(line.startswith("acknowledged") and line.endswith(f" in {region}")
                   for line in self.lines)

    def serves(self, region, more=10):
        from_here = self.count(region)
        wait_for(f"messages acknowledged in {region}",
                 lambda: self.count(region) >= from_here + more, 90)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, self.lines[-5:]


with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    q = it.quickstart
    it.tandem("hub", q["hub"], "--automatic-failover", "on")
    concierges = Concierges(q)
    *regions, control = q["conciergeUrls"]
    url = dict(zip(REGIONS, regions))
    assert url == {name: f"https://{address}" for name, address in REGIONS.items()}, url
    first = it.owner()
    second = it.other(first)
    hosts({HOST: REGIONS[first]})   # "DNS", and it will never say anything else

    # Everybody says the same, and only of hubs that there are.
    for one in (*regions, control):
        answer = wait_for(f"{one} to name {first}",
                          lambda u=one: (a := concierges.directions(u, HOST)) and
                          a["region"] == first and a["validForSeconds"] >= 10 and a)
        assert {"protocol": "mqtt", "address": REGIONS[first], "port": 8883} in answer["endpoints"]
        assert answer["host"] == HOST and answer["displayName"] and answer["epoch"] >= 1, answer
        assert concierges.status(one, f"/concierge/v1/hubs/{HOST}/devices/none") == 200
        assert concierges.status(one, "/concierge/v1/hubs/other.localhost") == 404
        assert b"demo" not in concierges.get(one, "/concierge/v1/hubs/other.localhost")[2]
        assert concierges.status(one, "/health") == 200
        assert concierges.status(one, f"/health?host={HOST}") == 200
        assert concierges.status(one, "/health?host=other.localhost") == 503
    assert concierges.status(url[first], f"/concierge/v1/serving/{HOST}") == 200
    assert concierges.status(url[second], f"/concierge/v1/serving/{HOST}") == 503
    print("ok: both regions and control name the owner, signed")

    # Without control both regions go on answering.
    it.kill("control")
    for _ in range(20):
        assert all(concierges.region(u, HOST) == first for u in regions)
        time.sleep(0.25)
    assert concierges.status(control, "/health") is None
    it.start("control")
    wait_for("control to name the owner again", lambda: concierges.region(control, HOST) == first)
    print("ok: without control the regions answer; control comes back with the same key")

    liar = start_liar(it.dir)
    urls = [liar, url[first], url[second], control]
    saved = json.loads((it.dir / "quickstart.json").read_text())
    saved["conciergeUrls"] = urls
    (it.dir / "quickstart.json").write_text(json.dumps(saved))
    device = Device(it, urls)
    simulate = subprocess.Popen([TANDEM, "simulate", "--concierge", "--devices", "20", "--rate",
                                 "2", "--seconds", "45", "--data-dir", it.dir],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    device.serves(first)
    assert Liar.asked > 0
    assert any("not signed by a concierge that we know" in line for line in device.lines)
    print("ok: devices are connected to the first region, and the liar is not followed")

    it.kill(first)
    lost = time.monotonic()
    wait_for("the second region to serve",
             lambda: concierges.region(url[second], HOST) == second, 60)
    served = time.monotonic()
    device.serves(second, 1)
    print(f"the second region served {served - lost:.1f} s after the loss; the device was back "
          f"{time.monotonic() - served:.1f} s later")
    device.serves(second)
    assert concierges.region(control, HOST) == second
    assert concierges.status(url[second], f"/concierge/v1/serving/{HOST}") == 200

    device.stop()   # the simulation's reader waits until nothing comes any more
    output, _ = simulate.communicate(timeout=200)
    print(output)
    assert simulate.returncode == 0, "simulated devices lost something, or never came back"
    assert f"mqtt at {REGIONS[second]}" in output, "the simulated devices were not led away"
    assert "127.0.0.66" not in output
    assert device.count("nowhere") == 0
    print("ok: the SDK's device and the simulated ones came back by the concierge")
sys.stdout.flush()
os._exit(0)   # the liar's threads
