#include "codec/client_hello.hpp"

#include <algorithm>
#include <cstdint>

namespace tandem::tls {
namespace {

constexpr std::size_t record_header_bytes = 5;
constexpr std::size_t record_payload_bytes_max = 16 * 1024;
constexpr std::size_t handshake_header_bytes = 4;
constexpr int records_max = 16;  // clients use one or two; more only make us read again and again
constexpr std::size_t host_name_bytes_max = 253;
constexpr std::uint8_t content_type_handshake = 22;
constexpr std::uint8_t handshake_type_client_hello = 1;
constexpr unsigned extension_server_name = 0;
constexpr unsigned name_type_host_name = 0;

/// Reads from the front; once something did not fit, everything fails.
class Reader {
public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}

    std::size_t number(std::size_t bytes) {
        std::size_t value = 0;
        for (char const c : take(bytes)) value = (value << 8) | static_cast<std::uint8_t>(c);
        return value;
    }
    ByteView take(std::size_t bytes) {
        if (bytes > bytes_.size()) {
            failed_ = true;
            bytes_ = {};
            return {};
        }
        ByteView const front = bytes_.substr(0, bytes);
        bytes_.remove_prefix(bytes);
        return front;
    }
    ByteView vector(std::size_t length_bytes) { return take(number(length_bytes)); }
    bool failed() const { return failed_; }
    bool empty() const { return bytes_.empty(); }

private:
    ByteView bytes_;
    bool failed_ = false;
};

Error malformed(char const* why) {
    return {Errc::malformed, why};
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

Result<std::string> parse_host_name(ByteView bytes) {
    std::string name{bytes};
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    if (!name.empty() && name.back() == '.') name.pop_back();
    bool const good = !name.empty() && name.size() <= host_name_bytes_max && name.front() != '.' &&
                      name.find("..") == std::string::npos &&
                      std::all_of(name.begin(), name.end(), is_host_character);
    if (!good) return malformed("the server name is no host name");
    return name;
}

Result<std::string> parse_server_name(ByteView extension) {
    Reader outer{extension};
    Reader list{outer.vector(2)};
    if (outer.failed() || !outer.empty() || list.empty()) return malformed("a bad server_name");
    std::string found;
    while (!list.empty()) {
        std::size_t const type = list.number(1);
        ByteView const name = list.vector(2);
        if (list.failed()) return malformed("a bad server_name");
        if (type != name_type_host_name) continue;
        if (!found.empty()) return malformed("two host names");
        TANDEM_TRY(found, parse_host_name(name));
    }
    return found;
}

Result<ClientHello> parse_body(ByteView body) {
    Reader reader{body};
    std::size_t const version = reader.number(2);
    reader.take(32);  // random
    ByteView const session = reader.vector(1);
    ByteView const ciphers = reader.vector(2);
    ByteView const compressions = reader.vector(1);
    if (reader.failed() || version >> 8 != 3 || session.size() > 32 || ciphers.empty() ||
        ciphers.size() % 2 != 0 || compressions.empty()) {
        return malformed("a bad ClientHello");
    }
    ClientHello hello;
    if (reader.empty()) return hello;  // TLS 1.2 without extensions
    Reader extensions{reader.vector(2)};
    if (reader.failed() || !reader.empty()) return malformed("bad extensions");
    bool seen = false;
    while (!extensions.empty()) {
        std::size_t const type = extensions.number(2);
        ByteView const data = extensions.vector(2);
        if (extensions.failed()) return malformed("a bad extension");
        if (type != extension_server_name) continue;
        if (seen) return malformed("two server_name extensions");
        seen = true;
        TANDEM_TRY(hello.server_name, parse_server_name(data));
    }
    return hello;
}

/// True when enough of the message has come to know its length, which must make sense.
Result<std::optional<std::size_t>> message_bytes(Bytes const& message) {
    if (message.empty()) return std::optional<std::size_t>{};
    if (static_cast<std::uint8_t>(message[0]) != handshake_type_client_hello) {
        return malformed("not a ClientHello");
    }
    if (message.size() < handshake_header_bytes) return std::optional<std::size_t>{};
    Reader header{message};
    header.take(1);
    std::size_t const length = header.number(3);
    if (length > client_hello_bytes_max - handshake_header_bytes) return malformed("too long");
    return std::optional<std::size_t>{handshake_header_bytes + length};
}

}  // namespace

Result<std::optional<ClientHello>> decode_client_hello(ByteView input) {
    Bytes message;
    for (int records = 0; records <= records_max; ++records) {
        TANDEM_TRY(auto const wanted, message_bytes(message));
        if (wanted && message.size() >= *wanted) {
            // What follows the hello in its record would be a second message; there is none yet.
            if (message.size() > *wanted) return malformed("more than a ClientHello");
            TANDEM_TRY(auto hello, parse_body(ByteView{message}.substr(handshake_header_bytes)));
            return std::optional<ClientHello>{std::move(hello)};
        }
        if (!input.empty() && static_cast<std::uint8_t>(input[0]) != content_type_handshake) {
            return malformed("not TLS");
        }
        if (input.size() > 1 && input[1] != 3) return malformed("not TLS");
        if (input.size() < record_header_bytes) return std::optional<ClientHello>{};
        Reader header{input};
        header.take(3);
        std::size_t const length = header.number(2);
        if (length == 0 || length > record_payload_bytes_max) return malformed("a bad record");
        ByteView const payload =
            input.substr(record_header_bytes, std::min(length, input.size() - record_header_bytes));
        if (message.size() + payload.size() > client_hello_bytes_max) return malformed("too long");
        message += payload;
        if (payload.size() < length) {
            // The record goes on. Its beginning may already say that this is nothing for us.
            TANDEM_TRY(auto const begun, message_bytes(message));
            if (begun && message.size() > *begun) return malformed("more than a ClientHello");
            return std::optional<ClientHello>{};
        }
        input.remove_prefix(record_header_bytes + length);
    }
    return malformed("cut into too many records");
}

}  // namespace tandem::tls
