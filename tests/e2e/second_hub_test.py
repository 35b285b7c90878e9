"""A hub that is created later, by its own name: clients that verify its certificate, in Node.js and
in Python, before and after a restart; and the operator's own certificate, which goes first."""
import hashlib
import os
import socket
import ssl
import subprocess
import threading

import names
from azure.eventhub import EventHubConsumerClient
from installation import CLIENTS, Installation, wait_for
from load import Registry, parts
from management import Management

HUB = "Second-Hub"
HOST = "second-hub.localhost"
names.hosts({HOST: "127.0.0.1"})


def presented(it, host, port=8883, address="127.0.0.1"):
    """The fingerprint of the certificate that a client is shown that asks for `host` and verifies."""
    context = ssl.create_default_context(cafile=it.quickstart["caFile"])
    with socket.create_connection((address, port), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname=host) as tls:
            return hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest()


def create_hub(it):
    """The hub, and the key of its policy iothubowner."""
    control = Management(it)
    hub = {"location": "westus2", "sku": {"name": "S1", "capacity": 1}, "properties": {}}
    status, _, answer = control.call("PUT", control.hub_path(hub=HUB), hub)
    assert status in (200, 201), (status, answer)
    properties = control.active(HUB)["properties"]
    assert properties["hostName"] == HOST, properties["hostName"]
    status, _, keys = control.call("POST", control.hub_path("/IotHubKeys/iothubowner/listkeys", HUB))
    assert status == 200, (status, keys)
    return keys["primaryKey"]


def send_from_node(it, key, count):
    """Messages of Node's SDK, through a registry and a twin of the hub's own name."""
    owner = f"HostName={HOST};SharedAccessKeyName=iothubowner;SharedAccessKey={key}"
    registry = Registry(dict(it.quickstart, ownerConnectionString=owner))
    keys = registry.create(["node-1"])
    environment = dict(it.environment(), DEVICE_CONNECTION_STRING=(
        f"HostName={HOST};DeviceId=node-1;SharedAccessKey={keys['node-1']}"))
    process = subprocess.Popen(["node", CLIENTS / "dns_device.mjs"], env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    seen = []
    for line in process.stdout:
        seen.append(line.rstrip())
        if sum(one.startswith("acknowledged") for one in seen) >= count:
            break
    watchdog.cancel()
    process.terminate()
    process.wait(60)
    assert sum(one.startswith("acknowledged") for one in seen) >= count, seen[-5:]


def read_from_python(it, key, count):
    bodies = []
    client = EventHubConsumerClient.from_connection_string(
        f"Endpoint=sb://{HOST}/;SharedAccessKeyName=iothubowner;SharedAccessKey={key};"
        f"EntityPath={HUB.lower()}", "$Default", connection_verify=it.quickstart["caFile"])
    thread = threading.Thread(daemon=True, target=lambda: client.receive_batch(
        lambda _, events: bodies.extend(event.body_as_str() for event in events),
        starting_position="-1", max_wait_time=1))
    thread.start()
    wait_for("the hub's events in Python", lambda: len(bodies) >= count, 60)
    client.close()
    thread.join(20)


with Installation() as it:
    first = presented(it, "localhost")
    key = create_hub(it)
    made = presented(it, HOST)
    assert made != first and presented(it, "localhost") == first
    for port in (5671, 443):
        assert presented(it, HOST, port) == made, port
    for region in ("127.0.0.2", "127.0.0.3"):
        presented(it, HOST, address=region)   # whichever region serves it, now or later
    print("ok: a client that verifies finds the second hub by its own name, on all ports")
    send_from_node(it, key, 5)
    read_from_python(it, key, 5)
    print("ok: Node's device SDK and Python's Event Hubs SDK, both verifying")

    it.down()
    it.up()
    wait_for("the hub to be served", lambda: it.hub(HUB)["owner"], 30)
    assert presented(it, HOST) == made, "made anew though it still fits"
    for kept in it.dir.glob("*/certificates/*.key"):
        assert kept.stat().st_mode & 0o077 == 0, f"{kept} is readable by others"
    print("ok: kept through a restart")

    it.down()
    own = it.dir / "pki" / "supplied"
    own.mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=own",
                    "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", own / "second.key",
                    "-out", own / "second.crt"], check=True, capture_output=True)
    os.chmod(own / "second.key", 0o600)
    it.up()
    untold = ssl.create_default_context(cafile=own / "second.crt")
    with socket.create_connection(("127.0.0.1", 443), timeout=20) as plain:
        untold.wrap_socket(plain, server_hostname=HOST).close()
    assert presented(it, "localhost") == first
    print("ok: the operator's own certificate goes first, where it names the hub")

    Management(it).call("DELETE", Management(it).hub_path(hub=HUB))
    wait_for("its certificates to go with the hub",
             lambda: not list(it.dir.glob("*/certificates/*")), 60)
    print("ok: nothing is left of a deleted hub's certificates")
