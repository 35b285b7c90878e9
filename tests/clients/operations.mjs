// Every operation of @azure/arm-iothub once, against a real installation; each exchange is kept as
// a file for validate_traffic.mjs. Usage: operations.mjs TRAFFIC_DIR WORK_DIR
import { IotHubClient } from "@azure/arm-iothub";
import { ClientSecretCredential } from "@azure/identity";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, quickstart } from "./quickstart.mjs";

const [trafficDir, workDir] = process.argv.slice(2);
let exchanges = 0;
const recorder = {
  name: "recorder",
  async sendRequest(request, next) {
    const response = await next(request);
    if (!/operationresults/i.test(request.url)) {
      const body = (text) => (text ? JSON.parse(text) : undefined);
      const { authorization: _, ...headers } = request.headers.toJSON();
      writeFileSync(join(trafficDir, `js-${String(++exchanges).padStart(4, "0")}.json`), JSON.stringify({
        liveRequest: { headers, method: request.method, url: request.url, body: body(request.body) ?? {} },
        liveResponse: { statusCode: String(response.status), headers: response.headers.toJSON(),
          body: body(response.bodyAsText) },
      }, null, 1));
    }
    return response;
  },
};

const credential = new ClientSecretCredential("adfs", quickstart.clientId, quickstart.clientSecret,
  { authorityHost: quickstart.controlUrl, disableInstanceDiscovery: true });
const client = new IotHubClient(credential, quickstart.subscriptionId, { endpoint: quickstart.controlUrl });
const group = quickstart.resourceGroup;
const hub = "operations-hub";
const quick = { updateIntervalInMs: 200 };
// The quick start's hub has settings of Tandem's own in its document, which no specification has.
await client.iotHubResource.beginDeleteAndWait(group, quickstart.hub, quick);
client.pipeline.addPolicy(recorder, { phase: "Deserialize" });
async function all(pages) {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
}
const refused = (promise) => promise.then(() => null, (error) => error);

// ---- the provider and the subscription
assert((await all(client.operations.list())).some((one) => one.name === "Microsoft.Devices/IotHubs/failover/Action"),
  "operations");
const usages = await client.resourceProviderCommon.getSubscriptionQuota();
assert(usages.value.length > 0, "usages");
assert((await client.iotHubResource.checkNameAvailability({ name: hub })).nameAvailable, "the name is free");

// ---- the hub
const created = await client.iotHubResource.beginCreateOrUpdateAndWait(group, hub, {
  location: "westus2", sku: { name: "S1", capacity: 1 }, tags: { made: "by npm" },
  properties: {
    eventHubEndpoints: { events: { retentionTimeInDays: 1, partitionCount: 2 } },
    minTlsVersion: "1.2", publicNetworkAccess: "Enabled", comments: "every operation once",
    networkRuleSets: { defaultAction: "Allow", applyToBuiltInEventHubEndpoint: false,
      ipRules: [{ filterName: "home", action: "Allow", ipMask: "10.0.0.0/8" }] },
    routing: {
      endpoints: { eventHubs: [{ name: "eh1",
        connectionString: "Endpoint=sb://eh.example/;SharedAccessKeyName=p;SharedAccessKey=c2VjcmV0;EntityPath=e" }] },
      routes: [{ name: "hot", source: "DeviceMessages", condition: "level = 'hot'", endpointNames: ["eh1"],
        isEnabled: true }],
      enrichments: [{ key: "hub", value: "$iothubname", endpointNames: ["events", "eh1"] }],
    },
  },
}, quick);
assert(created.properties.state === "Active" && created.sku.tier === "Standard", "created");
assert(created.properties.routing.endpoints.eventHubs[0].connectionString.includes("SharedAccessKey=****"),
  "the endpoint's key is masked");
// The whole document goes back, as tools do it; without systemData, which the specification forbids.
const { systemData: _, ...document } = created;
const updated = await client.iotHubResource.beginCreateOrUpdateAndWait(group, hub,
  { ...document, properties: { ...created.properties, comments: "changed" } }, { ...quick, ifMatch: created.etag });
assert(updated.properties.comments === "changed" && updated.etag !== created.etag, "updated");
const stale = await refused(client.iotHubResource.beginCreateOrUpdateAndWait(group, hub, document,
  { ...quick, ifMatch: created.etag }));
assert(stale?.statusCode === 412, "a stale ETag is refused");
const tagged = await client.iotHubResource.beginUpdateAndWait(group, hub, { tags: { a: "b" } }, quick);
assert(tagged.tags.a === "b", "tags");
assert((await client.iotHubResource.get(group, hub)).name === hub, "get");
assert((await all(client.iotHubResource.listBySubscription())).some((one) => one.name === hub), "by subscription");
assert((await all(client.iotHubResource.listByResourceGroup(group))).some((one) => one.name === hub), "by group");
assert((await client.iotHubResource.getStats(group, hub)).totalDeviceCount === 0, "statistics");
assert((await all(client.iotHubResource.listValidSkus(group, hub))).length === 3, "tiers");
assert((await all(client.iotHubResource.listQuotaMetrics(group, hub))).length >= 2, "quotas");
const health = await all(client.iotHubResource.listEndpointHealth(group, hub));
assert(health.length === 1 && health[0].healthStatus === "unknown", "endpoint health");
assert((await all(client.iotHubResource.listKeys(group, hub))).length === 5, "keys");
const owner = await client.iotHubResource.getKeysForKeyName(group, hub, "iothubowner");
assert(owner.rights === "RegistryWrite, ServiceConnect, DeviceConnect", "a key");

