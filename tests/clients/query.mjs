// The unmodified service SDK's queries over devices: pages, conditions, what is refused.
import iothub from "azure-iothub";
import { assert, quickstart } from "./quickstart.mjs";

const registry = iothub.Registry.fromConnectionString(quickstart.ownerConnectionString);
const many = Array.from({ length: 60 }, (_, index) => ({
  deviceId: `query-${index}`, status: index % 3 === 0 ? "disabled" : "enabled" }));
const { responseBody: added } = await registry.addDevices(many);
assert(added.isSuccessful, "60 devices added");
await registry.updateTwin("query-1", { tags: { site: "north" } }, "*");

async function all(text, pageSize) {
  const query = registry.createQuery(text, pageSize);
  const pages = [];
  while (query.hasMoreResults) pages.push((await query.nextAsTwin()).result);
  return { pages, twins: pages.flat() };
}
const ids = (result) => new Set(result.twins.map((twin) => twin.deviceId));

const every = await all("SELECT * FROM devices", 7);
assert(every.pages.every((page) => page.length <= 7), "pages are not larger than asked");
assert(every.twins.length === 61 && ids(every).size === 61, "every device once, over all pages");
const twin = every.twins.find((one) => one.deviceId === "query-1");
assert(twin.tags.site === "north" && twin.properties.desired.$version === 1, "as twins");

const disabled = await all("SELECT * FROM devices WHERE status = 'disabled' AND STARTS_WITH(deviceId,'query-')", 100);
assert(disabled.twins.length === 20 && disabled.twins.every((one) => one.status === "disabled"), "by status");
const one = await all("SELECT * FROM devices WHERE deviceId = 'query-7'");
assert(one.twins.length === 1 && one.twins[0].deviceId === "query-7", "by id");
const others = await all("SELECT * FROM devices WHERE deviceId != 'query-7' AND connectionState = 'Disconnected'", 1000);
assert(others.twins.length === 60, "by connection state");

for (const text of ["SELECT COUNT() AS n FROM devices", "SELECT * FROM devices WHERE tags.site = 'north'",
  "SELECT * FROM devices WHERE status = "]) {
  const error = await registry.createQuery(text).nextAsTwin().then(() => null, (reason) => reason);
  assert(error && error.name === "ArgumentError", `refused: ${text}`);
}
process.exit(0);
