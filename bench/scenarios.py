"""What is measured. Each scenario returns rows: dictionaries for report.py."""

import json
import re
import statistics
import subprocess
import threading
import time
from pathlib import Path

from servers import Mosquitto, RabbitMq, Tandem, disk_bytes, memory, wait_for


class Bench:
    def __init__(self, build, work, options):
        self.tool = str(build / "tandem_bench")
        self.build = build
        self.work = work
        self.quick = options.quick
        self.repeats = 1 if options.quick else options.repeats

    def load(self, endpoint, pids, connections, window, body=256, rate=0, seconds=3.0, **more):
        arguments = [self.tool, "load", *endpoint, "--connections", str(connections), "--window",
                     str(window), "--bytes", str(body), "--rate", str(rate), "--seconds",
                     str(seconds), "--pids", ",".join(map(str, pids))]
        for name, value in more.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=180)
        if done.returncode != 0 or not done.stdout:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])

    def devices(self, tandem, count):
        started = time.monotonic()
        subprocess.run([self.tool, "import", "--hub", str(tandem.dir), "--devices", str(count)],
                       check=True)
        return time.monotonic() - started


def calm(pids):
    """What the last load left to do (merging, shipping) is not charged to the next."""
    def used():
        return sum(sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
                           .split()[11:13])) for pid in pids)
    for _ in range(40):
        before = used()
        time.sleep(0.5)
        if used() - before <= 5:     # hundredths of a second
            return


def median_of(rows):
    keys = [k for k, v in rows[0].items() if isinstance(v, (int, float))]
    return {k: statistics.median(r[k] for r in rows) for k in keys}


SHAPES = [  # connections, window, bytes, TLS
    (100, 1, 256, False), (100, 32, 256, False), (1000, 1, 256, False), (1000, 32, 256, False),
    (100, 1, 1024, False), (100, 32, 1024, False),
    (100, 1, 256, True), (100, 32, 256, True), (1000, 32, 256, True),
]
QUICK_SHAPES = [(100, 1, 256, False), (100, 32, 256, False), (100, 32, 256, True)]


def ingest_tandem(bench, tandem, name, repeats):
    owner = tandem.owner()
    pids = [tandem.pids[region] for region in tandem.addresses]
    rows = []
    for connections, window, body, tls in QUICK_SHAPES if bench.quick else SHAPES:
        runs = []
        for _ in range(repeats):
            calm(pids)
            syncs = tandem.metric(owner, "tandem_store_syncs_total")
            commands = tandem.metric(owner, "tandem_commands_total")
            written = disk_bytes(tandem.pids[owner])
            run = bench.load(tandem.endpoint(tls), pids, connections, window, body)
            commands = tandem.metric(owner, "tandem_commands_total") - commands
            run["syncs"] = (tandem.metric(owner, "tandem_store_syncs_total") - syncs) / commands
            run["disk"] = (disk_bytes(tandem.pids[owner]) - written) / commands
            runs.append(run)
        rows.append({"server": name, "connections": connections, "window": window, "bytes": body,
                     "tls": tls, **median_of(runs)})
        print(rows[-1], flush=True)
    calm(pids)
    paced = bench.load(tandem.endpoint(), pids, 1000, 32, 256, rate=10000)
    rows.append({"server": name + ", 10,000/s", "connections": 1000, "window": 32, "bytes": 256,
                 "tls": False, **paced})
    print(rows[-1], flush=True)
    return rows


def ingest(bench):
    repeats = bench.repeats
    rows = []
    single = Tandem(bench.build, bench.work / "single", paired=False)
    try:
        bench.devices(single, 1000)
        rows += ingest_tandem(bench, single, "Tandem, one region", repeats)
    finally:
        single.close()
    pair = Tandem(bench.build, bench.work / "pair")
    try:
        bench.devices(pair, 1000)
        pair.settled()
        for goal in ("region-async", "region-sync"):
            pair.configure("--goal", goal)
            time.sleep(1)
            rows += ingest_tandem(bench, pair, "Tandem, " + goal, repeats)
            pair.settled()
    finally:
        pair.close()
    return rows + brokers(bench, repeats)


