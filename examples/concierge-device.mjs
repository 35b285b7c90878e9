// A device with the unmodified azure-iot-device SDK that comes back within seconds when its region
// is lost, whatever DNS says: every connection of the SDK goes where the concierge points.
//
//   npm install azure-iot-device azure-iot-device-mqtt
//   export IOTHUB_DEVICE_CONNECTION_STRING='HostName=..;DeviceId=..;SharedAccessKey=..'
//   export CONCIERGE_URLS='https://10.1.0.2,https://10.2.0.2,https://control.example.net:7443'
//   export CONCIERGE_KEYS=concierge-keys.json   # pinned: GET /concierge/v1/keys, once, when made
//   node concierge-device.mjs
//
// The SDK itself connects again after a loss, and resolves the hub's name for every attempt; that
// is where the concierge comes in (concierge.mjs). Its ports are the SDK's own: 8883 for MQTT.
import { readFileSync } from "node:fs";
import device from "azure-iot-device";
import { Mqtt } from "azure-iot-device-mqtt";
import { Concierge } from "./concierge.mjs";

const connectionString = process.env.IOTHUB_DEVICE_CONNECTION_STRING;
const host = /(?:^|;)HostName=([^;]+)/i.exec(connectionString)[1];
const concierge = new Concierge({
  host,
  urls: process.env.CONCIERGE_URLS.split(","),
  keys: JSON.parse(readFileSync(process.env.CONCIERGE_KEYS, "utf8")),
  log: (text) => console.log(`concierge: ${text}`),
});
concierge.install();

const client = device.Client.fromConnectionString(connectionString, Mqtt);
client.on("error", (error) => console.log(`device: ${error.message}`));
await client.open();

const periodMs = Number(process.env.PERIOD_MS ?? 1_000);
let stop = false;
process.on("SIGTERM", () => (stop = true));
for (let number = 0; !stop; ++number) {
  const message = new device.Message(JSON.stringify({ number }));
  message.messageId = `m-${number}`;
  for (let sent = false; !sent && !stop;) {
    try {
      await client.sendEvent(message);
      sent = true;
    } catch (error) {
      console.log(`device: message ${number} goes again: ${error.message}`);
      await client.open().catch(() => {});
    }
  }
  if (!stop) console.log(`acknowledged ${number} in ${concierge.directions.region}`);
  await new Promise((resolve) => setTimeout(resolve, periodMs));
}
await client.close();
