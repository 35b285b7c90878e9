"""Every operation of Debian's azure-mgmt-iothub once, against a real installation; each exchange is
kept as a file for validate_traffic.mjs. Usage: operations.py TRAFFIC_DIR WORK_DIR"""
import base64
import json
import os
import pathlib
import subprocess
import sys

from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.identity import DefaultAzureCredential
from azure.mgmt.iothub import IotHubClient

traffic, work = (pathlib.Path(one) for one in sys.argv[1:3])
quickstart = json.loads(pathlib.Path(os.environ["TANDEM_QUICKSTART"]).read_text())
group, hub = quickstart["resourceGroup"], "python-operations"


class Recorder(SansIOHTTPPolicy):
    count = 0

    def on_response(self, request, response):
        sent, got = request.http_request, response.http_response
        if "operationresults" in sent.url.lower():
            return
        Recorder.count += 1
        exchange = {
            "liveRequest": {"headers": {name.lower(): value for name, value in sent.headers.items()
                                        if name.lower() != "authorization"},
                            "method": sent.method, "url": sent.url,
                            "body": json.loads(sent.body) if sent.body else {}},
            "liveResponse": {"statusCode": str(got.status_code),
                             "headers": {name.lower(): value for name, value in got.headers.items()}}}
        if got.text():
            exchange["liveResponse"]["body"] = json.loads(got.text())
        (traffic / f"python-{Recorder.count:04}.json").write_text(json.dumps(exchange, indent=1))


client = IotHubClient(DefaultAzureCredential(), quickstart["subscriptionId"],
                      base_url=quickstart["controlUrl"],
                      credential_scopes=[quickstart["controlUrl"] + "/.default"],
                      per_retry_policies=[Recorder()], polling_interval=1)
hubs = client.iot_hub_resource


def refused(call):
    try:
        call()
    except HttpResponseError as error:
        return error
    return None


assert any(one.name == "Microsoft.Devices/IotHubs/Write" for one in client.operations.list())
assert client.resource_provider_common.get_subscription_quota().value
assert hubs.check_name_availability({"name": hub}).name_available

made = hubs.begin_create_or_update(group, hub, {
    "location": "westus2", "sku": {"name": "S1", "capacity": 1},
    "properties": {
        "cloud_to_device": {"max_delivery_count": 20, "default_ttl_as_iso8601": "PT2H"},
        "routing": {
            "endpoints": {"storage_containers": [{
                "name": "store", "container_name": "telemetry", "encoding": "json",
                "connection_string": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0"}]},
            "routes": [{"name": "all", "source": "DeviceMessages", "condition": "true",
                        "endpoint_names": ["store"], "is_enabled": True}]}}}).result()
assert made.properties.state == "Active", made
assert made.properties.cloud_to_device.max_delivery_count == 20
assert hubs.begin_update(group, hub, {"tags": {"made": "by python"}}).result().tags["made"] == "by python"
assert hubs.get(group, hub).name == hub
assert hub in [one.name for one in hubs.list_by_subscription()]
assert hub in [one.name for one in hubs.list_by_resource_group(group)]
assert hubs.get_stats(group, hub).total_device_count == 0
assert [one.sku.name for one in hubs.get_valid_skus(group, hub)] == ["S1", "S2", "S3"]
assert len(list(hubs.get_quota_metrics(group, hub))) >= 2
assert [one.health_status for one in hubs.get_endpoint_health(group, hub)] == ["unknown"]
assert len(list(hubs.list_keys(group, hub))) == 5
assert hubs.get_keys_for_key_name(group, hub, "service").rights == "ServiceConnect"

hubs.create_event_hub_consumer_group(group, hub, "events", "cg1", {"properties": {"name": "cg1"}})
assert hubs.get_event_hub_consumer_group(group, hub, "events", "cg1").name == "cg1"
assert len(list(hubs.list_event_hub_consumer_groups(group, hub, "events"))) == 2
hubs.delete_event_hub_consumer_group(group, hub, "events", "cg1")

message = {"body": "{}", "app_properties": {"a": "1"}, "system_properties": {}}
assert [one.properties.name for one in hubs.test_all_routes(
    hub, group, {"routing_source": "DeviceMessages", "message": message}).routes] == ["all"]
assert hubs.test_route(hub, group, {"message": message, "route": {
    "name": "r", "source": "DeviceMessages", "condition": "a = '2'", "endpoint_names": ["events"],
    "is_enabled": True}}).result == "false"


def openssl(*words):
    subprocess.run(["openssl", *words], cwd=work, check=True, capture_output=True)


def encoded(name):
    return base64.b64encode((work / name).read_bytes()).decode()


openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-subj", "/CN=Python Root",
        "-days", "30", "-out", "ca.pem")
certificate = client.certificates.create_or_update(
    group, hub, "ca1", {"properties": {"certificate": encoded("ca.pem")}})
assert certificate.properties.subject == "Python Root", certificate
coded = client.certificates.generate_verification_code(group, hub, "ca1", certificate.etag)
openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key",
        "-subj", f"/CN={coded.properties.verification_code}", "-out", "leaf.csr")
openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-days", "1", "-out", "leaf.pem")
assert client.certificates.verify(group, hub, "ca1", coded.etag,
                                  {"certificate": encoded("leaf.pem")}).properties.is_verified
assert len(client.certificates.list_by_iot_hub(group, hub).value) == 1
client.certificates.delete(group, hub, "ca1", client.certificates.get(group, hub, "ca1").etag)

links, connections = client.private_link_resources, client.private_endpoint_connections
assert len(links.list(group, hub).value) == 1
assert links.get(group, hub, "iotHub").properties.group_id == "iotHub"
approval = {"properties": {"private_link_service_connection_state": {
    "status": "Approved", "description": "by the test"}}}
connections.begin_update(group, hub, "pe1", approval).result()
assert len(connections.list(group, hub)) == 1
assert connections.get(group, hub, "pe1").name == "pe1"
connections.begin_delete(group, hub, "pe1").result()

# To a container that nobody has: refused, or begun and failed; both have a shape.
container = "https://nobody.example/c?sv=1&sig=x"
refused(lambda: hubs.export_devices(group, hub, {"export_blob_container_uri": container,
                                                 "exclude_keys": True}))
refused(lambda: hubs.import_devices(group, hub, {"input_blob_container_uri": container,
                                                 "output_blob_container_uri": container}))
for job in hubs.list_jobs(group, hub):
    assert hubs.get_job(group, hub, job.job_id).job_id == job.job_id
assert refused(lambda: hubs.get_job(group, hub, "no-such-job")).status_code == 404

client.iot_hub.begin_manual_failover(hub, group, {"failover_region": "West Central US"}).result()
assert hubs.get(group, hub).properties.locations[0].location == "West Central US"
hubs.begin_delete(group, hub).result()
assert hubs.check_name_availability({"name": hub}).name_available
print(f"{Recorder.count} exchanges recorded")
