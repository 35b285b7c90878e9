// One device object of the unmodified SDK, one consumer object of the unmodified SDK, and three
// failovers: planned, forced (the owner's process killed), and back. Neither client has a line of
// code that helps it over. Exits with 0 when no acknowledged message is missing, every offset is
// as it was, and twins go on in both directions.
import { EventHubConsumerClient, earliestEventPosition } from "@azure/event-hubs";
import device from "azure-iot-device";
import { Mqtt } from "azure-iot-device-mqtt";
import iothub from "azure-iothub";
import { assert, ok, owner, quickstart, sleep, tandem, waitFor } from "./quickstart.mjs";

// Reads everything from the beginning on; what it read: "partition/offset" -> message id.
function consume(name) {
  const read = new Map();
  const consumer = new EventHubConsumerClient("$Default", quickstart.eventHubConnectionString);
  const subscription = consumer.subscribe({
    async processEvents(events, context) {
      for (const event of events) read.set(`${context.partitionId}/${event.offset}`, event.messageId);
    },
    async processError(error) {
      console.log(`${name}'s error (it goes on by itself):`, error.code ?? error.message);
    },
  }, { startPosition: earliestEventPosition, maxBatchSize: 100, maxWaitTimeInSeconds: 5 });
  return {
    read,
    has: (id) => [...read.values()].includes(id),
    async close() {
      await subscription.close();
      await consumer.close();
    },
  };
}
const consumer = consume("consumer");

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
  ok(`acknowledgements ${what}`);
}

// Its own retry policy makes the consumer wait half a minute after each attempt that failed.
const consumerWait = 180_000;
async function checkConsumer(what) {
  const newest = acknowledged.at(-1);
  await waitFor(`the consumer ${what}`, () => consumer.has(newest), consumerWait);
  ok(`the consumer reads ${what}`);
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
const before = new Map(consumer.read);

const lost = quickstart.processes.find((entry) => entry.region === second);
process.kill(Number(process.env[`TANDEM_PID_${second}`] ?? lost.pid), "SIGKILL");
console.log(await tandem("failover", quickstart.hub, "--forced"));
assert((await owner()) === start, "a forced failover moves the hub");
await checkFlow("after the forced failover");
await checkTwin(3);

sending = false;
await sender;
console.log(`${acknowledged.length} of ${number} messages acknowledged`);
const missing = () => {
  const there = new Set(consumer.read.values());
  return acknowledged.filter((id) => !there.has(id));
};
try {
  await waitFor("every acknowledged message at the consumer", () => missing().length === 0, consumerWait);
} catch {
  throw new Error(`missing: ${missing()}`);
}

// A message whose acknowledgement was lost with the region is sent again: at least once. One was
// under way at a time, so each failover can have doubled one.
const doubled = consumer.read.size - new Set(consumer.read.values()).size;
console.log(`${doubled} sent again by the device, its acknowledgement lost`);
assert(doubled <= 2, "nothing else is there twice");

// Another consumer, from the beginning: what was read before the region was lost is where it was.
assert(before.size > 0, "there were messages before the region was lost");
const again = consume("second consumer");
await waitFor("a second reading", () => again.read.size >= consumer.read.size, consumerWait);
for (const [place, id] of before)
  if (again.read.get(place) !== id) throw new Error(`at ${place} was ${id}, now ${again.read.get(place)}`);
ok("offsets are what they were");
await again.close();
await consumer.close();
await client.close();
process.exit(0);