def brokers(bench, repeats):
    rows = []
    makers = [("mosquitto, memory", lambda d: Mosquitto(d, False)),
              ("mosquitto, autosave 1 s", lambda d: Mosquitto(d, True)),
              ("RabbitMQ, quorum queue", RabbitMq)]
    for name, make in makers:
        try:
            server = make(bench.work / "broker")
        except Exception as error:  # not installed, or does not start: the table says so
            print(f"{name}: {error}", flush=True)
            continue
        try:
            for connections, window in ((100, 1), (100, 32)):
                runs = [bench.load(server.endpoint(), server.pids, connections, window)
                        for _ in range(repeats)]
                rows.append({"server": name, "connections": connections, "window": window,
                             "bytes": 256, "tls": False, **median_of(runs)})
                print(rows[-1], flush=True)
        finally:
            server.close()
    return rows


class Probe:
    """Devices that send through the edge, and when each was acknowledged again after a cut."""

    def __init__(self, bench, tandem, connections, rate, back_off):
        self.process = subprocess.Popen(
            [bench.tool, "load", *tandem.endpoint(tls=True, edge=True), "--connections",
             str(connections), "--window", "1", "--bytes", "256", "--rate", str(rate),
             "--seconds", "3600", "--back-off", str(back_off), "--report-moves", "--pids", "1"],
            stdout=subprocess.PIPE, text=True)
        self.connections = connections
        self.moves = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        time.sleep(3 + connections / 300)   # until all are connected

    def _read(self):
        for line in self.process.stdout:
            self.moves.append(json.loads(line))

    def after(self, when, seconds):
        """Waits until all have come back; (first acknowledgement, longest wait)."""
        def all_back():
            found = [m for m in self.moves if m.get("back", 0) > when]
            return found if len(found) >= self.connections else None
        found = wait_for("the devices to come back", seconds, all_back)
        return min(m["back"] for m in found) - when, max(m["waited"] for m in found)

    def close(self):
        self.process.kill()
        self.process.wait()


def ordered_at(output):
    """When the operation began: its first step."""
    from datetime import datetime, timezone
    stamp = next(line.split()[0] for line in output.splitlines() if line.startswith("  2"))
    return datetime.strptime(stamp[:26], "%Y-%m-%dT%H:%M:%S.%f").replace(
        tzinfo=timezone.utc).timestamp()


def flips(bench, tandem, connections, back_off, count):
    probe = Probe(bench, tandem, connections, max(200, connections), back_off)
    results = []
    try:
        for _ in range(count):
            done = tandem.run("failover", "demo")
            if done.returncode != 0:
                raise RuntimeError(done.stdout + done.stderr)
            results.append(probe.after(ordered_at(done.stdout), 60))
            tandem.settled()
            time.sleep(1)
    finally:
        probe.close()
    return {"flip_median": statistics.median(r[0] for r in results),
            "flip_max": max(r[0] for r in results),
            "gap_median": statistics.median(r[1] for r in results),
            "gap_max": max(r[1] for r in results), "flips": len(results)}


def failover(bench):
    rows = []
    tandem = Tandem(bench.build, bench.work / "flips")
    try:
        for registered in (100, 10_000) if bench.quick else (100, 10_000, 100_000):
            took = bench.devices(tandem, registered)
            tandem.settled()
            rows.append({"registered": registered, "connected": 10, "import_seconds": took,
                         **flips(bench, tandem, 10, 0.01, 3 if bench.quick else 7)})
            print(rows[-1], flush=True)
        rows.append({"registered": registered, "connected": 1000,
                     **flips(bench, tandem, 1000, 0.5, 2 if bench.quick else 5)})
        print(rows[-1], flush=True)
    finally:
        tandem.close()
    return rows


