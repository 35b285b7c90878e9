"""Who may connect: IP rules, rule sets, closed ways to sign in, with unmodified clients.

Clients come from addresses of their own (127.0.0.50 and the like) through the edge, which tells the
regions who they are.
"""
import json
import shutil
import socket
import ssl
import struct
import subprocess

from installation import REGIONS, Installation, wait_for
from load import HOST, parts, read_all, sas
from management import Management

FRIEND, STRANGER = "127.0.0.50", "127.0.0.51"

with Installation() as it:
    q = it.quickstart
    arm = Management(it)
    device = parts(q["deviceConnectionString"])
    owner = parts(q["ownerConnectionString"])
    name, key = device["DeviceId"], device["SharedAccessKey"]

    def mqtt(program, source, *more):
        return [program, "-A", source, "-h", HOST, "-p", "8883", "--cafile", q["caFile"], "-i", name,
                "-u", f"{HOST}/{name}/?api-version=2021-04-12",
                "-P", sas(f"{HOST}/devices/{name}", key), "-V", "mqttv311", *more]

    def publishes(source, mid):
        """0: acknowledged; 5: CONNACK "not authorized"."""
        topic = f"devices/{name}/messages/events/%24.mid={mid}"
        return subprocess.run(mqtt("mosquitto_pub", source, "-q", "1", "-m", "x", "-t", topic),
                              capture_output=True, timeout=60).returncode

    def rest(source):
        """The status of a registry read with the owner policy."""
        token = sas(HOST, owner["SharedAccessKey"], "iothubowner")
        return subprocess.run(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--interface", source,
             "--cacert", q["caFile"], "-H", "Authorization: " + token,
             f"https://{HOST}/devices/{name}?api-version=2021-04-12"],
            capture_output=True, text=True, timeout=60).stdout

    def access(**properties):
        arm.change(properties)

    def connection_state():
        token = sas(HOST, owner["SharedAccessKey"], "iothubowner")
        done = subprocess.run(
            ["curl", "-s", "--interface", FRIEND, "--cacert", q["caFile"], "-H",
             "Authorization: " + token, f"https://{HOST}/twins/{name}?api-version=2021-04-12"],
            capture_output=True, text=True, timeout=60)
        return json.loads(done.stdout)["connectionState"]

    assert publishes(STRANGER, "before") == 0 and rest(STRANGER) == "200"

    # ---- ipFilterRules, by az where it is installed
    living = subprocess.Popen(mqtt("mosquitto_sub", STRANGER, "-t", f"devices/{name}/messages/devicebound/#"),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for("the device to be connected", lambda: connection_state() == "Connected")
    rules = [{"filterName": "friends", "action": "Accept", "ipMask": FRIEND},
             {"filterName": "others", "action": "Reject", "ipMask": "0.0.0.0/0"}]
    if shutil.which("az"):
        environment = arm.az()
        subprocess.run(["az", "iot", "hub", "update", "-n", q["hub"], "--set",
                        "properties.ipFilterRules=" + json.dumps(rules)], env=environment,
                       check=True, timeout=300, stdout=subprocess.DEVNULL)
    else:
        access(ipFilterRules=rules)
    wait_for("the living connection to be closed", lambda: connection_state() == "Disconnected")
    living.terminate()
    living.wait(20)
    assert publishes(STRANGER, "stranger") == 5
    assert publishes(FRIEND, "friend") == 0
    assert (rest(STRANGER), rest(FRIEND)) == ("401", "200")
    assert "friend" in read_all(q, {"before", "friend"}, 30), "the filter is not for the events"
    print("ok: ipFilterRules, for new connections and living ones")

    access(ipFilterRules=[{"filterName": "inside", "action": "Reject",
                           "ipMask": f"::ffff:{STRANGER}/128"}])
    assert (rest(STRANGER), rest(FRIEND)) == ("401", "200")
    print("ok: an IPv4 address inside IPv6 as a mask")

    # ---- nobody but the edge can say for whom a connection is
    def introduced(source, claims):
        """Whether a region answers a TLS hello that has such a PROXY header before it, or none."""
        region = REGIONS[it.owner()]
        link = socket.create_connection((region, 8883), 10, (source, 0))
        if claims:
            link.sendall(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + socket.inet_aton(claims)
                         + socket.inet_aton(region) + struct.pack(">HH", 5000, 8883))
        try:
            ssl.create_default_context(cafile=q["caFile"]).wrap_socket(link, server_hostname=HOST)
            return True
        except (ssl.SSLError, ConnectionError, TimeoutError):
            return False

    assert introduced(STRANGER, None), "a direct connection speaks for itself"
    assert not introduced(STRANGER, FRIEND), "and cannot claim to be somebody else"
    assert introduced("127.0.0.9", FRIEND), "the edge's address can"
    assert not introduced("127.0.0.9", None), "and must"
    print("ok: the PROXY header is taken from the edge only")

    # ---- networkRuleSets, for the built-in endpoint too
    def rule_set(*masks, events):
        access(ipFilterRules=[], networkRuleSets={
            "defaultAction": "Deny", "applyToBuiltInEventHubEndpoint": events,
            "ipRules": [{"filterName": f"r{i}", "action": "Allow", "ipMask": mask}
                        for i, mask in enumerate(masks)]})

    rule_set(FRIEND, events=False)
    assert (publishes(STRANGER, "x"), publishes(FRIEND, "second")) == (5, 0)
    assert "second" in read_all(q, {"second"}, 30), "the readers' address is not asked about"
    rule_set(FRIEND, events=True)
    try:
        assert "second" not in read_all(q, {"second"}, 5)
    except Exception as error:  # the client says what it was told
        print("the reader was told:", str(error)[:200])
    rule_set(FRIEND, "127.0.0.1", events=True)
    assert "second" in read_all(q, {"second"}, 30)
    print("ok: networkRuleSets")

    # ---- ways to sign in
    access(networkRuleSets={"defaultAction": "Allow", "ipRules": []}, disableLocalAuth=True)
    assert (rest(FRIEND), publishes(FRIEND, "own-key")) == ("401", 0)
    devices = arm.get(f"/tandem/v1/hubs/{q['hub']}/data/devices")
    assert [one["deviceId"] for one in devices] == [name], "control's own requests go on"
    access(disableLocalAuth=False, disableDeviceSAS=True)
    assert (rest(FRIEND), publishes(FRIEND, "x")) == ("200", 5)
    access(disableDeviceSAS=False, publicNetworkAccess="Disabled")
    assert (rest(FRIEND), publishes(FRIEND, "x")) == ("401", 5)
    access(publicNetworkAccess="Enabled", minTlsVersion="1.2")
    assert (rest(FRIEND), publishes(FRIEND, "last")) == ("200", 0)
    print("ok: disableLocalAuth, disableDeviceSAS, publicNetworkAccess")

    # ---- the rules go along with the hub
    access(ipFilterRules=rules)
    it.failover()
    wait_for("the friend to get in at the other region", lambda: publishes(FRIEND, "moved") == 0, 60)
    assert publishes(STRANGER, "x") == 5
    print("ok: the rules hold after a failover")

    logs = "".join(log.read_text(errors="replace") for log in it.dir.glob("*/log"))
    assert "SharedAccessKey=" not in logs and key not in logs
