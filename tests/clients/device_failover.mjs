// One device object of the unmodified SDK, one consumer object of the unmodified SDK, and three
// failovers: planned, forced (the owner's process killed), and back. Neither client has a line of
// code that helps it over. Exits with 0 when no acknowledged message is missing, every offset is
// as it was, and twins go on in both directions.
import { EventHubConsumerClient, earliestEventPosition } from "@azure/event-hubs";
import device from "azure-iot-device";
import { Mqtt } from "azure-iot-device-mqtt";
import iothub from "azure-iothub";
import { assert, owner, quickstart, sleep, tandem, waitFor } from "./quickstart.mjs";

const seen = new Map();        // message id -> "partition/offset"
const twice = [];
const consumer = new EventHubConsumerClient("$Default", quickstart.eventHubConnectionString);
const subscription = consumer.subscribe({
  async processEvents(events, context) {
    for (const event of events) {
      const place = `${context.partitionId}/${event.offset}`;
      if (seen.has(event.messageId) && seen.get(event.messageId) !== place) twice.push(event.messageId);
      seen.set(event.messageId, place);
    }
  },
  async processError(error) {
    console.log("consumer error (it goes on by itself):", error.code ?? error.message);
  },
}, { startPosition: earliestEventPosition });

const client = device.Client.fromConnectionString(quickstart.deviceConnectionString, Mqtt);
client.on("error", (error) => console.log("device error:", error.message));
await client.open();
const twin = await client.getTwin();
const desired = [];
twin.on("properties.desired", (patch) => desired.push(patch));

const acknowledged = [];
let number = 0;
let sending = true;
const sender = (async () => {
  while (sending) {
    const message = new device.Message(JSON.stringify({ number }));
    message.messageId = `m-${number++}`;
    message.contentType = "application/json";
    message.contentEncoding = "utf-8";
    message.properties.add("number", String(number));
    try {
      await client.sendEvent(message);
      acknowledged.push(message.messageId);
    } catch (error) {
      console.log("not acknowledged:", message.messageId, error.message);
    }
    await sleep(20);
  }
})();

const service = iothub.Twin ? iothub.Registry.fromConnectionString(quickstart.ownerConnectionString) : null;
async function setDesired(value) {
  for (let attempt = 0; ; ++attempt) {
    try {
      await service.updateTwin("device-1", { properties: { desired: { value } } }, "*");
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await sleep(200);
    }
  }
}
async function checkTwin(value) {
  await setDesired(value);
  await waitFor(`desired ${value} at the device`, () => desired.some((patch) => patch.value === value));
  await new Promise((resolve, reject) =>
    twin.properties.reported.update({ seen: value }, (error) => (error ? reject(error) : resolve())));
  const { responseBody } = await service.getTwin("device-1");
  assert(responseBody.properties.reported.seen === value, `reported ${value} at the service`);
}
async function checkFlow(what) {
  const from = acknowledged.length;
  await waitFor(`acknowledgements ${what}`, () => acknowledged.length > from + 10, 60_000);
}

// Its own retry policy makes the consumer wait up to half a minute after a connection was lost.
async function checkConsumer(what) {
  const newest = acknowledged.at(-1);
  await waitFor(`the consumer ${what}`, () => seen.has(newest), 90_000);
  console.log("ok: the consumer reads", what);
}

const start = await owner();
await checkFlow("before anything");
await checkTwin(1);
await checkConsumer("before anything");

console.log(await tandem("failover", quickstart.hub));
const second = await owner();
assert(second !== start, "a planned failover moves the hub");
await checkFlow("after the planned failover");
await checkTwin(2);
await checkConsumer("after the planned failover");
const placesBefore = new Map(seen);

const lost = quickstart.processes.find((entry) => entry.region === second);
process.kill(Number(process.env[`TANDEM_PID_${second}`] ?? lost.pid), "SIGKILL");
console.log(await tandem("failover", quickstart.hub, "--forced"));
assert((await owner()) === start, "a forced failover moves the hub");
await checkFlow("after the forced failover");
await checkTwin(3);

sending = false;
await sender;
console.log(`${acknowledged.length} of ${number} messages acknowledged`);
const missing = () => acknowledged.filter((id) => !seen.has(id));
try {
  await waitFor("every acknowledged message at the consumer", () => missing().length === 0, 90_000);
} catch {
  throw new Error(`missing: ${missing()}`);
}
assert(twice.length === 0, "no message changed its place");
for (const [id, place] of placesBefore)
  if (seen.get(id) !== place) throw new Error(`${id} was at ${place}`);
assert(placesBefore.size > 0, "offsets are what they were");

await subscription.close();
await consumer.close();
await client.close();
process.exit(0);