def region_loss(bench):
    tandem = Tandem(bench.build, bench.work / "loss")
    rows = []
    try:
        bench.devices(tandem, 100)
        tandem.configure("--automatic-failover", "on")
        for _ in range(2 if bench.quick else 5):
            tandem.settled()
            time.sleep(2)
            probe = Probe(bench, tandem, 10, 200, 0.05)
            owner = tandem.owner()
            killed = time.time()
            tandem.kill(owner)
            first, longest = probe.after(killed, 60)
            probe.close()
            rows.append({"seconds": first, "longest_wait": longest})
            print(rows[-1], flush=True)
            tandem.restart(owner)
    finally:
        tandem.close()
    return rows


def evacuation(bench):
    """Every hub of a region moved: planned, back, and forced after the loss of the region; one
    hub has light load."""
    count = 20 if bench.quick else 200
    tandem = Tandem(bench.build, bench.work / "evacuation")
    rows = []
    try:
        bench.devices(tandem, 100)
        tandem.create_hubs([f"fleet-{number:03}" for number in range(count - 1)])
        tandem.settled()
        for kind in ("planned", "planned", "forced"):
            owner = tandem.owner_of("demo")
            load = subprocess.Popen(
                [bench.tool, "load", *tandem.endpoint(), "--connections", "100", "--window", "1",
                 "--rate", "100", "--seconds", "5", "--pids", str(tandem.pids["control"])],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1)
            if kind == "forced":
                tandem.kill(owner)
            done = tandem.run("region", "evacuate", owner, *(["--forced"] if kind == "forced" else []))
            if done.returncode != 0:
                raise RuntimeError(done.stdout + done.stderr)
            each = sorted(float(found) for found in
                          re.findall(r"Succeeded .* in ([0-9.]+) s", done.stdout))
            whole = float(re.search(r"at an end in ([0-9.]+) s", done.stdout)[1])
            load.wait()
            rows.append({"kind": kind, "hubs": count, "moved": len(each), "seconds": whole,
                         "median": each[len(each) // 2], "max": each[-1]})
            print(rows[-1], flush=True)
            time.sleep(5)
    finally:
        tandem.close()
    return rows


def idle(bench):
    rows = []
    count = 1000 if bench.quick else 5000
    for tls in (False, True):   # each in a fresh process: what was freed is not given back
        tandem = Tandem(bench.build, bench.work / "idle")
        try:
            bench.devices(tandem, count)
            tandem.settled()
            time.sleep(2)
            pid = tandem.pids[tandem.owner()]
            before = memory(pid)
            process = subprocess.Popen(
                [bench.tool, "load", *tandem.endpoint(tls), "--connections", str(count), "--idle"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            process.stdout.readline()
            time.sleep(5)
            used = (memory(pid) - before) / count
            process.kill()
            process.wait()
            rows.append({"tls": tls, "connections": count, "bytes": used})
            print(rows[-1], flush=True)
        finally:
            tandem.close()
    return rows


def lag(bench):
    rows = []
    tandem = Tandem(bench.build, bench.work / "lag")
    try:
        bench.devices(tandem, 100)
        tandem.settled()
        owner = tandem.owner()
        for rate in (10_000, 0):
            samples, over = [], threading.Event()

            def sample():
                while not over.is_set():
                    hub = json.loads(tandem.page(owner, "status"))["hubs"][0]
                    samples.append((hub["lagMicros"] / 1e6, hub["lagRecords"]))
                    time.sleep(0.02)
            thread = threading.Thread(target=sample)
            thread.start()
            run = bench.load(tandem.endpoint(), [tandem.pids[owner]], 100, 32, rate=rate,
                             seconds=5 if bench.quick else 15)
            over.set()
            thread.join()
            seconds = sorted(s[0] for s in samples)
            records = sorted(s[1] for s in samples)
            rows.append({"rate": run["rate"], "samples": len(samples),
                         "seconds_p50": seconds[len(seconds) // 2],
                         "seconds_p99": seconds[len(seconds) * 99 // 100],
                         "seconds_max": seconds[-1],
                         "records_p99": records[len(records) * 99 // 100]})
            print(rows[-1], flush=True)
    finally:
        tandem.close()
    return rows


ALL = {"ingest": ingest, "failover": failover, "loss": region_loss,
       "evacuation": evacuation, "idle": idle, "lag": lag}
