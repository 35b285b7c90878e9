#include "hub/meter.hpp"

#include <algorithm>
#include <chrono>

namespace tandem::hub {
namespace {

std::uint64_t units(std::size_t bytes, std::size_t unit) {
    return std::max<std::uint64_t>(1, (bytes + unit - 1) / unit);
}

}  // namespace

std::size_t message_bytes(record::Telemetry const& message) {
    std::size_t bytes = message.body().size();
    for (auto const& property : message.properties())
        bytes += property.name().size() + property.value().size();
    return bytes;
}

std::int64_t meter_day(WallTime time) {
    return std::chrono::floor<std::chrono::days>(time.time_since_epoch()).count();
}

void count_message(record::Meter& meter, WallTime time, std::size_t bytes) {
    if (auto const day = meter_day(time); day > meter.day()) {
        meter.set_day(day);
        meter.set_messages_4k(0);
        meter.set_messages_512(0);
    }
    meter.set_messages_4k(meter.messages_4k() + units(bytes, meter_unit_bytes));
    meter.set_messages_512(meter.messages_512() + units(bytes, meter_small_unit_bytes));
}

std::uint64_t messages_of(record::Meter const& meter, std::int64_t day, std::uint32_t unit_bytes) {
    if (meter.day() < day) return 0;
    return unit_bytes == meter_small_unit_bytes ? meter.messages_512() : meter.messages_4k();
}

}  // namespace tandem::hub
