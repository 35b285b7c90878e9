"""The hub's data through control: its REST API passed through, the live message view; through a
planned failover and the loss of a region."""
import threading

from installation import Installation, wait_for
from rest import Rest

FAST = ("--failover-interval-seconds", "0", "--failovers-per-day", "0")

with Installation(*FAST) as it:
    rest = Rest(it)
    hub = it.quickstart["hub"]
    events = f"/tandem/v1/hubs/{hub}/events"

    # ---- the registry and twins
    status, headers, device = rest.data("PUT", "devices/one", {"deviceId": "one"})
    assert status == 200 and device["authentication"]["symmetricKey"]["primaryKey"], (status, device)
    assert headers["ETag"].strip('"') == device["etag"], headers
    status, _, again = rest.data("PUT", "devices/one", {"deviceId": "one"})
    assert status == 409, (status, again)
    device["status"] = "disabled"
    status, _, changed = rest.data("PUT", "devices/one", device, {"If-Match": headers["ETag"]})
    assert status == 200 and changed["status"] == "disabled", (status, changed)
    status, _, stale = rest.data("PUT", "devices/one", device, {"If-Match": headers["ETag"]})
    assert status == 412, (status, stale)
    status, _, twin = rest.data("PATCH", "twins/one", {"tags": {"site": "north"}},
                                {"If-Match": "*"})
    assert status == 200 and twin["tags"] == {"site": "north"}, (status, twin)
    status, _, listed = rest.data("GET", "devices?top=10")
    assert status == 200 and {one["deviceId"] for one in listed} >= {"one", "device-1"}, listed
    status, _, _ = rest.data("DELETE", "devices/one", headers={"If-Match": "*"})
    assert status == 204, status
    print("ok: registry and twins through control")

    for path in ("devices/..%2f..%2fmetrics", "devices/%2e%2e/tandem/v1/status",
                 "devices/%252e%252e/x", "devices/a%00b", "devices/a%5cb"):
        status, _, refused = rest.data("GET", path)
        assert status == 400, (path, status, refused)
    kept, rest.token = rest.token, "nobody"
    assert rest.data("GET", "devices/device-1")[0] == 401
    assert rest.call("GET", events)[0] == 401
    rest.token = kept
    print("ok: nothing but the hub's API, and for nobody without a token")

    # ---- live messages
    status, _, start = rest.call("GET", events)
    assert status == 200 and start["value"] == [], (status, start)
    it.tandem("simulate", "--devices", "2", "--seconds", "5")
    cursor, seen = start["cursor"], []

    def look():
        global cursor
        status, _, answer = rest.call("GET", f"{events}?after={cursor}&top=50")
        assert status == 200, (status, answer)
        cursor = answer["cursor"]
        seen.extend(answer["value"])
        return answer["value"]

    wait_for("live messages", lambda: not look() and len(seen) >= 2)
    keys = [(one["partition"], one["sequenceNumber"]) for one in seen]
    assert len(set(keys)) == len(keys), "a message was shown twice"
    first = seen[0]
    assert first["bodyEncoding"] in ("text", "base64") and first["deviceId"], first
    assert first["systemProperties"]["iothub-connection-device-id"] == first["deviceId"], first
    status, _, back = rest.call("GET", f"{events}?after=-3600s&top=100")
    assert status == 200 and back["value"], (status, back)
    assert rest.call("GET", f"{events}?after=nonsense")[0] == 400
    assert rest.call("GET", f"{events}?top=0")[0] == 400
    print(f"ok: {len(seen)} live messages, each once")

    # ---- a hub that moves
    stop = threading.Event()
    answers = []

    def ask_on():
        while not stop.is_set():
            answers.append(rest.data("GET", "devices/device-1")[0])
    asking = threading.Thread(target=ask_on)
    asking.start()
    it.failover()
    stop.set()
    asking.join()
    assert 200 in answers and set(answers) <= {200, 503}, set(answers)
    print(f"ok: {answers.count(200)} of {len(answers)} requests answered through a planned failover")

    gone = it.owner()
    it.kill(gone)
    it.failover("--forced")
    wait_for("the other region to answer",
             lambda: rest.data("GET", "devices/device-1")[0] == 200, 60)
    assert rest.call("GET", f"{events}?after={cursor}")[0] == 200
    print("ok: after the loss of a region")
