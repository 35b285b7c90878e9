// Exports and imports of identities: POST exportDevices, importDevices; GET jobs, jobs/{id}.
#include "control/container_address.hpp"
#include "control/jobs.hpp"
#include "control/router.hpp"

namespace tandem::control {

namespace {

#define TANDEM_HUB_PATH                                                                        \
    "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/" \
    "{hub}"

/// The parts that an export's and an import's request have in common.
std::optional<Refusal> refuse_body(json::object const& body) {
    auto const type = find_string(body, "authenticationType").value_or("keyBased");
    if (!equal_ci(type, "keyBased"))
        return Refusal{400957,
                       "authenticationType must be keyBased: containers are given by a URI "
                       "with a shared access signature."};
    if (find_bool(body, "includeConfigurations").value_or(false))
        return Refusal{400958, "Configurations cannot be exported or imported."};
    return std::nullopt;
}

/// The member as a container's address. Refuses what is none.
std::optional<Refusal> read_container(json::object const& body, char const* name,
                                      std::string& uri) {
    auto const sent = find_string(body, name);
    if (!sent) return Refusal{400956, std::string{name} + " is missing."};
    if (auto const container = parse_container(*sent); !container.ok())
        return Refusal{400956, std::string{name} + ": " + container.error().detail};
    uri = *sent;
    return std::nullopt;
}

std::optional<Refusal> read_blob(json::object const& body, char const* name, char const* standard,
                                 std::string& blob) {
    blob = find_string(body, name).value_or("");
    if (blob.empty()) blob = standard;
    if (!is_blob_name(blob)) return Refusal{400956, std::string{name} + " is not a blob's name."};
    return std::nullopt;
}

std::optional<Refusal> read_export(json::object const& body, record::HubJob& job) {
    if (auto refused = refuse_body(body)) return refused;
    if (auto refused =
            read_container(body, "exportBlobContainerUri", *job.mutable_output_container()))
        return refused;
    auto const exclude = find_bool(body, "excludeKeys");
    if (!exclude) return Refusal{400956, "excludeKeys must be true or false."};
    job.set_type("export");
    job.set_exclude_keys(*exclude);
    return read_blob(body, "exportBlobName", "devices.txt", *job.mutable_output_blob());
}

std::optional<Refusal> read_import(json::object const& body, record::HubJob& job) {
    if (auto refused = refuse_body(body)) return refused;
    if (auto refused =
            read_container(body, "inputBlobContainerUri", *job.mutable_input_container()))
        return refused;
    if (auto refused =
            read_container(body, "outputBlobContainerUri", *job.mutable_output_container()))
        return refused;
    if (auto refused = read_blob(body, "inputBlobName", "devices.txt", *job.mutable_input_blob()))
        return refused;
    job.set_type("import");
    return read_blob(body, "outputBlobName", "importErrors.log", *job.mutable_output_blob());
}

template <auto Read>
Answer start_job(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    if (hub->state() != "Active") return hub_busy(plane, call, *hub);
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    record::HubJob job;
    if (auto refused = Read(body, job)) return rp_error(*refused, call.now.wall, plane.random);
    auto const started = plane.jobs.start(*hub, std::move(job), call.now);
    if (auto const* refused = std::get_if<Refusal>(&started))
        return rp_error(*refused, call.now.wall, plane.random);
    return json_answer(200, render_job(std::get<record::HubJob>(started)));
}

Answer list_jobs(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    json::array values;
    for (auto const* job : plane.jobs.of(*hub)) values.push_back(render_job(*job));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

Answer get_job(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    record::HubJob const* job = plane.jobs.find(*hub, call.arg("job"));
    if (job == nullptr)
        return rp_refusal(plane, call, 404950, "There is no job '" + call.arg("job") + "'.");
    return json_answer(200, render_job(*job));
}

}  // namespace

std::vector<Route> job_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api d = Api::devices;
    return {
        {"POST", TANDEM_HUB_PATH "/exportDevices", start_job<read_export>, b, d},
        {"POST", TANDEM_HUB_PATH "/importDevices", start_job<read_import>, b, d},
        {"GET", TANDEM_HUB_PATH "/jobs", list_jobs, b, d},
        {"GET", TANDEM_HUB_PATH "/jobs/{job}", get_job, b, d},
    };
}

}  // namespace tandem::control
