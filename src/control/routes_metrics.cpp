// Azure Monitor's metrics of a hub: Microsoft.Insights/metrics and metricDefinitions.
//
// Source  specification/monitor, 2018-01-01; management-plane contract 9.2.
#include "codec/percent.hpp"
#include "codec/time_text.hpp"
#include "control/metrics.hpp"
#include "control/router.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace tandem::control {

namespace {

constexpr char const* metric_namespace = "Microsoft.Devices/IotHubs";
constexpr std::size_t metrics_a_call_max = 20;
constexpr std::int64_t points_max = 1500;   // of one metric

struct Interval {
    char const* name;
    std::int64_t minutes;   ///< 0: the whole time at once
};
constexpr std::array<Interval, 9> intervals = {{{"PT1M", 1},
                                                {"PT5M", 5},
                                                {"PT15M", 15},
                                                {"PT30M", 30},
                                                {"PT1H", 60},
                                                {"PT6H", 360},
                                                {"PT12H", 720},
                                                {"P1D", 1440},
                                                {"FULL", 0}}};

struct Aggregation {
    char const* name;     ///< as clients ask
    char const* member;   ///< as the data has it
    bool snapshots;       ///< means something for snapshots too
    double (*of)(Metrics::Sample const&);
};
constexpr std::array<Aggregation, 5> aggregations = {
    {{"Total", "total", false, [](Metrics::Sample const& s) { return s.total; }},
     {"Average", "average", true, [](Metrics::Sample const& s) { return s.total / s.count; }},
     {"Minimum", "minimum", true, [](Metrics::Sample const& s) { return s.minimum; }},
     {"Maximum", "maximum", true, [](Metrics::Sample const& s) { return s.maximum; }},
     {"Count", "count", true, [](Metrics::Sample const& s) -> double { return s.count; }}}};

/// What a query asks for, checked.
struct Query {
    std::vector<Metric const*> metrics;
    std::vector<Aggregation const*> aggregations;   ///< empty: each metric's own
    WallTime from{}, to{};
    Interval const* interval = nullptr;
    bool names_only = false;
};

/// Azure Monitor's errors have no "error" around them.
http::Response bad_query(std::string const& message) {
    return json_answer(400, json::object{{"code", "BadRequest"}, {"message", message}});
}

std::vector<std::string> split(std::string const& text) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        std::size_t const end = std::min(text.find(',', begin), text.size());
        std::string part = text.substr(begin, end - begin);
        while (part.starts_with(' ')) part.erase(0, 1);
        while (part.ends_with(' ')) part.pop_back();
        if (!part.empty()) parts.push_back(std::move(part));
        begin = end + 1;
    }
    return parts;
}

/// az 2.45 encodes the timespan twice.
std::string asked(Call const& call, char const* name) {
    for (auto const& [key, value] : call.request.query)
        if (equal_ci(key, name)) return percent_decode(value).value_or(value);
    return {};
}

std::optional<http::Response> read_names(Call const& call, Query& query) {
    for (std::string const& name : split(asked(call, "metricnames"))) {
        Metric const* const metric = find_metric(name);
        if (metric == nullptr) {
            std::string known;
            for (Metric const& one : all_metrics())
                known += (known.empty() ? "" : ",") + std::string{one.name};
            return bad_query("Failed to find metric configuration for provider: "
                             "Microsoft.Devices, resource Type: IotHubs, metric: " + name +
                             ", Valid metrics: " + known);
        }
        query.metrics.push_back(metric);
    }
    if (query.metrics.size() > metrics_a_call_max)
        return bad_query("Requested metrics count: " + std::to_string(query.metrics.size()) +
                         " is more than allowed max: " + std::to_string(metrics_a_call_max));
    if (query.metrics.empty()) query.metrics.push_back(&all_metrics().front());
    for (std::string const& name : split(asked(call, "aggregation"))) {
        Aggregation const* found = nullptr;
        for (Aggregation const& one : aggregations)
            if (equal_ci(one.name, name)) found = &one;
        if (found == nullptr && !equal_ci(name, "None"))
            return bad_query("The aggregation '" + name + "' is not valid: use Total, Average, "
                             "Minimum, Maximum or Count.");
        if (found != nullptr) query.aggregations.push_back(found);
    }
    return std::nullopt;
}

std::optional<http::Response> read_time(Call const& call, Query& query) {
    std::string const span = asked(call, "timespan");
    query.to = call.now.wall;
    query.from = query.to - 1h;
    if (!span.empty()) {
        auto const slash = span.find('/');
        auto const from = parse_iso8601(std::string_view{span}.substr(0, slash));
        auto const to = slash == std::string::npos
                            ? std::nullopt
                            : parse_iso8601(std::string_view{span}.substr(slash + 1));
        if (!from || !to || *from >= *to)
            return bad_query("The timespan '" + span + "' is not valid: it is a start and a later "
                             "end, as 2026-11-21T00:00:00Z/2026-11-21T01:00:00Z.");
        query.from = *from;
        query.to = *to;
    }
    std::string const wanted = asked(call, "interval");
    for (Interval const& one : intervals)
        if (equal_ci(one.name, wanted.empty() ? "PT1M" : wanted)) query.interval = &one;
    if (query.interval == nullptr)
        return bad_query("The interval '" + wanted + "' is not valid: use PT1M, PT5M, PT15M, "
                         "PT30M, PT1H, PT6H, PT12H, P1D or FULL.");
    auto const minutes =
        std::chrono::ceil<std::chrono::minutes>(query.to - query.from).count();
    if (query.interval->minutes != 0 && minutes / query.interval->minutes > points_max)
        return bad_query("The timespan has more than " + std::to_string(points_max) +
                         " intervals of " + query.interval->name + ": ask for less, or for a "
                         "longer interval.");
    return std::nullopt;
}

