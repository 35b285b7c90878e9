"""The same device and consumer objects of the SDKs go on through a planned failover, a forced one
and back; nothing acknowledged is missing under the goal region-sync."""
from installation import Installation

with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    it.tandem("hub", it.quickstart["hub"], "--goal", "region-sync")
    it.node("device_failover.mjs", timeout=500)
