// A device of the unmodified SDK that goes where DNS points: prints a line for every message that
// was acknowledged. Ends on SIGTERM.
import device from "azure-iot-device";
import { Mqtt } from "azure-iot-device-mqtt";
import { sleep } from "./quickstart.mjs";

const client = device.Client.fromConnectionString(process.env.DEVICE_CONNECTION_STRING, Mqtt);
client.on("error", (error) => console.log("device error:", error.message));
let stop = false;
process.on("SIGTERM", () => (stop = true));
await client.open();
for (let number = 0; !stop; ++number) {
  try {
    await client.sendEvent(new device.Message(JSON.stringify({ number })));
    console.log("acknowledged", number);
  } catch (error) {
    console.log("not acknowledged:", error.message);
    await client.open().catch(() => {});
  }
  await sleep(100);
}
process.exit(0);
