// Any request, signed in or not, gets an answer that is a valid document; none without a token
// changes anything or tells anything.
//
// Input  first byte: bit 0 signed in, bits 1-3 the method; then the target up to '\n', then body.
#include "control/test_rig.hpp"

#include <cstdint>
#include <string>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 2) return 0;
    static char const* const methods[] = {"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "X", ""};
    static auto* const rig = [] {
        auto* made = new control::test::Rig;
        made->ready();
        made->create_hub();
        return made;
    }();
    static std::string const token = rig->token;
    bool const signed_in = (data[0] & 1U) != 0;
    std::string const rest{reinterpret_cast<char const*>(data) + 1, size - 1};
    std::size_t const end = std::min(rest.find('\n'), rest.size());
    std::string const body = end < rest.size() ? rest.substr(end + 1) : "";
    rig->token = signed_in ? token : "";
    auto const before = rig->store.meta.size();
    auto response = rig->ask(methods[(data[0] >> 1U) & 7U], rest.substr(0, end), body);
    if (response.status == 0) {
        std::uint64_t const id = rig->last_request;
        rig->pass(4s);
        TANDEM_ASSERT(rig->answers.contains(id), "a request was never answered");
        response = rig->answers[id];
    }
    TANDEM_ASSERT(response.status >= 200 && response.status < 600, "an answer without a status");
    auto const* type = response.headers.find("Content-Type");
    bool const page = type != nullptr && type->starts_with("text/html");
    if (!response.body.empty() && !page)
        TANDEM_ASSERT(boost::json::parse(response.body).kind() != boost::json::kind::string,
                      "an answer that is no document");
    if (response.status >= 400)
        TANDEM_ASSERT(response.headers.find("Retry-After") == nullptr, "an error with Retry-After");
    if (!signed_in && response.status < 300)
        TANDEM_ASSERT(rig->store.meta.size() == before || response.body.find("access_token") !=
                                                              std::string::npos,
                      "a stranger changed something");
    rig->answers.clear();
    rig->sent.clear();
    return 0;
}
