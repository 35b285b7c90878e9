// The unmodified service SDK and the Event Hubs consumer with an @azure/identity credential instead
// of a key: what each data role allows, and that a role taken back ends it.
import { EventHubConsumerClient } from "@azure/event-hubs";
import iothub from "azure-iothub";
import { ClientSecretCredential } from "@azure/identity";
import { assert, quickstart } from "./quickstart.mjs";

const [id, secret, step] = process.argv.slice(2);
const credential = new ClientSecretCredential("adfs", id, secret,
  { authorityHost: quickstart.controlUrl, disableInstanceDiscovery: true });
const registry = iothub.Registry.fromTokenCredential("localhost", credential);
const outcome = (promise) => promise.then(() => "done", (error) => error.response?.statusCode ?? error.name);
// What was assigned a moment ago is on its way to the regions.
const until = async (what, call, wanted) => {
  for (let attempt = 0; ; attempt += 1) {
    const got = await outcome(call());
    if (got === wanted) return console.log(`ok: ${what}: ${got}`);
    assert(attempt < 300, `${what}: ${wanted}, not ${got}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
// Whether the partitions can be read with the credential: a question, and what is asked for first,
// the token over CBS.
async function partitions() {
  const consumer = new EventHubConsumerClient("$Default", "localhost", quickstart.hub, credential,
    { retryOptions: { maxRetries: 0 } });
  try {
    return await consumer.getPartitionIds();
  } finally {
    await consumer.close();
  }
}
const device = "device-1";
const forbidden = 401;   // IotHubUnauthorized, as Azure says it
const steps = {
  none: async () => {
    await until("no role: no device", () => registry.get(device), forbidden);
  },
  reader: async () => {
    await until("reader: gets a device", () => registry.get(device), "done");
    await until("reader: gets a twin", () => registry.getTwin(device), "done");
    assert(await outcome(registry.create({ deviceId: "forbidden" })) === forbidden, "creates none");
    assert(await outcome(registry.updateTwin(device, { tags: { a: 1 } }, "*")) === forbidden,
      "changes no twin");
    assert(await outcome(partitions()) !== "done", "reads no telemetry");
  },
  contributor: async () => {
    await until("contributor: creates a device", () => registry.create({ deviceId: "by-token" }), "done");
    await until("contributor: changes a twin",
      () => registry.updateTwin("by-token", { tags: { by: "token" } }, "*"), "done");
    await until("contributor: deletes it", () => registry.delete("by-token"), "done");
    assert((await partitions()).length > 0, "reads telemetry");
  },
};
await steps[step]();
