"""Measures, and prints its numbers with the machine's: bench/run.py BUILD_DIR [--quick] [--only ..].

Runs in a network namespace of its own (bench/run.sh makes it), so ports and other traffic do not
matter. Results also go to BUILD_DIR/bench/results.json.
"""

import argparse
import json
import os
import platform
import statistics
import time
from pathlib import Path

import report
import scenarios


def sync_time(directory):
    """Median of 200 writes of 4 KiB, each followed by fdatasync, in microseconds."""
    path = directory / "sync-probe"
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    block = b"x" * 4096
    took = []
    for i in range(200):
        began = time.perf_counter()
        os.pwrite(file, block, (i % 64) * 4096)
        os.fdatasync(file)
        took.append((time.perf_counter() - began) * 1e6)
    os.close(file)
    path.unlink()
    return statistics.median(took)


def machine(directory):
    model = next((line.split(":", 1)[1].strip()
                  for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "memory_gib": round(memory / 2**30, 1), "sync_us": round(sync_time(directory)),
            "load": os.getloadavg()[0]}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build", type=Path)
    arguments.add_argument("--quick", action="store_true", help="about three minutes")
    arguments.add_argument("--only", default=",".join(scenarios.ALL),
                           help="of " + ", ".join(scenarios.ALL))
    arguments.add_argument("--repeats", type=int, default=3, help="of each load; the median counts")
    options = arguments.parse_args()
    work = options.build / "bench-work"
    work.mkdir(exist_ok=True)
    results = {"machine": machine(work)}
    print(results["machine"], flush=True)
    bench = scenarios.Bench(options.build, work, options)
    for name in options.only.split(","):
        began = time.monotonic()
        results[name] = scenarios.ALL[name](bench)
        print(f"-- {name}: {time.monotonic() - began:.0f} s", flush=True)
        (work / "results.json").write_text(json.dumps(results, indent=1))
    print(report.markdown(results))


if __name__ == "__main__":
    main()
