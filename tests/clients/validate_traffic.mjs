// Recorded exchanges against the specifications, with oav's TrafficValidator.
// Usage: validate_traffic.mjs TRAFFIC_DIR SPEC_DIR; prints findings that are not allowed and the
// coverage as JSON; exits with 1 on a finding.
import { createRequire } from "node:module";
const { TrafficValidator } = createRequire(import.meta.url)("oav/dist/lib/swaggerValidator/trafficValidator");

const [trafficDir, specDir] = process.argv.slice(2);
const validator = new TrafficValidator(specDir, trafficDir);
await validator.initialize();

// The real service deviates from its own specifications in these ways, and clients rely on it.
const allowed = (finding, request) =>
  (finding.code === "OBJECT_ADDITIONAL_PROPERTIES" &&
    /subscriptionid|resourcegroup/.test(`${finding.message} ${finding.params}`)) ||
  (request && finding.code === "ENUM_CASE_MISMATCH");

let findings = 0;
for (const result of await validator.validate()) {
  for (const error of [...(result.errors ?? []), ...(result.runtimeExceptions ?? [])]) {
    if (allowed(error, error.issueSource === "request")) continue;
    findings += 1;
    console.log(`${result.operationInfo?.operationId} ${error.issueSource} ${error.code}: ${error.message}`,
      JSON.stringify(error.pathsInPayload ?? ""), JSON.stringify(error.params ?? ""),
      result.payloadFilePath ?? "");
  }
}
const coverage = validator.operationCoverageResult.map((one) => ({
  spec: one.spec, apiVersion: one.apiVersion, covered: one.coveredOperations, total: one.totalOperations,
  missing: one.unCoveredOperationsList.map((operation) => operation.operationId),
}));
console.log("coverage " + JSON.stringify(coverage));
process.exit(findings ? 1 : 0);
