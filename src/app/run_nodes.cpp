#include "app/verbs.hpp"
#include "world/event_loop.hpp"
#include "world/log.hpp"
#include "world/static_files.hpp"
#include "world/system.hpp"

#include <sys/resource.h>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace tandem::app {

namespace {

constexpr rlim_t descriptors_wanted = 1'048'576;

/// As many descriptors as the machine lets us have: a connection is one.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::min(limit.rlim_max, descriptors_wanted);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The portal's files lie beside the program; without them control serves its API only.
std::function<std::optional<http::Response>(http::Request const&)> portal() {
    fs::path const dir = fs::read_symlink("/proc/self/exe").parent_path() / "portal";
    auto loaded = world::StaticFiles::load(dir, "portal");
    if (!loaded.ok()) {
        world::log_event(world::Level::warn, "control.no_portal", {{"why", loaded.error().detail}});
        return {};
    }
    world::log_event(world::Level::info, "control.portal",
                     {{"dir", dir.string()}, {"files", loaded->count()}});
    return [files = std::make_shared<world::StaticFiles const>(std::move(*loaded))](
               http::Request const& request) { return files->respond(request); };
}

std::string no_region(std::string const& name) {
    return "no region " + name + " in this installation";
}

template <class Host, class Options>
int serve(char const* what, Options options) {
    raise_descriptor_limit();
    world::EventLoop loop;
    loop.on_signals({SIGTERM, SIGINT}, [&loop](int) { loop.stop(); });
    Host host{loop, std::move(options)};
    if (auto const started = host.start(); !started.ok()) return fail(what, started.error().detail);
    loop.run();
    return 0;
}

}  // namespace

int run_region(fs::path const& data_dir, std::string const& name) {
    auto const installation = load_installation(data_dir);
    if (!installation.ok()) return fail("region", installation.error().detail);
    RegionNode const* region = installation->region(name);
    if (region == nullptr) return fail("region", no_region(name));
    auto options = region_options(*installation, *region);
    auto dns = dns_server(*installation);
    if (!dns.ok()) return fail("region", dns.error().detail);
    options.dns = std::move(*dns);
    return serve<world::RegionHost>("region", std::move(options));
}

int run_control(fs::path const& data_dir, ControlOptions const& wanted) {
    auto const installation = load_installation(data_dir);
    if (!installation.ok()) return fail("control", installation.error().detail);
    auto const& it = *installation;
    for (auto const& name : wanted.without)
        if (it.region(name) == nullptr) return fail("control", no_region(name));
    RegionNode const* at = wanted.at.empty() ? nullptr : it.region(wanted.at);
    if (at == nullptr && !wanted.at.empty()) return fail("control", no_region(wanted.at));
    // An installation made by an earlier version has no certificate for it yet.
    if (auto const made = ensure_certificates(it, world::read_clocks().wall); !made.ok())
        return fail("control", made.error().detail);
    auto options = at != nullptr ? control_options_at(it, *at) : control_options(it);
    options.before = portal();
    if (wanted.take_over) options.control.take_over = control::TakeOver::always;
    options.control.lost_copies = {wanted.without.begin(), wanted.without.end()};
    return serve<world::ControlHost>("control", std::move(options));
}

int run_edge(fs::path const& data_dir) {
    auto const installation = load_installation(data_dir);
    if (!installation.ok()) return fail("edge", installation.error().detail);
    return serve<world::Edge>("edge", edge_options(*installation));
}

}  // namespace tandem::app
