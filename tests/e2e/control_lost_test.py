"""The control site is lost while a failover runs: hubs serve on, one command brings the management
plane up in a region with nothing lost, the operation answers there, a region's loss does not take
it away, and it goes back when the control site is there again."""
import urllib.parse

from installation import REGIONS, Installation, wait_for
from load import Load
from rest import Rest

AWAY = "westcentralus"


def path_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def consumer_groups(rest):
    status, _, body = rest.call("GET", rest.hub_path("/eventHubEndpoints/events/ConsumerGroups"))
    return {one["name"] for one in body["value"]} if status == 200 else set()


def add_consumer_group(rest, name):
    status, _, body = rest.call(
        "PUT", rest.hub_path(f"/eventHubEndpoints/events/ConsumerGroups/{name}"),
        {"properties": {"name": name}})
    assert status == 200, (status, body)


def keys(rest):
    status, _, body = rest.call("POST", rest.hub_path("/listkeys"), {})
    assert status == 200, (status, body)
    return body["value"]


def answers(rest, path="/tandem/v1/status"):
    """What that control process answers, or nothing while it does not."""
    try:
        return rest.call("GET", path, timeout=10)
    except OSError:
        return None


def status_of(rest, path="/tandem/v1/status"):
    answer = answers(rest, path)
    return answer and answer[0]


with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    home = Rest(it)
    add_consumer_group(home, "before")
    known_keys = keys(home)
    portal = status_of(home, "/portal/")       # 404 where it is not built
    load = Load(it.quickstart, devices=5).start()
    wait_for("acknowledgements", lambda: load.count() > 50)
    wait_for("both copies", lambda: all(one["connected"] and one["behindSeconds"] == 0
                                        for one in it.status()["management"]["copies"]))

    status, headers, body = home.call("POST", home.hub_path("/failover"),
                                      {"failoverRegion": "West Central US"})
    assert status == 202, (status, body)
    operation = path_of(headers["Azure-AsyncOperation"])
    it.kill("control")
    before = load.count()
    wait_for("acknowledgements without the control site", lambda: load.count() > before + 100)
    print("ok: devices are served without the control site", flush=True)

    # ---- the one command
    it.start("control-" + AWAY)
    away = Rest.__new__(Rest)
    away.__dict__.update(home.__dict__, url=f"https://{REGIONS[AWAY]}:7443")
    wait_for("the management plane in the region", lambda: status_of(away) == 200, 60)

    def ended():
        status, _, body = away.call("GET", operation)
        assert status == 200, (status, body)
        return body["status"] if body["status"] != "Running" else None
    assert wait_for("the operation to end", ended, 60) == "Succeeded"
    print("ok: the operation that ran at the loss is answered, with the token from before",
          flush=True)
    management = it.status()["management"]
    assert management["site"] == AWAY and management["safe"], management
    assert keys(away) == known_keys
    assert consumer_groups(away) == {"$Default", "before"}
    assert Rest(it, away.url).token, "a sign-in there"
    assert it.owner() == AWAY
    assert status_of(away, "/portal/") == portal
    add_consumer_group(away, "away")
    before = load.count()
    wait_for("acknowledgements", lambda: load.count() > before + 50)
    print("ok: hubs, keys, consumer groups, sign-in, changes: all there", flush=True)

    # ---- no region's loss takes it away
    it.kill("westus2")
    assert status_of(away, "/health") == 200
    assert status_of(away, "/portal/") == portal
    wait_for("changes with one copy",
             lambda: away.call("PUT", away.hub_path(
                 "/eventHubEndpoints/events/ConsumerGroups/alone"),
                 {"properties": {"name": "alone"}})[0] == 200, 60)
    it.start("westus2")
    wait_for("the copy to be in step again", lambda: all(
        one["connected"] and one["behindSeconds"] == 0
        for one in it.status()["management"]["copies"]), 60)
    print("ok: the loss of the other region leaves it standing", flush=True)

    # ---- the control site is there again: it votes, and leaves the plane where it is
    it.start("control")
    def elsewhere():
        answer = answers(home)
        assert answer is None or answer[0] == 503, answer
        known = answer and answer[2]["error"]["code"] == "ManagementPlaneElsewhere"
        return answer if known else None

    refusal = wait_for("the old holder to say who holds the plane", elsewhere, 60)
    assert refusal[2]["error"]["url"] == away.url, refusal
    assert refusal[1]["Retry-After"] is None
    assert it.status()["management"]["site"] == AWAY
    assert f"AZURE_AUTHORITY_HOST='{away.url}'" in it.tandem("env").stdout

    # It votes, and hears who holds the plane: the owner is alive, and deposed all the same.
    wait_for("the pair in step", lambda: it.lag() < 50)
    it.failover("--forced")
    assert it.owner() == "westus2"
    print("ok: the control site votes again, and leaves the plane where it is", flush=True)

    # ---- the way back
    it.kill("control")
    it.start("control", "--take-over")
    wait_for("the management plane at home", lambda: status_of(home) == 200, 60)
    assert consumer_groups(home) == {"$Default", "before", "away", "alone"}
    assert keys(home) == known_keys
    wait_for("the other one to give way", lambda: status_of(away) == 503, 60)
    assert it.status()["management"]["site"] == "control"
    status, _, body = home.call("GET", operation)
    assert (status, body["status"]) == (200, "Succeeded"), body
    print("ok: it is back at the control site with what was made meanwhile", flush=True)

    wait_for("the pair in step", lambda: it.lag() < 50)
    it.failover()
    assert it.owner() == AWAY
    load.stop()
    print(f"ok: fails over as ever; longest gap of a device {load.longest_gap():.1f} s")