std::optional<http::Response> read_query(Call const& call, Query& query) {
    if (auto const name = asked(call, "metricnamespace");
        !name.empty() && !equal_ci(name, metric_namespace))
        return bad_query("The metric namespace '" + name + "' is not one of this resource: use " +
                         metric_namespace + ".");
    if (!asked(call, "$filter").empty())
        return bad_query("These metrics have no dimensions to filter by.");
    if (auto refused = read_names(call, query)) return refused;
    query.names_only = equal_ci(asked(call, "resultType"), "metadata");
    return read_time(call, query);
}

std::string seconds_text(WallTime time) {
    std::string text = format_iso8601(time);
    return text.substr(0, 19) + "Z";
}

json::object localizable(char const* value, char const* text) {
    return json::object{{"value", value}, {"localizedValue", text}};
}

json::array render_points(Plane const& plane, std::string const& hub, Metric const& metric,
                          Query const& query) {
    std::vector<Aggregation const*> wanted = query.aggregations;
    if (wanted.empty()) wanted.push_back(&aggregations[metric.snapshot ? 1 : 0]);
    auto const minute_of = [](WallTime time) {
        return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
    };
    std::int64_t const first = minute_of(query.from);
    std::int64_t const end = minute_of(query.to - 1us) + 1;
    std::int64_t const step = query.interval->minutes == 0 ? end - first : query.interval->minutes;
    json::array points;
    for (std::int64_t minute = first; minute < end; minute += step) {
        auto const sample = plane.metrics.sample(hub, metric, minute, std::min(minute + step, end));
        json::object point{
            {"timeStamp", seconds_text(WallTime{std::chrono::minutes{minute}})}};
        for (Aggregation const* one : wanted)
            if (sample.count > 0 && (one->snapshots || !metric.snapshot))
                point[one->member] = one->of(sample);
        points.push_back(std::move(point));
    }
    return points;
}

Answer get_metrics(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    Query query;
    if (auto refused = read_query(call, query)) return refused;
    plane.metrics.is_of(hub->definition().name(), hub->definition().instance_id());
    json::array values;
    for (Metric const* metric : query.metrics) {
        json::array series;
        json::object one{{"metadatavalues", json::array{}}};
        if (!query.names_only)
            one["data"] = render_points(plane, hub->definition().name(), *metric, query);
        series.push_back(std::move(one));
        values.push_back(json::object{
            {"id", hub_id(*hub) + "/providers/Microsoft.Insights/metrics/" + metric->name},
            {"type", "Microsoft.Insights/metrics"},
            {"name", localizable(metric->name, metric->title)},
            {"displayDescription", metric->description},
            {"unit", metric->unit},
            {"timeseries", std::move(series)},
            {"errorCode", "Success"}});
    }
    json::object out{{"cost", 0},
                     {"timespan", seconds_text(query.from) + "/" + seconds_text(query.to)}};
    if (!query.names_only) out["interval"] = query.interval->name;
    out["value"] = std::move(values);
    out["namespace"] = metric_namespace;
    out["resourceregion"] = hub->location();
    return json_answer(200, out);
}

Answer get_definitions(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    json::array values;
    for (Metric const& metric : all_metrics()) {
        json::array supported, grains;
        for (Aggregation const& one : aggregations)
            if (one.snapshots || !metric.snapshot) supported.push_back(json::value(one.name));
        for (Interval const& one : intervals)
            if (one.minutes != 0)
                grains.push_back(json::object{{"timeGrain", one.name}, {"retention", "P1D"}});
        values.push_back(json::object{
            {"id", hub_id(*hub) + "/providers/microsoft.insights/metricdefinitions/" + metric.name},
            {"resourceId", hub_id(*hub)},
            {"namespace", metric_namespace},
            {"name", localizable(metric.name, metric.title)},
            {"displayDescription", metric.description},
            {"isDimensionRequired", false},
            {"unit", metric.unit},
            {"primaryAggregationType", metric.snapshot ? "Average" : "Total"},
            {"supportedAggregationTypes", std::move(supported)},
            {"metricAvailabilities", std::move(grains)}});
    }
    return json_answer(200, json::object{{"value", std::move(values)}});
}

}  // namespace

std::vector<Route> metric_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api r = Api::resources;
#define TANDEM_HUB_METRICS                                                                       \
    "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"   \
    "{hub}/providers/Microsoft.Insights/"
    return {{"GET", TANDEM_HUB_METRICS "metrics", get_metrics, b, r},
            {"GET", TANDEM_HUB_METRICS "metricDefinitions", get_definitions, b, r}};
#undef TANDEM_HUB_METRICS
}

}  // namespace tandem::control
