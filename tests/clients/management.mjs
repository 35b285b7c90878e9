// The unmodified management SDK: create a hub, fail over, see the locations flip, be refused the
// failback within the hour, have the limit lifted, fail back, delete.
import { IotHubClient } from "@azure/arm-iothub";
import { ClientSecretCredential } from "@azure/identity";
import { assert, quickstart } from "./quickstart.mjs";

const credential = new ClientSecretCredential("adfs", quickstart.clientId, quickstart.clientSecret,
  { authorityHost: quickstart.controlUrl, disableInstanceDiscovery: true });
const client = new IotHubClient(credential, quickstart.subscriptionId, { endpoint: quickstart.controlUrl });
const group = quickstart.resourceGroup;
const name = "sdk-hub";

const free = await client.iotHubResource.checkNameAvailability({ name });
assert(free.nameAvailable, "the name is free");
const created = await client.iotHubResource.beginCreateOrUpdateAndWait(group, name, {
  location: "westus2", sku: { name: "S1", capacity: 1 }, tags: { purpose: "test" },
  properties: { eventHubEndpoints: { events: { retentionTimeInDays: 1, partitionCount: 2 } } },
});
assert(created.properties.state === "Active" && created.location === "westus2", "the hub is active");
const locations = (hub) => hub.properties.locations.map((one) => `${one.location} ${one.role}`).join(", ");
assert(locations(created) === "West US 2 primary, West Central US secondary", "locations: primary first");

const hubs = [];
for await (const hub of client.iotHubResource.listBySubscription()) hubs.push(hub.name);
assert(hubs.includes(name) && hubs.includes(quickstart.hub), "both hubs are listed");
const keys = [];
for await (const rule of client.iotHubResource.listKeys(group, name)) keys.push(rule.keyName);
assert(["iothubowner", "service", "device", "registryRead", "registryReadWrite"].every((k) => keys.includes(k)),
  "the five policies");
const statistics = await client.iotHubResource.getStats(group, name);
assert(statistics.totalDeviceCount === 0, "no device yet");
const quotas = [];
for await (const metric of client.iotHubResource.listQuotaMetrics(group, name)) quotas.push(metric.name);
assert(quotas.includes("TotalMessages") && quotas.includes("TotalDeviceCount"), "quota metrics");
for await (const _ of client.iotHubResource.listEndpointHealth(group, name)) { /* none, or with a status */ }

await client.iotHubResource.createEventHubConsumerGroup(group, name, "events", "cg1", { properties: { name: "cg1" } });
const groups = [];
for await (const one of client.iotHubResource.listEventHubConsumerGroups(group, name, "events")) groups.push(one.name);
assert(groups.includes("$Default") && groups.includes("cg1"), "consumer groups");

const started = Date.now();
await client.iotHub.beginManualFailoverAndWait(name, group, { failoverRegion: "West Central US" });
console.log(`failover by the SDK: ${Date.now() - started} ms`);
const flipped = await client.iotHubResource.get(group, name);
assert(locations(flipped) === "West Central US primary, West US 2 secondary", "the locations are flipped");
assert(flipped.location === "westus2", "the ARM location is not");

const refusal = await client.iotHub.beginManualFailoverAndWait(name, group, { failoverRegion: "West US 2" })
  .then(() => null, (error) => error);
assert(refusal?.statusCode === 409, `the failback is refused within the hour: ${refusal?.message}`);
assert(/\d\d:\d\dZ|\d\d:\d\d:\d\dZ/.test(refusal.message), "and the message says when it is possible");
const wrong = await client.iotHub.beginManualFailoverAndWait(name, group, { failoverRegion: "East US" })
  .then(() => null, (error) => error);
assert(wrong && wrong.statusCode === 400, `a region that is not the pair: ${wrong?.message}`);

const token = await credential.getToken(`${quickstart.controlUrl}/.default`);
const lifted = await fetch(`${quickstart.controlUrl}/tandem/v1/hubs/${name}`, {
  method: "PATCH", headers: { Authorization: `Bearer ${token.token}`, "Content-Type": "application/json" },
  body: JSON.stringify({ failover: { minimumIntervalSeconds: 0, failoversPerDay: 0, failbacksPerDay: 0 } }),
});
assert(lifted.ok, `the limit is lifted (${lifted.status} ${await lifted.text()})`);
await client.iotHub.beginManualFailoverAndWait(name, group, { failoverRegion: "westus2" });
assert(locations(await client.iotHubResource.get(group, name)) === "West US 2 primary, West Central US secondary",
  "failed back");

await client.iotHubResource.beginDeleteAndWait(group, name);
const gone = await client.iotHubResource.get(group, name).then(() => null, (error) => error);
assert(gone?.statusCode === 404 && gone.code === "ResourceNotFound", "deleted");
