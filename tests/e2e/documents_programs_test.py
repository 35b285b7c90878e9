"""The failover programs of Microsoft's documents, unmodified, where they are at hand. They name a
subscription, groups, hubs and regions of their own, which is the installation's configuration."""
import os
import pathlib
import subprocess
import sys

from installation import ROOT, Installation, skip

PROGRAMS = pathlib.Path(os.environ.get("TANDEM_SHARED", ROOT.parent / "shared")) / "acceptance/python"
if not PROGRAMS.is_dir():
    skip("the documents' programs are not here")

PREPARE = """
from azure.identity import DefaultAzureCredential
from azure.mgmt.iothub import IotHubClient
from azure.mgmt.resource import ResourceManagementClient
credential = DefaultAzureCredential()
ResourceManagementClient(credential, "subscription-id").resource_groups.create_or_update(
    "myResourceGroup", {"location": LOCATION})
IotHubClient(credential, "subscription-id").iot_hub_resource.begin_create_or_update(
    "myResourceGroup", "myIoTHub", {"location": LOCATION, "sku": {"name": "S1", "capacity": 1}}).result()
"""
read = {name: (PROGRAMS / f"{name}.py").read_text() for name in ("s0", "s1", "s2", "s3")}
first_lines = read["s0"][:read["s0"].index("\n", read["s0"].index("client =")) + 1]
names = 'resource_group = "myResourceGroup"\nhub_name = "myIoTHub"\n'
# What each program is run behind, the pair it needs, and what it must have said at its end.
RUNS = [
    (read["s0"] + read["s1"], "seed-region=seed-region,paired-region-name=paired-region-name",
     "Failover verification completed successfully"),
    (first_lines + names + read["s2"], "centralus=Central US,eastus2=East US 2",
     "DISASTER RECOVERY COMPLETED SUCCESSFULLY"),
    (first_lines + names + read["s3"], "drill-region=drill-region,test-region=test-region",
     "Failover test passed"),
]


def run(program, pair, expected):
    with Installation("--subscription", "subscription-id", "--proxy-port", "8899",
                      "--regions", pair) as it:
        environment = dict(it.environment("--redirect"), PYTHONIOENCODING="utf-8")
        location = pair.split("=")[0]
        subprocess.run([sys.executable, "-c", f"LOCATION = {location!r}\n{PREPARE}"],
                       env=environment, check=True, timeout=120)
        done = subprocess.run([sys.executable, "-c", program], env=environment, cwd=it.dir,
                              input="yes\n", text=True, capture_output=True, timeout=400)
        print(done.stdout, done.stderr[-2000:])
        assert done.returncode == 0 and expected.lower() in done.stdout.lower(), expected
        print("ok:", expected, flush=True)


for one in RUNS:
    run(*one)
