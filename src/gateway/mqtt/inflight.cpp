#include "gateway/mqtt/inflight.hpp"

#include "codec/mqtt/encode.hpp"

#include <utility>

namespace tandem::gateway {

Token Inflight::add(Entry entry) {
    Token const token{first_token_ + entries_.size()};
    body_bytes_ += entry.body_bytes;
    entries_.push_back(std::move(entry));
    return token;
}

Token Inflight::spare() {
    Entry entry;
    entry.answered = true;
    return add(std::move(entry));
}

Inflight::Entry* Inflight::find(Token token) {
    auto const number = static_cast<std::uint64_t>(token);
    if (number < first_token_ || number - first_token_ >= entries_.size()) return nullptr;
    Entry& entry = entries_[number - first_token_];
    return entry.answered ? nullptr : &entry;
}

void Inflight::answer(Entry& entry, Bytes& out) {
    entry.answered = true;
    body_bytes_ -= entry.body_bytes;
    send_due(out);
}

void Inflight::acknowledge(mqtt::PacketId id, Bytes& out) {
    Entry entry;
    entry.puback = true;
    entry.packet_id = id;
    entry.answered = true;
    add(std::move(entry));
    send_due(out);
}

void Inflight::send_due(Bytes& out) {
    for (; settled_ < entries_.size(); ++settled_) {
        Entry const& entry = entries_[settled_];
        if (!entry.puback) continue;
        if (!entry.answered) break;
        mqtt::encode_puback(entry.packet_id, out);
    }
    while (settled_ > 0 && entries_.front().answered) {
        entries_.pop_front();
        --settled_;
        ++first_token_;
    }
}

}  // namespace tandem::gateway
