#include "world/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <algorithm>
#include <memory>

namespace tandem::world {
namespace {

bool plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"-_.:/@[]*,+"}.find(c) != std::string_view::npos;
}

void append_value(std::string& line, std::string const& value) {
    if (!value.empty() && std::all_of(value.begin(), value.end(), plain)) {
        line += value;
        return;
    }
    constexpr char digits[] = "0123456789abcdef";
    line += '"';
    for (char const c : value) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (byte < 0x20 || byte >= 0x7F) {
            line += "\\x";
            line += digits[byte >> 4];
            line += digits[byte & 15];
        } else {
            line += c;
        }
    }
    line += '"';
}

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

spdlog::logger& logger() {
    static auto const instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "tandem", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::info);
        return made;
    }();
    return *instance;
}

}  // namespace

void set_log_level(Level level) {
    logger().set_level(spdlog_level(level));
}

std::string event_line(std::string_view name, std::initializer_list<Field> fields) {
    std::string line{name};
    for (Field const& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    return line;
}

void log_event(Level level, std::string_view name, std::initializer_list<Field> fields) {
    if (!logger().should_log(spdlog_level(level))) return;
    logger().log(spdlog_level(level), spdlog::string_view_t{event_line(name, fields)});
}

}  // namespace tandem::world
