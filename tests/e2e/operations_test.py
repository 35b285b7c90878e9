"""All 38 operations of Microsoft.Devices/IotHubs by the real clients, npm @azure/arm-iothub (2023-06-30)
and Debian's azure-mgmt-iothub (2021-07-02), and their traffic validated against the specifications
by npm oav."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from installation import CLIENTS, ROOT, Installation

OPERATIONS = 38
VERSIONS = {"2023-06-30": "stable/2023-06-30", "2021-07-02": "stable/2021-07-02"}


def specifications(place):
    """The tree that oav wants: the specifications of both versions and what they refer to."""
    shared = pathlib.Path(os.environ.get("TANDEM_SHARED", ROOT.parent / "shared")) / "spec" / "arm" / "specification"
    if not shared.exists():
        return None
    devices = pathlib.Path("iothub/resource-manager/Microsoft.Devices")
    for version in VERSIONS.values():
        shutil.copytree(shared / devices / version, place / "specification" / devices / version)
    shutil.copytree(shared / "common-types", place / "specification" / "common-types")
    return place / "specification"


with tempfile.TemporaryDirectory(prefix="tandem-operations-") as temporary:
    scratch = pathlib.Path(temporary)
    traffic = scratch / "traffic"
    for name in ("traffic", "js", "python", "spec"):
        (scratch / name).mkdir()
    with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
        it.node("operations.mjs", traffic, scratch / "js")
        subprocess.run([sys.executable, CLIENTS / "operations.py", traffic, scratch / "python"],
                       env=it.environment(), check=True, timeout=400)
        environment = it.environment()
    exchanges = len(list(traffic.iterdir()))
    print(f"{exchanges} exchanges")
    tree = specifications(scratch / "spec")
    if tree is None:
        print("the specifications are not here: the traffic was not validated")
        sys.exit(0)
    done = subprocess.run(["node", CLIENTS / "validate_traffic.mjs", traffic, tree], env=environment,
                          capture_output=True, text=True, timeout=300)
    print(done.stdout[-6000:], done.stderr[-2000:])
    coverage = json.loads(done.stdout[done.stdout.rindex("coverage ") + len("coverage "):])
    for version in VERSIONS:
        covered = [one for one in coverage if one["apiVersion"] == version and "iothub" in one["spec"]]
        assert covered and covered[0]["covered"] == OPERATIONS, (version, covered)
        assert covered[0]["total"] == OPERATIONS, covered
    assert done.returncode == 0, "the traffic deviates from the specifications"
    print(f"ok: {OPERATIONS} operations in {len(VERSIONS)} versions, {exchanges} exchanges validated")
