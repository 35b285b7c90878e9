"""kill -9 of each process in turn under load, a paused owner, cuts: after each, everything that
was acknowledged is there."""
import signal
import time

from installation import REGIONS, Installation, wait_for
from load import Load, read_all
from network import cut, heal

def goes_on(load, what, seconds=20):
    before = load.count()
    wait_for(f"acknowledgements {what}", lambda: load.count() > before + 50, seconds)
    print("ok: acknowledgements", what, flush=True)


with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    it.tandem("hub", it.quickstart["hub"], "--goal", "region-sync", "--automatic-failover", "on")
    load = Load(it.quickstart).start()
    goes_on(load, "at the start")

    for name in ("edge", "control"):
        it.kill(name)
        if name == "control":
            goes_on(load, "without control")
        it.start(name)
        goes_on(load, f"after kill -9 of {name}")
    it.wait_for_control()

    owner = it.owner()
    follower = it.other(owner)
    it.kill(follower)
    time.sleep(2)
    it.start(follower)
    goes_on(load, "after kill -9 of the follower", 30)

    it.kill(owner)
    goes_on(load, "after kill -9 of the owner, by itself", 30)
    assert it.owner() == follower, "the pair took over"
    it.start(owner)
    wait_for("the old owner to follow", lambda: it.lag() == 0, 30)
    goes_on(load, "with the old owner back")

    owner, follower = follower, owner
    it.signal(owner, signal.SIGSTOP)
    goes_on(load, "while the owner is paused", 30)
    it.signal(owner, signal.SIGCONT)
    wait_for("the paused owner to follow", lambda: it.hub()["owner"] == follower, 30)
    goes_on(load, "after it woke up")

    owner, follower = follower, owner
    wait_for("the pair to be in step", lambda: it.lag() < 50, 30)
    cut((REGIONS[owner], REGIONS[follower]))
    time.sleep(6)
    heal()
    goes_on(load, "after the pair was cut off and healed", 40)

    owner = it.owner()
    cut(("127.0.0.1", REGIONS[owner]), ("127.0.0.1", REGIONS[it.other(owner)]))
    goes_on(load, "without the witness")
    heal()
    goes_on(load, "with the witness back")

    load.stop()
    acknowledged = load.acknowledged()
    seen = read_all(it.quickstart, acknowledged, 60)
    missing = acknowledged - set(seen)
    print(f"{len(acknowledged)} acknowledged, {len(missing)} missing,"
          f" longest gap {load.longest_gap():.1f} s")
    assert not missing, sorted(missing)[:20]
