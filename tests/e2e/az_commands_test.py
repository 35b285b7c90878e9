"""Debian's az CLI, unmodified: every command for hubs and what belongs to them, groups, resources,
providers and locations. The tutorial's own steps are in az_test.py."""
import json
import pathlib
import shutil
import subprocess
import tempfile

from installation import Installation, skip

if shutil.which("az") is None:
    skip("az is not installed")

EVENT_HUB = "Endpoint=sb://eh.example/;SharedAccessKeyName=p;SharedAccessKey=c2VjcmV0;EntityPath=e"

with Installation() as it, tempfile.TemporaryDirectory() as scratch:
    scratch = pathlib.Path(scratch)
    environment = it.environment()
    hub = ["-n", "az-hub", "-g", "az-group"]
    of_hub = ["--hub-name", "az-hub", "-g", "az-group"]

    def az(*words, check=True):
        done = subprocess.run(["az", *words, "-o", "json"], env=environment, capture_output=True,
                              text=True, timeout=240)
        print("az", *words, "->", done.returncode, done.stderr.strip()[-400:], flush=True)
        if check and done.returncode != 0:
            raise AssertionError(done.stderr)
        return (json.loads(done.stdout) if done.stdout.strip() else None) if check else done

    def refused(*words):
        done = az(*words, check=False)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=scratch, check=True, capture_output=True)

    q = it.quickstart
    az("cloud", "register", "--name", "Tandem", "--endpoint-resource-manager", q["controlUrl"] + "/")
    az("cloud", "set", "--name", "Tandem")
    az("login", "--service-principal", "-u", q["clientId"], "-p", q["clientSecret"],
       "--tenant", q["tenant"])

    # ---- locations, providers, groups
    locations = {one["name"]: one for one in az("account", "list-locations")}
    assert locations["westus2"]["metadata"]["pairedRegion"][0]["name"] == "westcentralus", locations
    assert locations["westus2"]["metadata"]["physicalLocation"] == "Washington"
    assert az("provider", "show", "-n", "Microsoft.Devices")["registrationState"] == "Registered"
    assert len(az("provider", "list")) >= 2
    az("provider", "register", "-n", "Microsoft.Devices")
    az("group", "create", "-n", "az-group", "-l", "westus2", "--tags", "a=b")
    assert az("group", "update", "-n", "az-group", "--set", "tags.c=d")["tags"] == {"a": "b", "c": "d"}
    assert az("group", "show", "-n", "az-group")["location"] == "westus2"
    assert "az-group" in [one["name"] for one in az("group", "list")]
    assert az("group", "exists", "-n", "nothing") is False

    # ---- the hub
    az("iot", "hub", "create", *hub, "--sku", "S1", "--no-wait")
    az("iot", "hub", "wait", *hub, "--created")
    made = az("iot", "hub", "show", "-n", "az-hub")
    assert made["resourcegroup"] == "az-group" and made["properties"]["state"] == "Active", made
    assert [one["name"] for one in az("iot", "hub", "list", "-g", "az-group")] == ["az-hub"]
    assert [one["sku"]["name"] for one in az("iot", "hub", "list-skus", *hub)] == ["S1", "S2", "S3"]
    assert az("iot", "hub", "show-stats", *hub)["totalDeviceCount"] == 0
    assert az("iot", "hub", "show-quota-metrics", *hub)
    assert "SharedAccessKey=" in json.dumps(az("iot", "hub", "show-connection-string", *hub))
    az("iot", "hub", "devicestream", "show", *hub)
    changed = az("iot", "hub", "update", *hub, "--set", "properties.publicNetworkAccess=Enabled",
                 "properties.networkRuleSets={\"defaultAction\":\"Allow\",\"applyToBuiltInEventHubEndpoint\":false,"
                 "\"ipRules\":[{\"filterName\":\"home\",\"action\":\"Allow\",\"ipMask\":\"10.0.0.0/8\"}]}",
                 "tags.kept=yes")
    assert changed["properties"]["networkRuleSets"]["ipRules"][0]["ipMask"] == "10.0.0.0/8", changed
    assert changed["tags"]["kept"] == "yes"
    assert "400981" in refused("iot", "hub", "update", *hub, "--set",
                               "properties.networkRuleSets.ipRules[0].ipMask=nonsense")
    scaled = az("iot", "hub", "update", *hub, "--sku", "S2", "--unit", "2")
    assert scaled["sku"] == {"capacity": 2, "name": "S2", "tier": "Standard"}, scaled["sku"]

    # ---- policies, consumer groups
    az("iot", "hub", "policy", "create", *of_hub, "-n", "reader", "--permissions", "RegistryRead")
    assert "reader" in [one["keyName"] for one in az("iot", "hub", "policy", "list", *of_hub)]
    assert az("iot", "hub", "policy", "show", *of_hub, "-n", "reader")["rights"] == "RegistryRead"
    az("iot", "hub", "policy", "delete", *of_hub, "-n", "reader")
    az("iot", "hub", "consumer-group", "create", *of_hub, "-n", "readers")
    assert az("iot", "hub", "consumer-group", "show", *of_hub, "-n", "readers")["name"] == "readers"
    assert len(az("iot", "hub", "consumer-group", "list", *of_hub)) == 2
    az("iot", "hub", "consumer-group", "delete", *of_hub, "-n", "readers")

    # ---- routing
    az("iot", "hub", "routing-endpoint", "create", *of_hub, "--endpoint-name", "eh1",
       "--endpoint-type", "eventhub", "--endpoint-resource-group", "az-group",
       "--endpoint-subscription-id", q["subscriptionId"], "--connection-string", EVENT_HUB)
    endpoints = az("iot", "hub", "routing-endpoint", "list", *of_hub)["eventHubs"]
    assert [one["name"] for one in endpoints] == ["eh1"] and "c2VjcmV0" not in json.dumps(endpoints)
    az("iot", "hub", "route", "create", *of_hub, "--route-name", "hot", "--source-type",
       "devicemessages", "--endpoint-name", "eh1", "--condition", "level='hot'", "--enabled", "true")
    assert az("iot", "hub", "route", "list", *of_hub)[0]["source"] == "DeviceMessages"
    tried = az("iot", "hub", "route", "test", *of_hub, "--route-name", "hot", "--ap", '{"level":"hot"}')
    assert tried["result"] == "true", tried
    everything = az("iot", "hub", "route", "test", *of_hub, "--source-type", "devicemessages",
                    "--ap", '{"level":"hot"}')
    assert everything["routes"][0]["properties"]["name"] == "hot", everything
    assert "400962" in refused("iot", "hub", "route", "update", *of_hub, "--route-name", "hot",
                               "--condition", "level = = 1")
    az("iot", "hub", "message-enrichment", "create", "-n", "az-hub", "--key", "k", "--value", "v",
       "--endpoints", "events")
    assert "400131" in refused("iot", "hub", "message-enrichment", "create", "-n", "az-hub", "--key",
                               "k2", "--value", "v", "--endpoints", "nowhere")
    az("iot", "hub", "route", "delete", *of_hub, "--route-name", "hot")
    assert az("iot", "hub", "route", "list", *of_hub) == []

    # ---- certificates
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-subj", "/CN=az root",
            "-days", "30", "-out", "ca.pem")
    made = az("iot", "hub", "certificate", "create", *of_hub, "-n", "ca1", "-p", str(scratch / "ca.pem"))
    assert made["properties"]["subject"] == "az root" and not made["properties"]["isVerified"], made
    assert len(az("iot", "hub", "certificate", "list", *of_hub)["value"]) == 1
    coded = az("iot", "hub", "certificate", "generate-verification-code", *of_hub, "-n", "ca1",
               "--etag", made["etag"])
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key",
            "-subj", f"/CN={coded['properties']['verificationCode']}", "-out", "leaf.csr")
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "1", "-out", "leaf.pem")
    assert "412001" in refused("iot", "hub", "certificate", "verify", *of_hub, "-n", "ca1", "--etag",
                               made["etag"], "-p", str(scratch / "leaf.pem"))
    proven = az("iot", "hub", "certificate", "verify", *of_hub, "-n", "ca1", "--etag", coded["etag"],
                "-p", str(scratch / "leaf.pem"))
    assert proven["properties"]["isVerified"] is True, proven
    assert az("iot", "hub", "certificate", "show", *of_hub, "-n", "ca1")["properties"]["isVerified"]
    az("iot", "hub", "certificate", "delete", *of_hub, "-n", "ca1", "--etag", proven["etag"])

    # ---- resources of any type
    listed = az("resource", "list", "-g", "az-group")
    assert [(one["name"], one["type"]) for one in listed] == [("az-hub", "Microsoft.Devices/IotHubs")]
    shown = az("resource", "show", "-g", "az-group", "-n", "az-hub", "--resource-type",
               "Microsoft.Devices/IotHubs")
    assert shown["properties"]["hostName"].startswith("az-hub."), shown
    rest = az("rest", "--method", "get", "--url", q["controlUrl"] + shown["id"] + "?api-version=2023-06-30",
              "--resource", "https://management.azure.com/")
    assert rest["name"] == "az-hub"
    assert az("group", "export", "-n", "az-group")["resources"][0]["name"] == "az-hub"
    az("resource", "delete", "-g", "az-group", "-n", "az-hub", "--resource-type",
       "Microsoft.Devices/IotHubs")
    az("group", "delete", "-n", "az-group", "--yes", "--no-wait")
    az("group", "wait", "-n", "az-group", "--deleted", "--interval", "2")
    assert az("group", "exists", "-n", "az-group") is False
    print("ok: az")
