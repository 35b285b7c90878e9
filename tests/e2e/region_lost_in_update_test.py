"""A region is killed while its hub is being changed: the operation's URL answers, the change is whole
in the end, and in both regions."""
import json
import urllib.parse

from installation import Installation, wait_for
from rest import Rest

with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    hub = it.quickstart["hub"]
    it.tandem("hub", hub, "--goal", "region-sync", "--automatic-failover", "on")
    rest = Rest(it)

    def document():
        status, headers, body = rest.call("GET", rest.hub_path())
        assert status == 200, (status, body)
        return body

    def change(days):
        body = document()
        body["properties"]["eventHubEndpoints"]["events"]["retentionTimeInDays"] = days
        body["tags"] = {"days": str(days)}
        status, headers, answer = rest.call("PUT", rest.hub_path(), body)
        assert status in (200, 201, 202), (status, answer)
        return urllib.parse.urlsplit(headers["Azure-AsyncOperation"])

    def ended(operation):
        status, _, body = rest.call("GET", f"{operation.path}?{operation.query}")
        assert status == 200, (status, body)
        return body if body["status"] != "Running" else None

    def whole(days):
        """The change is there as the document tells it, and in every region."""
        body = document()
        events = body["properties"]["eventHubEndpoints"]["events"]
        told = it.hub()
        return (body["properties"]["state"] == "Active" and body["tags"] == {"days": str(days)}
                and events["retentionTimeInDays"] == days
                and all(one.get("settingsRevision") == told["settingsRevision"]
                        for one in told["regions"]))

    for days, whose in ((3, "owner"), (5, "follower")):
        wait_for("both regions in step", lambda: it.lag() == 0 and whole(
            document()["properties"]["eventHubEndpoints"]["events"]["retentionTimeInDays"])
            if days != 3 else it.lag() == 0, 60)
        owner = it.owner()
        lost = owner if whose == "owner" else it.other(owner)
        operation = change(days)
        it.kill(lost)
        result = wait_for("the operation to end", lambda: ended(operation), 90)
        assert result["status"] == "Succeeded", json.dumps(result)
        print(f"ok: the {whose} killed in an update: the operation answers", flush=True)
        it.start(lost)
        wait_for("the change to be whole in both regions", lambda: whole(days), 90)
        print("ok: nothing is half done", flush=True)
