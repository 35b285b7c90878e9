#include "app/verbs.hpp"
#include "world/event_loop.hpp"

#include <sys/resource.h>
#include <csignal>
#include <cstdio>

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

int fail(char const* what, Error const& error) {
    std::fprintf(stderr, "tandem: %s: %s\n", what, error.detail.c_str());
    return 1;
}

template <class Host, class Options>
int serve(char const* what, Options options) {
    raise_descriptor_limit();
    world::EventLoop loop;
    loop.on_signals({SIGTERM, SIGINT}, [&loop](int) { loop.stop(); });
    Host host{loop, std::move(options)};
    if (auto const started = host.start(); !started.ok()) return fail(what, started.error());
    loop.run();
    return 0;
}

}  // namespace

int run_region(fs::path const& data_dir, std::string const& name) {
    auto const installation = load_installation(data_dir);
    if (!installation.ok()) return fail("region", installation.error());
    RegionNode const* region = installation->region(name);
    if (region == nullptr)
        return fail("region",
                    Error{Errc::not_found, "no region " + name + " in this installation"});
    return serve<world::RegionHost>("region", region_options(*installation, *region));
}

int run_control(fs::path const& data_dir) {
    auto const installation = load_installation(data_dir);
    if (!installation.ok()) return fail("control", installation.error());
    return serve<world::ControlHost>("control", control_options(*installation));
}

int run_edge(fs::path const& data_dir) {
    auto const installation = load_installation(data_dir);
    if (!installation.ok()) return fail("edge", installation.error());
    return serve<world::Edge>("edge", edge_options(*installation));
}

}  // namespace tandem::app
