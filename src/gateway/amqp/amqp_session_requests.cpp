// The session's request and response links: $cbs and $management.
#include "gateway/amqp/amqp_session.hpp"

#include "codec/amqp/message.hpp"
#include "codec/number_text.hpp"
#include "hub/error_table.hpp"

namespace tandem::gateway {

using amqp::Value;

namespace {

std::string text_under(Value const& map, std::string_view key) {
    Value const* value = map.find(key);
    if (!value) return {};
    if (value->is_text()) return value->text;
    if (value->is_number()) return std::to_string(value->as_signed());
    return {};
}

std::int64_t number_of(Position position) {
    return static_cast<std::int64_t>(position.bits());
}

}  // namespace

void AmqpSession::on_message(Link& link, Bytes bytes) {
    Service const* held = service(link.id);
    if (!held) return;
    if (held->purpose == Purpose::cbs) {
        on_cbs(link.id, bytes);
    } else {
        on_question(link.id, bytes);
    }
}

/// Neither `type` nor `name` decides anything: the token says what it is and what it is for.
void AmqpSession::on_cbs(LinkId link, Bytes const& bytes) {
    auto message = amqp::decode_message(bytes);
    if (!message.ok()) return drop(link, {"amqp:decode-error", message.error().detail, {}});
    auto const properties = message->properties.value_or(amqp::Properties{});
    std::string const reply_to = properties.reply_to.value_or("");
    Value const id = properties.message_id;
    if (!same_name(text_under(message->application_properties, "operation"), "put-token")) {
        return answer(Purpose::cbs, link, reply_to, id, 400, "The operation is not supported.", {});
    }
    std::string token = message->data.value_or("");
    if (message->value) token = message->value->text;
    hub::Authorize check{std::move(token), hub::Right::service_connect, hub::Door::events, {}};
    ask(std::move(check), true,
        [this, link, reply_to, id](Result<hub::Reply> reply) {
            auto const* granted = reply.ok() ? std::get_if<hub::Authorized>(&*reply) : nullptr;
            if (granted) {
                learn(*granted, hub_host());
                return answer(Purpose::cbs, link, reply_to, id, 200, "OK", {});
            }
            bool const no_hub = !reply.ok() && reply.code() == Errc::hub_not_found;
            bool const refused = !reply.ok() && (reply.code() == Errc::unauthorized ||
                                                 reply.code() == Errc::forbidden ||
                                                 reply.code() == Errc::malformed ||
                                                 reply.code() == Errc::argument_invalid);
            int const status = no_hub ? 404 : refused ? 401 : 500;
            answer(Purpose::cbs, link, reply_to, id, status,
                   no_hub    ? "The hub could not be found."
                   : refused ? "Unauthorized: the token proves nothing here."
                             : "The token could not be checked.",
                   {});
        });
}

void AmqpSession::on_question(LinkId link, Bytes const& bytes) {
    auto message = amqp::decode_message(bytes);
    if (!message.ok()) return drop(link, {"amqp:decode-error", message.error().detail, {}});
    auto const properties = message->properties.value_or(amqp::Properties{});
    Value const& asked = message->application_properties;
    Question question{.link = link,
                      .id = properties.message_id,
                      .reply_to = properties.reply_to.value_or(""),
                      .type = text_under(asked, "type"),
                      .name = text_under(asked, "name"),
                      .partition = text_under(asked, "partition")};
    bool const known = same_name(question.type, "com.microsoft:eventhub") ||
                       same_name(question.type, "com.microsoft:partition");
    if (!same_name(text_under(asked, "operation"), "READ") || !known) {
        return answer(Purpose::management, link, question.reply_to, question.id, 404,
                      "There is nothing like that to read.", {});
    }
    ask(hub::GetEventHub{}, true, [this, question](Result<hub::Reply> reply) {
        answer_event_hub(question, reply);
    });
}

void AmqpSession::answer_event_hub(Question const& question, Result<hub::Reply> const& reply) {
    auto const* info = reply.ok() ? std::get_if<hub::EventHubInfo>(&*reply) : nullptr;
    if (!info) {
        int const status = reply.ok() ? 500 : hub::error_row(reply.code()).http_status;
        return answer(Purpose::management, question.link, question.reply_to, question.id, status,
                      "The hub could not be read.", {});
    }
    auto const partition = whole_number<std::uint16_t>(question.partition);
    bool const about_partition = same_name(question.type, "com.microsoft:partition");
    bool const partition_known = partition && *partition < info->partition_count;
    if (!same_name(question.name, info->name) || (about_partition && !partition_known)) {
        return answer(Purpose::management, question.link, question.reply_to, question.id, 404,
                      "The messaging entity could not be found.", {});
    }
    if (about_partition) {
        ask(hub::GetEventPartition{PartitionIndex{*partition}}, true,
            [this, question](Result<hub::Reply> next) { answer_partition(question, next); });
        return;
    }
    std::vector<Value> ids;
    for (std::uint16_t i = 0; i < info->partition_count; ++i) {
        ids.push_back(Value::string(std::to_string(i)));
    }
    answer(Purpose::management, question.link, question.reply_to, question.id, 200, "OK",
           Value::map({Value::string("name"), Value::string(info->name),
                       Value::string("type"), Value::string("com.microsoft:eventhub"),
                       Value::string("created_at"), Value::timestamp(to_millis(info->created)),
                       Value::string("partition_count"), Value::int32(info->partition_count),
                       Value::string("partition_ids"),
                       Value::array(amqp::Kind::string, std::move(ids))}));
}

void AmqpSession::answer_partition(Question const& question, Result<hub::Reply> const& reply) {
    auto const* info = reply.ok() ? std::get_if<hub::EventPartitionInfo>(&*reply) : nullptr;
    if (!info) {
        int const status = reply.ok() ? 500 : hub::error_row(reply.code()).http_status;
        return answer(Purpose::management, question.link, question.reply_to, question.id, status,
                      "The partition could not be read.", {});
    }
    bool const never = info->last.none();
    std::int64_t const last = never ? -1 : number_of(info->last);
    answer(Purpose::management, question.link, question.reply_to, question.id, 200, "OK",
           Value::map({Value::string("name"), Value::string(question.name),
                       Value::string("type"), Value::string("com.microsoft:partition"),
                       Value::string("partition"), Value::string(question.partition),
                       Value::string("begin_sequence_number"),
                       Value::int64(number_of(info->first)),
                       Value::string("last_enqueued_sequence_number"), Value::int64(last),
                       Value::string("last_enqueued_offset"), Value::string(std::to_string(last)),
                       Value::string("last_enqueued_time_utc"),
                       Value::timestamp(to_millis(info->last_enqueued)),
                       Value::string("is_partition_empty"), Value::boolean(info->empty)}));
}

/// On the link whose address the request named; else on one of the request's session; else on any.
void AmqpSession::answer(Purpose purpose, LinkId request, std::string const& reply_to,
                         Value const& id, int status, std::string_view description, Value body) {
    Link const* asked_on = engine_.find(request);
    Link* best = nullptr;
    int best_score = -1;
    for (auto const& [candidate, held] : services_) {
        Link* link = engine_.find(candidate);
        if (held.purpose != purpose || !link || link->incoming) continue;
        int const score = (!reply_to.empty() && held.reply_address == reply_to ? 2 : 0) +
                          (asked_on && asked_on->channel == link->channel ? 1 : 0);
        if (score > best_score) best = link;
        best_score = std::max(best_score, score);
    }
    if (!best) return;  // nobody listens
    if (best->queue.size() >= responses_max) {
        return drop(best->id, {"amqp:resource-limit-exceeded", "answers are not taken", {}});
    }
    amqp::Message message;
    message.properties.emplace();
    message.properties->correlation_id = id;
    if (!reply_to.empty()) message.properties->to = reply_to;
    message.application_properties =
        Value::map({Value::string("status-code"), Value::int32(status),
                    Value::string("status-description"), Value::string(description)});
    if (status == 404) {
        message.application_properties.items.push_back(Value::string("error-condition"));
        message.application_properties.items.push_back(Value::symbol("amqp:not-found"));
    }
    message.value = std::move(body);
    Bytes bytes;
    amqp::encode_message(message, bytes);
    engine_.send(*best, std::move(bytes));
}

}  // namespace tandem::gateway
