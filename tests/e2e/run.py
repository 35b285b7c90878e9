#!/usr/bin/env python3
"""Runs the tests with real clients and real processes.

usage: run.py --tandem PATH [--jobs N] [NAME ...]

Each *_test.py beside this file is one test program. It runs in a network and a mount namespace of its own
(loopback only), so that the standard ports are free, several run side by side, and nothing
reaches any other address. A test passes when it exits with 0; 77 means skipped, with the reason
as its last line. Output is kept in tests/output/NAME.log.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "output"
SKIPPED = 77
TIMEOUT_SECONDS = 600


def run(test, tandem):
    OUTPUT.mkdir(exist_ok=True)
    log = OUTPUT / (test.stem + ".log")
    inside = f'ip link set lo up && exec "{sys.executable}" -u "{test}"'
    environment = dict(os.environ, TANDEM=str(tandem), PYTHONPATH=str(HERE))
    started = time.monotonic()
    with open(log, "wb") as out:
        try:
            status = subprocess.run(["unshare", "--net", "--mount", "sh", "-c", inside], stdout=out, stderr=out,
                                    stdin=subprocess.DEVNULL, env=environment,
                                    timeout=TIMEOUT_SECONDS).returncode
        except subprocess.TimeoutExpired:
            status = "timeout"
    return test.stem, status, time.monotonic() - started, log


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tandem", required=True, type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    tests = sorted(HERE.glob("*_test.py"))
    if options.names:
        tests = [t for t in tests if any(name in t.stem for name in options.names)]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done in concurrent.futures.as_completed(
                pool.submit(run, test, options.tandem.resolve()) for test in tests):
            name, status, seconds, log = done.result()
            word = {0: "passed", SKIPPED: "skipped"}.get(status, "failed")
            counts[word] += 1
            print(f"{word:8} {name} ({seconds:.0f} s)", flush=True)
            tail = log.read_text(errors="replace").splitlines()
            if word == "failed":
                print(f"  status {status}; the end of {log}:")
                print("\n".join("  | " + line for line in tail[-40:]), flush=True)
            elif word == "skipped" and tail:
                print("  " + tail[-1], flush=True)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
