// world/log.hpp -- what happened, one line each: `event.name key=value key=value`.
//
// Names and keys are stable and listed in docs/operating/events.md. Values that are not plain are
// quoted and escaped, so no client can write a line of its own (bad-inputs 46). No secrets, no
// payloads. Level: error, a human must act; warn, we degraded; info, a state changed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tandem::world {

struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view key_in, std::string value_in)
        : key(key_in), value(std::move(value_in)) {}
    Field(std::string_view key_in, std::uint64_t number)
        : key(key_in), value(std::to_string(number)) {}
};

enum class Level : std::uint8_t { debug, info, warn, error };

void set_log_level(Level level);
void log_event(Level level, std::string_view name, std::initializer_list<Field> fields = {});

/// As log_event writes it, without time and level.
std::string event_line(std::string_view name, std::initializer_list<Field> fields);

}  // namespace tandem::world
