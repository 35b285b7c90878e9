#include "app/event_reader.hpp"

#include "identity/sas.hpp"

#include <utility>

namespace tandem::app {

using amqp::Value;

namespace {

constexpr std::uint32_t frame_bytes_max = 64 * 1024;
constexpr std::uint32_t window = 5000;
constexpr std::uint32_t cbs_out = 0, cbs_in = 1, management_out = 2, management_in = 3;
constexpr std::uint32_t first_partition = 4;
constexpr std::size_t partitions_max = 32;
constexpr auto selector = "apache.org:selector-filter:string";
constexpr std::uint64_t source_code = 0x28, target_code = 0x29;

Value terminus(std::uint64_t code, std::string const& address, Value filter = {}) {
    std::vector<Value> fields{Value::string(address)};
    if (!filter.is_null()) {
        fields.resize(7);
        fields.push_back(std::move(filter));
    }
    return Value::described(Value::ulong(code), Value::list(std::move(fields)));
}

std::string text_of(Value const& map, char const* key) {
    Value const* const found = map.find(key);
    return found != nullptr && found->is_text() ? found->text : std::string{};
}

std::int64_t number_of(Value const& map, char const* key) {
    Value const* const found = map.find(key);
    return found == nullptr ? 0 : found->as_signed();
}

Error goodbye(char const* what, std::optional<amqp::Condition> const& why) {
    std::string text = what;
    if (why) text += ": " + why->condition + " " + why->description.value_or("");
    return {Errc::unavailable, std::move(text)};
}

}  // namespace

void EventReader::begin(WallTime now) {
    state_ = State::sasl_header;
    token_ = identity::make_sas("sb://" + options_.host + "/" + options_.entity, options_.key,
                                now + 1h, options_.policy);
    input_.clear();
    output_.assign(amqp::sasl_header);
    links_.clear();
    ours_.clear();
    next_incoming_ = next_outgoing_ = 0;
    flow_due_ = false;
}

Result<void> EventReader::on_bytes(ByteView bytes) {
    input_.append(bytes);
    std::size_t used = 0;
    for (;;) {
        TANDEM_TRY(std::size_t const taken, step(ByteView{input_}.substr(used)));
        if (taken == 0) break;
        used += taken;
    }
    input_.erase(0, used);
    top_up();
    return {};
}

void EventReader::keep_alive() {
    if (state_ < State::open) return;
    amqp::end_frame(output_, amqp::begin_frame(output_, amqp::FrameType::amqp, 0));
}

/// One header or frame from the front of `input`; how much of it that was, 0: not there yet.
Result<std::size_t> EventReader::step(ByteView input) {
    if (state_ == State::sasl_header || state_ == State::header) {
        if (input.size() < amqp::protocol_header.size()) return std::size_t{0};
        TANDEM_CHECK(on_header(input.substr(0, amqp::protocol_header.size())));
        return amqp::protocol_header.size();
    }
    TANDEM_TRY(auto const frame, amqp::decode_frame(input, frame_bytes_max));
    if (!frame) return std::size_t{0};
    if (!frame->body.empty()) {
        TANDEM_TRY(auto const decoded, amqp::decode_performative(frame->body));
        TANDEM_CHECK(frame->type == amqp::FrameType::sasl ? on_sasl(decoded.performative)
                                                          : on_performative(decoded));
    }
    return frame->size_bytes;
}

Result<void> EventReader::on_header(ByteView header) {
    if (state_ == State::sasl_header) {
        if (header != amqp::sasl_header) return Error{Errc::malformed, "no SASL offered"};
        state_ = State::mechanisms;
        return {};
    }
    if (header != amqp::protocol_header) return Error{Errc::malformed, "not AMQP 1.0"};
    state_ = State::open;
    return {};
}

Result<void> EventReader::on_sasl(amqp::Performative const& performative) {
    if (state_ == State::mechanisms &&
        std::holds_alternative<amqp::SaslMechanisms>(performative)) {
        emit_sasl(amqp::SaslInit{"ANONYMOUS", "", options_.host});
        state_ = State::outcome;
        return {};
    }
    auto const* const outcome = std::get_if<amqp::SaslOutcome>(&performative);
    if (state_ != State::outcome || outcome == nullptr)
        return Error{Errc::malformed, "an unexpected SASL frame"};
    if (outcome->code != 0) return Error{Errc::unauthorized, "SASL ANONYMOUS was refused"};
    state_ = State::header;
    output_.append(amqp::protocol_header);
    amqp::Open open;
    open.container_id = "tandem-simulate";
    open.hostname = options_.host;
    open.max_frame_size = frame_bytes_max;
    emit(open);
    amqp::Begin begin;
    begin.incoming_window = begin.outgoing_window = window;
    emit(begin);
    attach(cbs_out, false, "$cbs");
    attach(cbs_in, true, "$cbs");
    return {};
}

Result<void> EventReader::on_performative(amqp::Decoded const& decoded) {
    auto const& it = decoded.performative;
    if (state_ < State::open) return Error{Errc::malformed, "AMQP before its header"};
    if (auto const* flow = std::get_if<amqp::Flow>(&it)) return on_flow(*flow), Result<void>{};
    if (auto const* attach = std::get_if<amqp::Attach>(&it)) return on_attach(*attach);
    if (auto const* transfer = std::get_if<amqp::Transfer>(&it))
        return on_transfer(*transfer, decoded.payload);
    if (auto const* detach = std::get_if<amqp::Detach>(&it))
        return goodbye("a link was detached", detach->error);
    if (auto const* end = std::get_if<amqp::End>(&it))
        return goodbye("the session was ended", end->error);
    if (auto const* close = std::get_if<amqp::Close>(&it))
        return goodbye("the connection was closed", close->error);
    if (std::holds_alternative<amqp::Open>(it)) state_ = State::token;
    return {};  // a begin, or the outcome of something that we sent
}

Result<void> EventReader::on_attach(amqp::Attach const& attach) {
    for (auto& [handle, link] : links_) {
        if (link.name != attach.name) continue;
        ours_[attach.handle] = handle;
        if (link.receiving) link.delivery_count = attach.initial_delivery_count.value_or(0);
        bool const refused = link.receiving ? attach.source.is_null() : attach.target.is_null();
        if (link.receiving && !refused) grant(handle);  // else a detach with the reason follows
        return {};
    }
    return Error{Errc::malformed, "an answer to an attach that was not sent"};
}

void EventReader::on_flow(amqp::Flow const& flow) {
    if (flow.echo) flow_due_ = true;
    if (!flow.handle || !ours_.contains(*flow.handle)) return;
    std::uint32_t const handle = ours_.at(*flow.handle);
    Link& link = links_.at(handle);
    if (link.receiving || link.asked || flow.link_credit.value_or(0) == 0) return;
    link.asked = true;
    request(handle);
}

Result<void> EventReader::on_transfer(amqp::Transfer const& transfer, ByteView payload) {
    ++next_incoming_;
    flow_due_ = true;
    auto const known = ours_.find(transfer.handle);
    if (known == ours_.end()) return Error{Errc::malformed, "a transfer on an unknown link"};
    Link& link = links_.at(known->second);
    link.partial.append(payload);
    if (transfer.more && !transfer.aborted) return {};
    Bytes const message = std::exchange(link.partial, {});
    ++link.delivery_count;
    if (link.credit > 0) --link.credit;
    if (!transfer.settled.value_or(false) && transfer.delivery_id)
        emit(amqp::Disposition{amqp::Role::receiver, *transfer.delivery_id, std::nullopt, true,
                               amqp::accepted()});
    if (transfer.aborted) return {};
    return on_message(known->second, message);
}

Result<void> EventReader::on_message(std::uint32_t handle, Bytes const& bytes) {
    TANDEM_TRY(auto const message, amqp::decode_message(bytes));
    if (handle < first_partition) return on_answer(handle, message);
    on_event(handle - first_partition, message);
    return {};
}

Result<void> EventReader::on_answer(std::uint32_t handle, amqp::Message const& message) {
    std::int64_t const status = number_of(message.application_properties, "status-code");
    if (status != 200 && status != 202)
        return Error{status == 401 ? Errc::unauthorized : Errc::unavailable,
                     std::to_string(status) + " " +
                         text_of(message.application_properties, "status-description")};
    if (handle == cbs_in) {
        state_ = State::question;
        attach(management_out, false, "$management");
        attach(management_in, true, "$management");
        return {};
    }
    Value const* const ids = message.value ? message.value->find("partition_ids") : nullptr;
    if (handle != management_in || ids == nullptr || ids->items.empty() ||
        ids->items.size() > partitions_max)
        return Error{Errc::malformed, "the hub does not say which partitions it has"};
    partition_count_ = ids->items.size();
    state_ = State::reading;
    for (std::size_t i = 0; i < partition_count_; ++i) attach_partition(i);
    return {};
}

void EventReader::on_event(std::size_t partition, amqp::Message const& message) {
    Value const& notes = message.message_annotations;
    Event event;
    event.partition = partition;
    event.sequence_number = number_of(notes, "x-opt-sequence-number");
    event.offset = text_of(notes, "x-opt-offset");
    event.device_id = text_of(notes, "iothub-connection-device-id");
    event.enqueued = wall_from_micros(number_of(notes, "x-opt-enqueued-time") * 1000);
    if (message.properties && message.properties->message_id.is_text())
        event.message_id = message.properties->message_id.text;
    if (message.data) event.body = *message.data;
    offsets_[partition] = event.offset;
    on_event_(event);
}

void EventReader::attach_partition(std::size_t partition) {
    auto const last = offsets_.find(partition);
    std::string const expression =
        last != offsets_.end()
            ? "amqp.annotation.x-opt-offset > '" + last->second + "'"
            : "amqp.annotation.x-opt-enqueued-time >= '" +
                  std::to_string(to_millis(options_.from)) + "'";
    Value filter = Value::map({Value::symbol(selector),
                               Value::described(Value::symbol(selector),
                                                Value::string(expression))});
    attach(first_partition + static_cast<std::uint32_t>(partition), true,
           options_.entity + "/ConsumerGroups/" + options_.group + "/Partitions/" +
               std::to_string(partition),
           std::move(filter));
}

void EventReader::attach(std::uint32_t handle, bool receiving, std::string const& address,
                         Value filter) {
    Link& link = links_[handle];
    link.name = "tandem-" + std::to_string(handle);
    link.receiving = receiving;
    amqp::Attach attach;
    attach.name = link.name;
    attach.handle = handle;
    attach.role = receiving ? amqp::Role::receiver : amqp::Role::sender;
    attach.source = terminus(source_code, receiving ? address : link.name, std::move(filter));
    attach.target = terminus(target_code, receiving ? link.name : address);
    if (!receiving) attach.initial_delivery_count = 0;
    emit(attach);
}

/// The one message of a request link: the token, or the question about partitions.
void EventReader::request(std::uint32_t handle) {
    bool const token = handle == cbs_out;
    std::string const audience = "sb://" + options_.host + "/" + options_.entity;
    amqp::Message message;
    message.properties.emplace();
    message.properties->message_id = Value::ulong(handle);
    message.properties->reply_to = links_.at(token ? cbs_in : management_in).name;
    auto pair = [&](char const* name, std::string const& value) {
        auto& items = message.application_properties.items;
        items.push_back(Value::string(name));
        items.push_back(Value::string(value));
    };
    message.application_properties = Value::map({});
    pair("operation", token ? "put-token" : "READ");
    pair("type", token ? "servicebus.windows.net:sastoken" : "com.microsoft:eventhub");
    pair("name", token ? audience : options_.entity);
    message.value = token ? Value::string(token_) : Value::null();
    Bytes bytes;
    amqp::encode_message(message, bytes);
    amqp::Transfer transfer;
    transfer.handle = handle;
    transfer.delivery_id = next_outgoing_;
    transfer.delivery_tag = std::to_string(handle);
    transfer.message_format = 0;
    transfer.settled = true;
    ++next_outgoing_;
    emit(transfer, bytes);
}

void EventReader::grant(std::uint32_t handle) {
    Link& link = links_.at(handle);
    link.open = true;
    link.credit = handle < first_partition ? 10 : options_.credit;
    amqp::Flow flow;
    flow.next_incoming_id = next_incoming_;
    flow.incoming_window = flow.outgoing_window = window;
    flow.next_outgoing_id = next_outgoing_;
    flow.handle = handle;
    flow.delivery_count = link.delivery_count;
    flow.link_credit = link.credit;
    emit(flow);
    flow_due_ = false;
}

void EventReader::top_up() {
    for (auto const& [handle, link] : links_)
        if (handle >= first_partition && link.open && link.credit < options_.credit / 2)
            grant(handle);
    if (!std::exchange(flow_due_, false)) return;
    amqp::Flow flow;
    flow.next_incoming_id = next_incoming_;
    flow.incoming_window = flow.outgoing_window = window;
    flow.next_outgoing_id = next_outgoing_;
    emit(flow);
}

void EventReader::emit(amqp::Performative const& performative, ByteView payload) {
    std::size_t const start = amqp::begin_frame(output_, amqp::FrameType::amqp, 0);
    amqp::encode_performative(performative, output_);
    output_.append(payload);
    amqp::end_frame(output_, start);
}

void EventReader::emit_sasl(amqp::Performative const& performative) {
    std::size_t const start = amqp::begin_frame(output_, amqp::FrameType::sasl, 0);
    amqp::encode_performative(performative, output_);
    amqp::end_frame(output_, start);
}

}  // namespace tandem::app
