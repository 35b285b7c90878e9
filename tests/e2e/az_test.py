"""Debian's az CLI with nothing but the exports of `tandem env`: the tutorial's steps."""
import json
import shutil
import subprocess

from installation import Installation, skip

if shutil.which("az") is None:
    skip("az is not installed")

with Installation() as it:
    environment = it.environment()
    hub = ["-n", "az-hub", "-g", "az-group"]

    def az(*words, check=True):
        done = subprocess.run(["az", *words, "-o", "json"], env=environment, capture_output=True,
                              text=True, timeout=180)
        print("az", *words, "->", done.returncode, done.stderr.strip()[-400:])
        if check and done.returncode != 0:
            raise AssertionError(done.stderr)
        return (json.loads(done.stdout) if done.stdout.strip() else None) if check else done

    def locations():
        return [(one["location"], one["role"]) for one in az("iot", "hub", "show", *hub)
                ["properties"]["locations"]]

    q = it.quickstart
    az("cloud", "register", "--name", "Tandem", "--endpoint-resource-manager", q["controlUrl"] + "/")
    az("cloud", "set", "--name", "Tandem")
    az("login", "--service-principal", "-u", q["clientId"], "-p", q["clientSecret"],
       "--tenant", q["tenant"])
    az("group", "create", "-n", "az-group", "-l", "westus2")
    created = az("iot", "hub", "create", *hub, "-l", "westus2", "--sku", "S1")
    assert created["properties"]["state"] == "Active", created
    assert locations() == [("West US 2", "primary"), ("West Central US", "secondary")]
    az("iot", "hub", "manual-failover", *hub)
    assert locations() == [("West Central US", "primary"), ("West US 2", "secondary")]
    refused = az("iot", "hub", "manual-failover", *hub, check=False)
    assert refused.returncode != 0 and "Z" in refused.stderr, "the failback within the hour"
    it.tandem("hub", "az-hub", "--failover-interval-seconds", "0", "--failovers-per-day", "0")
    az("iot", "hub", "manual-failover", *hub)
    assert locations() == [("West US 2", "primary"), ("West Central US", "secondary")]
    shown = az("iot", "hub", "show-connection-string", *hub)
    assert "SharedAccessKey=" in json.dumps(shown)
    az("iot", "hub", "consumer-group", "create", "--hub-name", "az-hub", "-g", "az-group",
       "-n", "readers")
    az("iot", "hub", "delete", *hub)
    az("group", "delete", "-n", "az-group", "--yes")
    assert az("group", "exists", "-n", "az-group") is False
