"""Every hub of a region is moved by one order: planned under load, then forced after kill -9."""
from installation import Installation, wait_for
from load import Load, read_all
from rest import Rest

HUBS = [f"fleet-{number:02}" for number in range(12)]

with Installation("--failover-interval-seconds", "3600") as it:
    demo = it.quickstart["hub"]
    it.tandem("hub", demo, "--goal", "region-sync")
    rest = Rest(it)
    for name in HUBS:
        status, _, answer = rest.call("PUT", rest.hub_path(hub=name), {
            "location": "westus2", "sku": {"name": "S1", "capacity": 1}})
        assert status == 201, answer
    wait_for("the hubs to be active",
             lambda: all(hub["state"] == "Active" for hub in it.status()["hubs"]), 60)
    load = Load(it.quickstart).start()
    first = it.owner()
    second = it.other(first)

    said = it.tandem("region", "evacuate", first).stdout
    print(said)
    assert said.count("Succeeded") == len(HUBS) + 1, said
    assert {hub["owner"] for hub in it.status()["hubs"]} == {second}

    again = it.tandem("region", "evacuate", first)
    assert "0 of 0 hubs" in again.stdout, again.stdout

    it.kill(second)
    refused = it.tandem("region", "evacuate", second, check=False)
    print(refused.stderr)
    said = it.tandem("region", "evacuate", second, "--forced").stdout
    print(said)
    assert said.count("Succeeded") == len(HUBS) + 1, said
    assert {hub["owner"] for hub in it.status()["hubs"]} == {first}

    load.stop()
    sent = load.acknowledged()
    missing = sent - set(read_all(it.quickstart, sent, 60))
    assert not missing, f"acknowledged and not there: {sorted(missing)[:5]}"
    unknown = it.tandem("region", "evacuate", "atlantis", check=False)
    assert unknown.returncode == 1 and "no region" in unknown.stderr, unknown.stderr
