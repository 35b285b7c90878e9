// CA certificates of a hub: uploaded, proven, listed.
// Source  management-plane contract 1.2, 2 (412001); identity/x509.hpp for what is accepted.
#include "control/hub_path.hpp"
#include "control/router.hpp"

#include "codec/hex.hpp"
#include "codec/time_text.hpp"
#include "identity/x509.hpp"

namespace tandem::control {

namespace {

constexpr std::size_t certificates_max = 25;     // AZ: a hub
constexpr std::size_t code_bytes = 24;           // AZ: shown as 48 digits
constexpr std::size_t name_bytes_max = 64;

record::CaCertificate const* called_certificate(Plane const& plane, Call const& call) {
    return plane.ledger.model().find<record::CaCertificate>(
        part_key(call.arg("hub"), call.arg("name")));
}

json::object document(record::HubResource const& hub, record::CaCertificate const& one) {
    auto const time = [](std::int64_t micros) { return format_rfc1123(wall_from_micros(micros)); };
    json::object properties{{"subject", one.subject()},
                            {"expiry", time(one.expires_us())},
                            {"thumbprint", one.thumbprint()},
                            {"isVerified", one.verified()},
                            {"created", time(one.created_us())},
                            {"updated", time(one.updated_us())},
                            {"certificate", one.certificate()}};
    return json::object{{"properties", std::move(properties)},
                        {"id", hub_id(hub) + "/certificates/" + one.name()},
                        {"name", one.name()},
                        {"type", "Microsoft.Devices/IotHubs/Certificates"},
                        {"etag", etag_text(one.etag())}};
}

http::Response answer(Plane const& plane, Call const& call, int status,
                      record::CaCertificate const& one) {
    return json_answer(status, document(*called_hub(plane, call), one));
}

http::Response not_found(Plane& plane, Call const& call) {
    return rp_refusal(plane, call, 404903,
                      "IotHub '" + call.arg("hub") + "' has no certificate '" + call.arg("name") +
                          "'.");
}

/// The ETag must be given, and be the certificate's.
std::optional<http::Response> refuse_etag(Plane& plane, Call const& call,
                                          record::CaCertificate const* one) {
    auto const wanted = wanted_etag(call.request);
    bool const fits =
        one == nullptr ? !wanted || wanted->empty()
                       : wanted && (*wanted == "*" || *wanted == etag_text(one->etag()));
    if (fits) return std::nullopt;
    return rp_refusal(plane, call, 412001, "Invalid ETag supplied.");
}

void stamp(Plane& plane, Call const& call, record::CaCertificate& one) {
    one.set_etag(plane.ledger.next_revision());
    one.set_updated_us(to_micros(call.now.wall));
    plane.ledger.put(one);
}

Answer list_certificates(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    record::HubResource const& hub = *called_hub(plane, call);
    json::array values;
    for (auto const& [key, one] : plane.ledger.model().all<record::CaCertificate>())
        if (equal_ci(one.hub(), hub.name())) values.push_back(document(hub, one));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

Answer get_certificate(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    auto const* one = called_certificate(plane, call);
    return one == nullptr ? not_found(plane, call) : answer(plane, call, 200, *one);
}

std::size_t count_certificates(Plane const& plane, std::string const& hub) {
    std::size_t count = 0;
    for (auto const& [key, one] : plane.ledger.model().all<record::CaCertificate>())
        count += equal_ci(one.hub(), hub) ? 1U : 0U;
    return count;
}

/// Reads `text` into `one`; a text that changes takes the proof with it.
std::optional<Refusal> read_into(record::CaCertificate& one, std::string const& text, Now now) {
    auto const read = identity::read_certificate(text);
    if (!read.ok())
        return Refusal{400950, "The certificate is not valid: " + read.error().detail + "."};
    if (auto const valid = identity::check_validity(*read, now.wall); !valid.ok())
        return Refusal{400951, "The certificate is not valid now: " + valid.error().detail + "."};
    if (!read->authority)
        return Refusal{400952, "The certificate is not that of a certification authority."};
    if (one.thumbprint() != read->thumbprint) {
        one.set_verified(false);
        one.clear_verification_code();
    }
    one.set_certificate(text);
    one.set_subject(read->subject);
    one.set_thumbprint(read->thumbprint);
    one.set_expires_us(to_micros(read->not_after));
    return std::nullopt;
}

Answer put_certificate(Plane& plane, Call const& call) {
    if (auto refused = refuse_change(plane, call)) return refused;
    if (!is_plain_name(call.arg("name"), name_bytes_max))
        return rp_refusal(plane, call, 400953,
                          "'" + call.arg("name") + "' is not a valid certificate name: use 1 to 64 "
                                                   "letters, digits, '-', '.' and '_'.");
    auto const* before = called_certificate(plane, call);
    if (auto refused = refuse_etag(plane, call, before)) return refused;
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    record::HubResource const& hub = *called_hub(plane, call);
    if (before == nullptr && count_certificates(plane, hub.name()) >= certificates_max)
        return rp_refusal(plane, call, 403901,
                          "A hub has at most " + std::to_string(certificates_max) +
                              " certificates.");
    record::CaCertificate one;
    if (before != nullptr) one = *before;
    json::object const* properties = find_object(body, "properties");
    json::object const& sent = properties != nullptr ? *properties : body;
    auto const text = find_string(sent, "certificate");
    if (!text && before == nullptr)
        return rp_refusal(plane, call, 400950, "The certificate is not valid: there is none.");
    if (text)
        if (auto refused = read_into(one, *text, call.now))
            return rp_error(*refused, call.now.wall, plane.random);
    if (auto const verified = find_bool(sent, "isVerified")) one.set_verified(*verified);
    if (before == nullptr) {
        one.set_hub(lower(hub.name()));
        one.set_name(call.arg("name"));
        one.set_created_us(to_micros(call.now.wall));
    }
    bool const created = before == nullptr;
    stamp(plane, call, one);
    return answer(plane, call, created ? 201 : 200, one);
}

Answer delete_certificate(Plane& plane, Call const& call) {
    if (auto refused = refuse_change(plane, call)) return refused;
    auto const* one = called_certificate(plane, call);
    if (one == nullptr) return empty_answer(204);
    if (auto refused = refuse_etag(plane, call, one)) return refused;
    plane.ledger.remove<record::CaCertificate>(part_key(call.arg("hub"), call.arg("name")));
    return empty_answer(200);
}

Answer generate_code(Plane& plane, Call const& call) {
    if (auto refused = refuse_change(plane, call)) return refused;
    auto const* known = called_certificate(plane, call);
    if (known == nullptr) return not_found(plane, call);
    if (auto refused = refuse_etag(plane, call, known)) return refused;
    record::CaCertificate one = *known;
    std::string code = hex_encode(random_bytes(plane.random, code_bytes));
    for (char& c : code)
        if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    one.set_verification_code(code);
    stamp(plane, call, one);
    json::object shown = document(*called_hub(plane, call), one);
    need_object(shown, "properties")["verificationCode"] = code;
    return json_answer(200, shown);
}

Answer verify_certificate(Plane& plane, Call const& call) {
    if (auto refused = refuse_change(plane, call)) return refused;
    auto const* known = called_certificate(plane, call);
    if (known == nullptr) return not_found(plane, call);
    if (auto refused = refuse_etag(plane, call, known)) return refused;
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    record::CaCertificate one = *known;
    if (one.verification_code().empty())
        return rp_refusal(plane, call, 400954,
                          "No verification code has been generated for this certificate.");
    std::string const proof = find_string(body, "certificate").value_or("");
    if (auto const proven = identity::check_possession(
            one.certificate(), proof, one.verification_code(), call.now.wall);
        !proven.ok())
        return rp_refusal(plane, call, 400954,
                          "The certificate does not prove possession: " + proven.error().detail +
                              ".");
    one.set_verified(true);
    one.clear_verification_code();   // a proof counts once
    stamp(plane, call, one);
    return answer(plane, call, 200, one);
}

}  // namespace

std::vector<Route> certificate_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api d = Api::devices;
    constexpr char const* one = TANDEM_HUB_PATH "/certificates/{name}";
    return {
        {"GET", TANDEM_HUB_PATH "/certificates", list_certificates, b, d},
        {"GET", one, get_certificate, b, d},
        {"PUT", one, put_certificate, b, d},
        {"DELETE", one, delete_certificate, b, d},
        {"POST", TANDEM_HUB_PATH "/certificates/{name}/generateVerificationCode", generate_code, b,
         d},
        {"POST", TANDEM_HUB_PATH "/certificates/{name}/verify", verify_certificate, b, d},
    };
}

}  // namespace tandem::control
