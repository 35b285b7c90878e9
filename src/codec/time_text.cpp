#include "codec/time_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace tandem {
namespace {

namespace chrono = std::chrono;

struct Parts {
    int year = 0;
    unsigned month = 0, day = 0;
    int hour = 0, minute = 0, second = 0, micros = 0;
    unsigned weekday = 0;
};

constexpr std::int64_t first_micros = -62'135'596'800'000'000;   // 0001-01-01T00:00:00
constexpr std::int64_t last_micros = 253'402'300'799'999'999;    // 9999-12-31T23:59:59.999999

Parts split(WallTime time) {
    chrono::microseconds const since{std::clamp(to_micros(time), first_micros, last_micros)};
    auto const day = chrono::floor<chrono::days>(chrono::sys_time<chrono::microseconds>{since});
    chrono::year_month_day const date{day};
    chrono::hh_mm_ss const clock{since - day.time_since_epoch()};
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .hour = static_cast<int>(clock.hours().count()),
            .minute = static_cast<int>(clock.minutes().count()),
            .second = static_cast<int>(clock.seconds().count()),
            .micros = static_cast<int>(clock.subseconds().count()),
            .weekday = chrono::weekday{day}.c_encoding()};
}

template <class... Values>
std::string print(char const* format, Values... values) {
    std::array<char, 64> text{};
    int const length = std::snprintf(text.data(), text.size(), format, values...);
    return std::string{text.data(), static_cast<std::size_t>(length)};
}

/// Reads from the front of a text; once something did not fit, `failed` stays true.
struct Reader {
    std::string_view rest;
    bool failed = false;

    int number(std::size_t digits) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest.empty() || rest[0] < '0' || rest[0] > '9') return failed = true, 0;
            value = value * 10 + (rest[0] - '0');
            rest.remove_prefix(1);
        }
        return value;
    }
    bool take(char c) {
        if (rest.empty() || rest[0] != c) return false;
        rest.remove_prefix(1);
        return true;
    }
    void expect(char c) {
        if (!take(c)) failed = true;
    }
};

int read_fraction(Reader& in) {
    if (!in.take('.')) return 0;
    int micros = 0;
    int scale = 100'000;
    if (in.rest.empty() || in.rest[0] < '0' || in.rest[0] > '9') in.failed = true;
    while (!in.rest.empty() && in.rest[0] >= '0' && in.rest[0] <= '9') {
        micros += (in.rest[0] - '0') * scale;
        scale /= 10;
        in.rest.remove_prefix(1);
    }
    return micros;
}

chrono::minutes read_offset(Reader& in) {
    if (in.take('Z') || in.take('z')) return {};
    bool const east = in.take('+');
    if (!east && !in.take('-')) return {};
    int const hours = in.number(2);
    in.expect(':');
    int const minutes = in.number(2);
    if (hours > 14 || minutes > 59) in.failed = true;
    chrono::minutes const offset{hours * 60 + minutes};
    return east ? offset : -offset;
}

}  // namespace

std::string format_iso8601(WallTime time) {
    Parts const t = split(time);
    return print("%04d-%02u-%02uT%02d:%02d:%02d.%06d0Z", t.year, t.month, t.day, t.hour, t.minute,
                 t.second, t.micros);
}

std::optional<WallTime> parse_iso8601(std::string_view text) {
    Reader in{text};
    chrono::year const year{in.number(4)};
    in.expect('-');
    chrono::month const month{static_cast<unsigned>(in.number(2))};
    in.expect('-');
    chrono::day const day{static_cast<unsigned>(in.number(2))};
    if (!in.take('T') && !in.take('t') && !in.take(' ')) return std::nullopt;
    int const hour = in.number(2);
    in.expect(':');
    int const minute = in.number(2);
    in.expect(':');
    int const second = in.number(2);
    int const micros = read_fraction(in);
    auto const offset = read_offset(in);

    chrono::year_month_day const date{year, month, day};
    if (in.failed || !in.rest.empty() || !date.ok() || year < chrono::year{1}) return std::nullopt;
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    Duration const clock =
        chrono::hours{hour} + chrono::minutes{minute - offset.count()} + chrono::seconds{second};
    Duration const days = chrono::sys_days{date}.time_since_epoch();
    return WallTime{days + clock + Duration{micros}};
}

std::string format_rfc1123(WallTime time) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    Parts const t = split(time);
    return print("%s, %02u %s %04d %02d:%02d:%02d GMT", days[t.weekday], t.day,
                 months[t.month - 1], t.year, t.hour, t.minute, t.second);
}

std::string format_tracking_time(WallTime time) {
    Parts const t = split(time);
    return print("%02u/%02u/%04d %02d:%02d:%02d", t.month, t.day, t.year, t.hour, t.minute,
                 t.second);
}

}  // namespace tandem
