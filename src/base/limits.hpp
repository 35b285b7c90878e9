// base/limits.hpp -- every limit has a name, here, with its source. "AZ" is Azure IoT Hub's
// published quota page; "ours" is a choice of this project that bounds a resource.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>

namespace tandem::limits {

// identities (AZ)
inline constexpr std::size_t device_id_bytes_max = 128;
inline constexpr std::size_t status_reason_characters_max = 128;
inline constexpr std::size_t symmetric_key_bytes_min = 16;
inline constexpr std::size_t symmetric_key_bytes_max = 64;
inline constexpr std::size_t registry_list_max = 1000;
inline constexpr std::size_t registry_bulk_max = 100;

// twins (AZ)
inline constexpr std::size_t twin_tags_bytes_max = 8 * 1024;
inline constexpr std::size_t twin_properties_bytes_max = 32 * 1024;
inline constexpr std::size_t twin_key_bytes_max = 1024;
inline constexpr std::size_t twin_string_bytes_max = 4 * 1024;
inline constexpr std::size_t twin_depth_max = 10;
inline constexpr std::int64_t twin_integer_min = -4503599627370496;
inline constexpr std::int64_t twin_integer_max = 4503599627370495;

// telemetry (AZ)
inline constexpr std::size_t telemetry_bytes_max = 256 * 1024;
inline constexpr std::size_t partitions_min = 2;
inline constexpr std::size_t partitions_default = 4;
inline constexpr std::size_t partitions_max = 32;
inline constexpr int retention_days_min = 1;
inline constexpr int retention_days_max = 7;

// MQTT (AZ unless marked)
inline constexpr std::size_t mqtt_packet_bytes_max = telemetry_bytes_max + 64 * 1024 + 16;
inline constexpr std::size_t mqtt_will_bytes_max = 64 * 1024;      // MQTT: of its body, 65535
// ours: before we know who
inline constexpr std::size_t mqtt_connect_bytes_max = mqtt_will_bytes_max + 16 * 1024;
inline constexpr Duration mqtt_connect_wait_max = 10s;            // ours
inline constexpr Duration mqtt_keep_alive_max = 1767s;            // AZ: 1.5 x 1177 s
inline constexpr std::size_t mqtt_subscriptions_max = 8;          // ours: all documented filters
inline constexpr std::size_t mqtt_inflight_max = 1024;            // ours: unanswered publishes
inline constexpr std::size_t mqtt_inflight_bytes_max = 4 * 1024 * 1024;  // ours: their bodies
inline constexpr Duration mqtt_open_wait_max = 30s;                      // ours: CONNECT to CONNACK
inline constexpr std::size_t mqtt_properties_max = 1024;                 // ours, a message
inline constexpr std::size_t mqtt_request_id_bytes_max = 1024;           // ours: $rid
inline constexpr std::size_t model_id_bytes_max = 2048;                  // ours

// AMQP
inline constexpr std::uint32_t amqp_frame_bytes_max = 64 * 1024;
inline constexpr std::uint16_t amqp_channel_max = 8191;
inline constexpr Duration amqp_idle_timeout = 240s;
inline constexpr std::size_t amqp_links_max = 256;      // ours, a connection
inline constexpr std::size_t amqp_type_depth_max = 32;  // ours
inline constexpr std::size_t amqp_message_bytes_max = 1024 * 1024;
inline constexpr std::size_t amqp_receivers_per_group_max = 5;  // AZ, without epoch

// HTTP (ours unless marked)
inline constexpr std::size_t http_header_bytes_max = 32 * 1024;
inline constexpr std::size_t http_body_bytes_max = 1024 * 1024;
inline constexpr Duration http_request_wait_max = 30s;
inline constexpr Duration http_idle_wait_max = 120s;                      // between two requests
inline constexpr std::size_t http_fields_max = 256;                       // in one header
inline constexpr std::size_t http_chunk_extension_bytes_max = 4 * 1024;   // a body, all together
inline constexpr std::size_t http_response_bytes_max = 16 * 1024 * 1024;  // our client's side
inline constexpr std::size_t json_depth_max = 32;

// connections (ours)
inline constexpr std::size_t output_bytes_max = 4 * 1024 * 1024;  // a reader that does not read
inline constexpr Duration handshake_wait_max = 10s;

// log and replication (ours)
inline constexpr std::size_t record_bytes_max = 1024 * 1024;
inline constexpr std::size_t partition_cache_bytes = 8 * 1024 * 1024;  // newest records, in memory
inline constexpr std::size_t recovery_check_records = 1000;            // verified at a start
inline constexpr std::size_t replication_window_bytes =
    8 * 1024 * 1024;  // unconfirmed, a partition
inline constexpr std::size_t replication_batch_bytes = 512 * 1024;
inline constexpr std::uint32_t snapshot_chunks_max = 4;  // unconfirmed
inline constexpr Duration replication_heartbeat_every = 500ms;
inline constexpr Duration replication_reply_wait_max = 2s;
inline constexpr std::size_t peer_frame_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t pending_commands_max = 100'000;  // a hub, while it may not answer

static_assert(mqtt_packet_bytes_max > telemetry_bytes_max);
static_assert(record_bytes_max > telemetry_bytes_max * 2);
static_assert(peer_frame_bytes_max > replication_batch_bytes + record_bytes_max);
static_assert(limits::replication_window_bytes > limits::replication_batch_bytes);

}  // namespace tandem::limits
