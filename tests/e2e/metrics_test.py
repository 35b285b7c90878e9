"""What an operator sees: quotas, what is at risk, metrics (az and Prometheus), health; no secrets."""
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request

from installation import REGIONS, Installation, wait_for
from load import HOST, parts, sas
from management import Management
from names import hosts

MESSAGES, F1, FREE = 50, 8000, "free-hub"

hosts({f"{FREE}.localhost": "127.0.0.1"})

with Installation() as it:
    q = it.quickstart
    arm = Management(it)
    device = parts(q["deviceConnectionString"])
    name, key = device["DeviceId"], device["SharedAccessKey"]

    # A certificate for *.localhost is none to OpenSSL; the region is known by its address here.
    def publish(*more, text=None, host=HOST, client=name, password=key):
        return subprocess.run(
            ["mosquitto_pub", "-h", host, "-p", "8883", "--cafile", q["caFile"], "--insecure",
             "-i", client, "-u", f"{host}/{client}/?api-version=2021-04-12",
             "-P", sas(f"{host}/devices/{client}", password), "-V", "mqttv311", "-q", "1",
             "-t", f"devices/{client}/messages/events/", *more],
            input=text, capture_output=True, text=True, timeout=240).returncode

    def quota(hub=None):
        values = arm.get(arm.hub_path("/quotaMetrics", hub))["value"]
        return {one["name"]: (one["currentValue"], one["maxValue"]) for one in values}

    def status():
        return arm.get("/tandem/v1/hubs/" + q["hub"])

    assert publish("-l", text="x\n" * MESSAGES) == 0
    wait_for("the messages to be metered", lambda: quota()["TotalMessages"][0] == MESSAGES)
    assert quota()["TotalMessages"][1] == 400000 and quota()["TotalDeviceCount"] == (1, 1000000)
    assert status()["quota"] == {"messagesToday": MESSAGES, "messagesMax": None, "devices": 1,
                                 "devicesMax": None}
    print("ok: metered, and the quick start's hub has no limit")

    wait_for("nothing to be at risk", lambda: status()["atRiskTotal"]["records"] == 0)
    it.kill(it.other(it.owner()))
    assert publish("-m", "alone") == 0
    risk = wait_for("it to be at risk", lambda: {
        one["kind"]: one["records"] for one in status()["atRisk"]}.get("telemetry") and status())
    assert {one["kind"] for one in risk["atRisk"]} == {"telemetry", "identities", "twins",
                                                       "sessions", "other"}
    assert {one["kind"]: one["records"] for one in risk["atRisk"]}["telemetry"] == 1, risk["atRisk"]
    it.start(it.other(it.owner()))
    wait_for("nothing to be at risk again", lambda: status()["atRiskTotal"]["records"] == 0, 60)
    print("ok: what a forced failover would lose, by kind")

    # ---- Azure Monitor's metrics
    def monitored():
        answer = arm.get(arm.metrics_path(
            "metricnames=d2c.telemetry.ingress.success,totalDeviceCount"
            "&aggregation=Total,Maximum&interval=PT1M"))
        sent, devices = (one["timeseries"][0]["data"] for one in answer["value"])
        return (sum(point.get("total", 0) for point in sent),
                max(point.get("maximum", 0) for point in devices))
    wait_for("the metrics", lambda: monitored() == (MESSAGES + 1, 1))
    if shutil.which("az"):
        environment = arm.az()
        resource = arm.hub_path().partition("?")[0]
        done = subprocess.run(
            ["az", "monitor", "metrics", "list", "--resource", resource, "--metric",
             "d2c.telemetry.ingress.success", "--aggregation", "Total", "--interval", "PT1M",
             "-o", "json"], env=environment, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        listed = json.loads(done.stdout)
        points = listed["value"][0]["timeseries"][0]["data"]
        assert sum(point.get("total") or 0 for point in points) == MESSAGES + 1, listed
        print("ok: az monitor metrics list")

    # ---- the free tier's quota, lifted, and its count after a failover
    created = arm.call("PUT", arm.hub_path(hub=FREE), {
        "location": "westus2", "sku": {"name": "F1", "capacity": 1}, "properties": {}})
    assert created[0] == 201, created
    arm.active(FREE)
    made = arm.data("PUT", "devices/d?api-version=2021-04-12", {"deviceId": "d"}, hub=FREE)
    assert made[0] == 200, made
    free = {"host": f"{FREE}.localhost", "client": "d",
            "password": made[2]["authentication"]["symmetricKey"]["primaryKey"]}
    assert quota(FREE) == {"TotalMessages": (0, F1), "TotalDeviceCount": (1, 500)}
    assert publish("-l", text="x\n" * F1, **free) == 0
    wait_for("the quota to be used up", lambda: quota(FREE)["TotalMessages"] == (F1, F1))
    assert publish("-m", "too many", **free) != 0
    assert quota(FREE)["TotalMessages"][0] == F1, "what was refused is not metered"
    it.tandem("failover", FREE)
    wait_for("the other region's count", lambda: quota(FREE)["TotalMessages"] == (F1, F1), 60)
    assert publish("-m", "too many", **free) != 0
    lifted = arm.call("PATCH", "/tandem/v1/hubs/" + FREE, {"unlimited": True})
    assert lifted[0] == 200 and lifted[2]["quota"]["messagesMax"] is None, lifted
    assert publish("-m", "more", **free) == 0
    print("ok: the day's quota holds, over a failover too")

    # ---- Prometheus and supervisors
    def admin(address, port, page):
        try:
            with urllib.request.urlopen(f"http://{address}:{port}{page}", timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    processes = [(REGIONS["westus2"], 7401), (REGIONS["westcentralus"], 7401), ("127.0.0.1", 7401),
                 ("127.0.0.1", 7402)]
    texts = {}
    for at in processes:
        assert admin(*at, "/health/live")[0] == 200
        wait_for(f"{at} to be ready", lambda at=at: admin(*at, "/health/ready")[0] == 200)
        texts[at] = admin(*at, "/metrics")[1]
        for line in texts[at].splitlines():
            assert re.fullmatch(r'# (HELP|TYPE) .*|[A-Za-z_][A-Za-z0-9_]*(\{.*\})? -?[0-9.]+', line), line
    owner = texts[(REGIONS[it.owner()], 7401)]
    for wanted in ('totalDeviceCount{hub="demo"} 1', 'tandem_hub_at_risk_records{hub="demo",kind="twins"}',
                   'tandem_hub_epoch{hub="demo"}', 'd2c_telemetry_ingress_success_total{hub="demo"}',
                   'tandem_hub_lease_seconds', 'tandem_hub_role{hub="demo",role="serving"} 1'):
        assert wanted in owner, wanted
    control = texts[("127.0.0.1", 7401)]
    assert 'tandem_hub_flips_total{hub="free-hub"} 1' in control
    assert 'tandem_hub_last_failover_step_seconds{hub="free-hub",step=' in control
    print("ok: Prometheus and health")

    # ---- no secrets anywhere
    secrets = [key, parts(q["ownerConnectionString"])["SharedAccessKey"], q["clientSecret"],
               arm.token, "SharedAccessKey=", "SharedAccessSignature"]
    seen = [log.read_text(errors="replace") for log in it.dir.glob("*/log")] + list(texts.values())
    seen += [admin(REGIONS[region], 7401, "/status")[1] for region in REGIONS]
    seen += [json.dumps(arm.get("/tandem/v1/status")), it.tandem("status").stdout]
    for secret in secrets:
        for text in seen:
            assert secret not in text, f"a secret that begins with {secret[:8]} shows"
    print("ok: no secret in logs, metrics or status")
