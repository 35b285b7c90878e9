// The quick start's device, with the connection string as `tandem up` prints it: one message.
import device from "azure-iot-device";
import { Mqtt } from "azure-iot-device-mqtt";
import { ok, quickstart } from "./quickstart.mjs";

const client = device.Client.fromConnectionString(quickstart.deviceConnectionString, Mqtt);
await client.open();
await client.sendEvent(new device.Message("hello"));
ok("a message was acknowledged");
process.exit(0);
