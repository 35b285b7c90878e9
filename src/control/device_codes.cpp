#include "control/device_codes.hpp"

#include "codec/hex.hpp"
#include "control/text.hpp"
#include "identity/secret.hpp"

#include <algorithm>
#include <utility>

namespace tandem::control {

namespace {

/// No vowels, so that no words come out; nothing that looks like something else.
constexpr std::string_view user_alphabet = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t user_letters = 8;
constexpr std::size_t device_code_bytes = 32;

/// As people type it: any case, with or without blanks and the dash.
std::string plain(std::string_view user_code) {
    std::string out;
    for (char c : user_code.substr(0, 32)) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c >= 'A' && c <= 'Z') out += c;
    }
    return out;
}

}  // namespace

std::string DeviceCodes::make_user_code() {
    constexpr unsigned fair = 256 / user_alphabet.size() * user_alphabet.size();
    std::string code;
    while (code.size() < user_letters) {
        auto const octet = static_cast<unsigned char>(random_bytes(random_, 1).front());
        if (octet < fair) code += user_alphabet[octet % user_alphabet.size()];
    }
    return code;
}

void DeviceCodes::forget_old(Now now) {
    std::erase_if(waiting_, [now](Waiting const& one) { return one.until <= now.mono; });
}

DeviceCodes::Codes DeviceCodes::begin(std::string const& client, Now now) {
    forget_old(now);
    if (waiting_.size() >= device_codes_max) waiting_.pop_front();
    std::string const device_code = hex_encode(random_bytes(random_, device_code_bytes));
    Waiting waiting;
    waiting.device_hash = identity::digest(device_code);
    waiting.user_code = make_user_code();
    waiting.client = client;
    waiting.until = now.mono + device_code_life;
    waiting.last_poll = now.mono - device_poll_interval;
    std::string shown = waiting.user_code;
    shown.insert(shown.begin() + user_letters / 2, '-');
    waiting_.push_back(std::move(waiting));
    return {device_code, shown};
}

bool DeviceCodes::approve(std::string_view user_code, Approver const& approver, Now now) {
    forget_old(now);
    std::string const wanted = plain(user_code);
    for (Waiting& waiting : waiting_) {
        if (waiting.user_code != wanted || !waiting.approver.principal.empty()) continue;
        waiting.approver = approver;
        return true;
    }
    return false;
}

DeviceCodes::Poll DeviceCodes::poll(std::string_view device_code, std::string const& client,
                                    Approver& approver, Now now) {
    forget_old(now);
    Bytes const hash = identity::digest(device_code);
    auto const found = std::find_if(waiting_.begin(), waiting_.end(), [&](Waiting const& one) {
        return identity::equal_constant_time(one.device_hash, hash) && one.client == client;
    });
    if (found == waiting_.end()) return Poll::expired;
    if (!found->approver.principal.empty()) {
        approver = found->approver;
        waiting_.erase(found);
        return Poll::approved;
    }
    bool const too_fast = now.mono - found->last_poll < found->interval - 1s;
    found->last_poll = now.mono;
    if (!too_fast) return Poll::pending;
    found->interval += device_poll_penalty;
    return Poll::slow_down;
}

}  // namespace tandem::control