// ---- consumer groups
await client.iotHubResource.createEventHubConsumerGroup(group, hub, "events", "cg1", { properties: { name: "cg1" } });
assert((await client.iotHubResource.getEventHubConsumerGroup(group, hub, "events", "cg1")).name === "cg1", "a group");
assert((await all(client.iotHubResource.listEventHubConsumerGroups(group, hub, "events"))).length === 2, "groups");
await client.iotHubResource.deleteEventHubConsumerGroup(group, hub, "events", "cg1");

// ---- routes
const message = { body: "{\"a\":1}", appProperties: { level: "hot" },
  systemProperties: { contentType: "application/json", contentEncoding: "utf-8" } };
const matched = await client.iotHubResource.testAllRoutes(hub, group, { routingSource: "DeviceMessages", message });
assert(matched.routes.length === 1 && matched.routes[0].properties.name === "hot", "test all");
const route = (condition) => ({ message, route: { name: "r", source: "DeviceMessages", condition,
  endpointNames: ["events"], isEnabled: true } });
assert((await client.iotHubResource.testRoute(hub, group, route("$body.a = 1"))).result === "true", "test new");
const wrong = await client.iotHubResource.testRoute(hub, group, route("$body.a ="));
assert(wrong.details.compilationErrors[0].location.start.line === 1, "a condition that does not compile");

// ---- certificates
const openssl = (...words) => execFileSync("openssl", words, { cwd: workDir, stdio: ["ignore", "pipe", "ignore"] });
openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
  "-subj", "/CN=Operations Root", "-days", "30", "-addext", "keyUsage=critical,keyCertSign", "-out", "ca.pem");
const pem = (name) => readFileSync(join(workDir, name)).toString("base64");
let certificate = await client.certificates.createOrUpdate(group, hub, "ca1", { properties: { certificate: pem("ca.pem") } });
assert(certificate.properties.subject === "Operations Root" && !certificate.properties.isVerified, "a certificate");
const coded = await client.certificates.generateVerificationCode(group, hub, "ca1", certificate.etag);
openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "leaf.key",
  "-subj", `/CN=${coded.properties.verificationCode}`, "-out", "leaf.csr");
openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1",
  "-out", "leaf.pem");
certificate = await client.certificates.verify(group, hub, "ca1", coded.etag, { certificate: pem("leaf.pem") });
assert(certificate.properties.isVerified, "possession is proven");
assert((await client.certificates.listByIotHub(group, hub)).value.length === 1, "certificates");
certificate = await client.certificates.get(group, hub, "ca1");
const badTag = await refused(client.certificates.delete(group, hub, "ca1", "AAAAAAAAAAE="));
assert(badTag?.statusCode === 412 && badTag.code === "412001", "a bad ETag");
await client.certificates.delete(group, hub, "ca1", certificate.etag);

// ---- private endpoints
assert((await client.privateLinkResourcesOperations.list(group, hub)).value.length === 1, "private link resources");
assert((await client.privateLinkResourcesOperations.get(group, hub, "iotHub")).name === "iotHub", "one of them");
const approved = await client.privateEndpointConnections.beginUpdateAndWait(group, hub, "pe1",
  { properties: { privateLinkServiceConnectionState: { status: "Approved", description: "by the test" } } }, quick);
assert(approved.properties.privateLinkServiceConnectionState.status === "Approved", "a connection");
assert((await client.privateEndpointConnections.list(group, hub)).length === 1, "connections");
assert((await client.privateEndpointConnections.get(group, hub, "pe1")).name === "pe1", "get one");
await client.privateEndpointConnections.beginDeleteAndWait(group, hub, "pe1", quick);

// ---- jobs: to a container that nobody has, so that they are refused or fail; both have a shape
const jobs = [
  await refused(client.iotHubResource.exportDevices(group, hub,
    { exportBlobContainerUri: "https://nobody.example/c?sv=1&sig=x", excludeKeys: true })),
  await refused(client.iotHubResource.importDevices(group, hub,
    { inputBlobContainerUri: "https://nobody.example/c?sv=1&sig=x",
      outputBlobContainerUri: "https://nobody.example/c?sv=1&sig=x" })),
];
assert(jobs.length === 2, "export and import");
for (const job of await all(client.iotHubResource.listJobs(group, hub)))
  assert((await client.iotHubResource.getJob(group, hub, job.jobId)).jobId === job.jobId, "a job");
const noJob = await refused(client.iotHubResource.getJob(group, hub, "no-such-job"));
assert(noJob?.statusCode === 404, "no such job");

// ---- failover, and the end
await client.iotHub.beginManualFailoverAndWait(hub, group, { failoverRegion: "West Central US" }, quick);
const flipped = await client.iotHubResource.get(group, hub);
assert(flipped.properties.locations[0].location === "West Central US", "failed over");
await client.iotHubResource.beginDeleteAndWait(group, hub, quick);
assert((await client.iotHubResource.checkNameAvailability({ name: hub })).nameAvailable, "deleted");
console.log(`${exchanges} exchanges recorded`);
