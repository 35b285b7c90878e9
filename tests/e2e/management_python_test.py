"""Debian's azure-mgmt-iothub, through the redirect mode: code that has management.azure.com built in
runs as it is."""
import subprocess
import sys
import textwrap

from installation import Installation

with Installation("--subscription", "subscription-id", "--proxy-port", "8899",
                  "--failover-interval-seconds", "0", "--failovers-per-day", "0") as it:
    environment = it.environment("--redirect")

    def run(program, **more):
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], env=environment,
                              text=True, timeout=400, **more)
        assert done.returncode == 0, f"status {done.returncode}"

    run("""
        from azure.identity import DefaultAzureCredential
        from azure.core.exceptions import HttpResponseError
        from azure.mgmt.iothub import IotHubClient
        from azure.mgmt.resource import ResourceManagementClient

        credential = DefaultAzureCredential()
        client = IotHubClient(credential, "subscription-id")
        groups = ResourceManagementClient(credential, "subscription-id").resource_groups
        groups.create_or_update("myResourceGroup", {"location": "westus2"})
        hub = client.iot_hub_resource.begin_create_or_update("myResourceGroup", "python-hub", {
            "location": "westus2", "sku": {"name": "S1", "capacity": 1}}).result()
        roles = lambda: [(one.location, one.role) for one in client.iot_hub_resource.get(
            "myResourceGroup", "python-hub").properties.locations]
        assert hub.properties.state == "Active"
        assert roles() == [("West US 2", "primary"), ("West Central US", "secondary")], roles()
        client.iot_hub.begin_manual_failover(
            "python-hub", "myResourceGroup", {"failover_region": "West Central US"}).result()
        assert roles() == [("West Central US", "primary"), ("West US 2", "secondary")], roles()
        assert client.iot_hub_resource.get_stats("myResourceGroup", "python-hub").total_device_count == 0
        assert {one.name for one in client.iot_hub_resource.get_quota_metrics(
            "myResourceGroup", "python-hub")} >= {"TotalMessages", "TotalDeviceCount"}
        list(client.iot_hub_resource.get_endpoint_health("myResourceGroup", "python-hub"))
        assert len(list(client.iot_hub_resource.list_keys("myResourceGroup", "python-hub"))) == 5
        try:
            client.iot_hub.begin_manual_failover(
                "python-hub", "myResourceGroup", {"failover_region": "nowhere"}).result()
            raise SystemExit("a region that is not the pair was accepted")
        except HttpResponseError as error:
            assert error.status_code == 400, error
        client.iot_hub_resource.begin_delete("myResourceGroup", "python-hub").result()
        print("ok: azure-mgmt-iothub through the redirect mode")

        # Large documents: the list has two pages, and the client follows.
        resources = ResourceManagementClient(credential, "subscription-id").resources
        names = [f"large-{i}" for i in range(6)]
        for name in names:
            made = resources.begin_create_or_update(
                "myResourceGroup", "Microsoft.Devices", "", "IotHubs", name, "2023-06-30",
                {"location": "westus2", "sku": {"name": "S1", "capacity": 1},
                 "properties": {"future": "x" * 200_000}}).result()
        exists = lambda id: resources.check_existence_by_id(id, "2023-06-30")
        assert exists(made.id) and not exists(made.id + "-not")
        assert [one.name for one in client.iot_hub_resource.list_by_resource_group(
            "myResourceGroup")] == names
        assert [one.name for one in resources.list_by_resource_group(
            "myResourceGroup", top=2)] == names
        assert [one.name for one in groups.list(filter="tagName eq 'env'")] == []
        print("ok: azure-mgmt-iothub and azure-mgmt-resource follow the pages of lists")
    """)

    blocked = subprocess.run(["curl", "-sS", "-x", environment["HTTPS_PROXY"], "https://example.com/"],
                             capture_output=True, text=True, timeout=20)
    assert blocked.returncode != 0 and "403" in blocked.stderr, blocked
    print("ok: the proxy leads nowhere else")
