// tandem_bench: load on an MQTT server, and devices into a hub. bench/run.py is its user.

#include "app/quickstart.hpp"
#include "app/simulate_devices.hpp"
#include "load.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace tandem;

/// Ends the loop when standard input does.
class InputWatcher final : public world::Watcher {
public:
    explicit InputWatcher(world::EventLoop& loop) : loop_(loop) {}
    void on_ready(std::uint32_t) override {
        char byte = 0;
        if (read(STDIN_FILENO, &byte, 1) <= 0) loop_.stop();
    }

private:
    world::EventLoop& loop_;
};

int fail(std::string const& why) {
    std::fprintf(stderr, "tandem_bench: %s\n", why.c_str());
    return 1;
}

int import_devices(std::string const& data_dir, std::size_t count) {
    auto const it = app::load_installation(data_dir);
    auto const quickstart = app::load_quickstart(data_dir);
    if (!it.ok() || !quickstart.ok()) return fail("no installation in " + data_dir);
    std::string const& owner = quickstart->owner_connection_string;
    auto const done =
        app::ensure_devices(*it, {"iothubowner", app::connection_field(owner, "SharedAccessKey")},
                            count);
    return done.ok() ? 0 : fail(done.error().detail);
}

struct Flags {
    std::string data_dir, authority;
    double warm_up = 1, measured = 5, back_off = 0.005;
    std::size_t devices = 100;
};

int load(bench::LoadOptions options, Flags const& flags) {
    if (!flags.data_dir.empty()) {
        auto const quickstart = app::load_quickstart(flags.data_dir);
        if (!quickstart.ok()) return fail(quickstart.error().detail);
        options.owner_key =
            app::connection_field(quickstart->owner_connection_string, "SharedAccessKey");
    }
    std::unique_ptr<world::TlsContext> tls;
    if (!flags.authority.empty()) {
        auto made = world::TlsContext::make_client(flags.authority);
        if (!made.ok()) return fail(made.error().detail);
        tls = std::move(*made);
    }
    auto duration = [](double s) { return Duration{static_cast<std::int64_t>(s * 1e6)}; };
    options.target.tls = tls.get();
    options.target.host = "localhost";
    options.warm_up = duration(flags.warm_up);
    options.measured = duration(flags.measured);
    options.back_off = duration(flags.back_off);
    world::EventLoop loop;
    InputWatcher input{loop};
    if (options.idle) loop.watch(STDIN_FILENO, input, EPOLLIN);
    bench::Load run{loop, std::move(options)};
    return run.run();
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);

    CLI::App cli{"load on an MQTT server"};
    cli.require_subcommand(1);
    int status = 0;
    Flags flags;
    bench::LoadOptions options;
    CLI::App& run = *cli.add_subcommand("load", "publish, and measure");
    run.add_option("--address", options.target.address)->required();
    run.add_option("--port", options.target.port)->required();
    run.add_option("--ca", flags.authority, "TLS, with this authority; else plain");
    run.add_option("--hub", flags.data_dir, "data directory of a Tandem installation");
    run.add_option("--connections", options.connections);
    run.add_option("--window", options.window);
    run.add_option("--bytes", options.body_bytes);
    run.add_option("--rate", options.rate);
    run.add_option("--warm-up", flags.warm_up);
    run.add_option("--seconds", flags.measured);
    run.add_option("--back-off", flags.back_off);
    run.add_option("--pids", options.server_pids)->delimiter(',');
    run.add_flag("--idle", options.idle);
    run.add_flag("--report-moves", options.report_moves);
    run.callback([&] { status = load(options, flags); });
    CLI::App& import = *cli.add_subcommand("import", "see to it that devices exist");
    import.add_option("--hub", flags.data_dir)->required();
    import.add_option("--devices", flags.devices);
    import.callback([&] { status = import_devices(flags.data_dir, flags.devices); });
    CLI11_PARSE(cli, argc, argv);
    return status;
}
