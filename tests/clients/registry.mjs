// The unmodified service SDK against the registry and twins.
import iothub from "azure-iothub";
import { assert, quickstart } from "./quickstart.mjs";

const registry = iothub.Registry.fromConnectionString(quickstart.ownerConnectionString);
const name = (error) => error.name;
const refused = async (what, promise, expected) => {
  const error = await promise.then(() => null, (reason) => reason);
  assert(error && name(error) === expected, `${what}: ${expected}${error ? ` (${name(error)})` : ""}`);
};

const { responseBody: created } = await registry.create({ deviceId: "sdk-1", status: "enabled" });
assert(created.authentication.symmetricKey.primaryKey.length > 20, "empty keys are generated");
assert(created.generationId && created.etag, "a device has a generation and an ETag");
await refused("creating it again", registry.create({ deviceId: "sdk-1" }), "DeviceAlreadyExistsError");

const { responseBody: read } = await registry.get("sdk-1");
assert(read.deviceId === "sdk-1" && read.etag === created.etag, "what was created is read");
await refused("a device that is not there", registry.get("nobody"), "DeviceNotFoundError");

const { responseBody: updated } = await registry.update({ ...read, status: "disabled", statusReason: "test" });
assert(updated.status === "disabled" && updated.etag !== read.etag, "an update changes the ETag");

const { responseBody: list } = await registry.list();
assert(list.some((device) => device.deviceId === "sdk-1"), "the list has it");

const many = Array.from({ length: 20 }, (_, index) => ({ deviceId: `bulk-${index}` }));
const { responseBody: added } = await registry.addDevices(many);
assert(added.isSuccessful && added.errors.length === 0, "bulk: 20 devices added");
const { responseBody: again } = await registry.addDevices(many);
assert(!again.isSuccessful && again.errors.length === 20, "bulk: and refused the second time");
const { responseBody: statistics } = await registry.getRegistryStatistics();
assert(statistics.totalDeviceCount === 22 && statistics.disabledDeviceCount === 1, "statistics count them");
const { responseBody: removed } = await registry.removeDevices(many, true);
assert(removed.isSuccessful, "bulk: removed");

const { responseBody: twin } = await registry.getTwin("sdk-1");
assert(twin.version === 2 && twin.properties.desired.$version === 1, "a fresh twin's versions");
const patch = { tags: { site: "north" }, properties: { desired: { rate: 5, nested: { a: 1, b: [1, 2] } } } };
const { responseBody: patched } = await registry.updateTwin("sdk-1", patch, twin.etag);
assert(patched.tags.site === "north" && patched.properties.desired.rate === 5, "tags and desired are merged");
assert(patched.properties.desired.$version === 2 && patched.etag !== twin.etag, "and versions go on");
await refused("a stale ETag", registry.updateTwin("sdk-1", patch, twin.etag), "InvalidEtagError");
const { responseBody: merged } = await registry.updateTwin(
  "sdk-1", { properties: { desired: { rate: null, nested: { a: 2 } } } }, "*");
assert(!("rate" in merged.properties.desired) && merged.properties.desired.nested.a === 2
  && merged.properties.desired.nested.b.length === 2, "null deletes, objects merge");

await registry.delete("sdk-1");
await refused("deleted", registry.get("sdk-1"), "DeviceNotFoundError");

const wrong = quickstart.ownerConnectionString.replace(/SharedAccessKey=.{6}/, "SharedAccessKey=AAAAAA");
await refused("a wrong key", iothub.Registry.fromConnectionString(wrong).get("device-1"), "UnauthorizedError");
process.exit(0);
