"""Debian's azure-eventhub: one consumer object reads all partitions through a planned failover and
a forced one without being restarted; every offset is what it was."""
import threading
import time

from azure.eventhub import EventHubConsumerClient
from installation import Installation, wait_for
from load import Load

with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    it.tandem("hub", it.quickstart["hub"], "--goal", "region-sync")
    load = Load(it.quickstart, devices=8, interval=0.1).start()
    seen, places, moved = {}, {}, []

    def on_events(context, events):
        for event in events:
            place = f"{context.partition_id}/{event.offset}/{event.sequence_number}"
            seen.setdefault(event.message_id, place)
            if places.setdefault(place, event.message_id) != event.message_id:
                moved.append(event.message_id)

    client = EventHubConsumerClient.from_connection_string(
        it.quickstart["eventHubConnectionString"], "$Default",
        connection_verify=it.quickstart["caFile"])
    thread = threading.Thread(target=lambda: client.receive_batch(
        on_events, starting_position="-1", max_batch_size=300, max_wait_time=1), daemon=True)
    thread.start()

    def reads(what):
        wait_for(f"acknowledgements {what}", lambda n=load.count(): load.count() > n + 50, 40)
        newest = [device.acknowledged[-1] for device in load.devices]
        wait_for(f"the consumer {what}", lambda: all(one in seen for one in newest), 60)
        print("ok: the consumer reads", what, flush=True)

    reads("before anything")
    properties = client.get_eventhub_properties()
    assert properties["partition_ids"] == ["0", "1", "2", "3"], properties
    assert properties["created_at"].year > 2020, properties
    first = it.owner()
    print(it.failover().stdout)
    reads("after the planned failover")
    second = it.owner()
    assert second != first
    it.kill(second)
    print(it.failover("--forced").stdout)
    reads("after the forced failover")
    it.start(second)
    wait_for("the lost region to follow", lambda: it.lag() < 50, 30)
    print(it.failover().stdout)
    reads("after going back")

    load.stop()
    acknowledged = load.acknowledged()
    wait_for("every acknowledged message", lambda: acknowledged <= set(seen), 60)
    assert not moved, moved[:10]
    # Sent again by its device, for its acknowledgement was lost: one under way a device and failover.
    again = len(places) - len(seen)
    assert again <= 3 * len(load.devices), again
    print(f"ok: {len(acknowledged)} acknowledged, all read, none moved, {again} sent again;"
          f" longest gap {load.longest_gap():.1f} s")
    client.close()
    time.sleep(1)
