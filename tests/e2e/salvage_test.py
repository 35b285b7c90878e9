"""region-async: a forced failover loses exactly what its report says, and that is in the salvage
files when the old owner returns."""
import json
import re
import time

from installation import REGIONS, Installation, wait_for
from load import Load, read_all
from network import cut, heal


def salvaged(directory):
    """Message ids in the salvage files: u32 length, then the record, whose ids are plain text."""
    found = set()
    for path in directory.glob("salvage/*.log"):
        found |= {match.decode() for match in re.findall(rb"load-\d+/\d+", path.read_bytes())}
    return found


with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    assert it.hub()["goal"] == "region-async"
    load = Load(it.quickstart, devices=10, interval=0.05).start()
    wait_for("acknowledgements", lambda: load.count() > 200)
    owner = it.owner()
    follower = it.other(owner)
    cut((REGIONS[owner], REGIONS[follower]))   # so that there is something that was not replicated
    time.sleep(1.5)
    before = load.count()
    wait_for("acknowledgements without the pair", lambda: load.count() > before + 100)
    gauge = it.lag()
    it.kill(owner)
    time.sleep(1)   # acknowledgements that were on their way
    at_kill = load.acknowledged()
    heal()
    print(it.failover("--forced").stdout)
    wait_for("acknowledgements in the pair", lambda n=load.count(): load.count() > n + 100, 40)
    load.stop()
    seen = read_all(it.quickstart, load.acknowledged(), 15)
    missing = load.acknowledged() - set(seen)
    assert missing, "the cut lost nothing: this test tests nothing"
    assert missing <= at_kill, "nothing acknowledged after the failover is missing"
    print(f"{len(missing)} acknowledged messages were not replicated; the gauge said {gauge}")

    it.start(owner)

    def report():
        last = it.hub()["lastFailover"]["report"]
        return last if last and last["exact"] else None
    exact = wait_for("an exact report", report, 60)
    print(json.dumps(exact))
    kept = salvaged(it.dir / owner)
    assert missing <= kept, f"not in the salvage files: {sorted(missing - kept)[:10]}"
    # What was in flight when the region was lost may be there too: never acknowledged, so sent again.
    assert len(missing) <= exact["lostTelemetry"] <= len(missing) + len(load.devices), exact
    wait_for("the old owner to have caught up", lambda: it.lag() == 0, 60)
    print("ok: what is missing is exactly what the report says, and it is in the salvage files")
