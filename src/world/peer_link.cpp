#include "world/peer_link.hpp"

#include "base/drop_used.hpp"
#include "base/limits.hpp"
#include "world/log.hpp"
#include "world/store_keys.hpp"
#include "world/stream.hpp"

#include <sys/epoll.h>
#include <algorithm>
#include <thread>
#include <utility>

namespace tandem::world {
namespace {

constexpr std::size_t read_buffer_bytes = std::size_t{128} * 1024;
constexpr std::size_t length_bytes = 4;
constexpr std::size_t strangers_max = 64;  // connections that have not shown who they are
constexpr int reads_a_turn = 8;
constexpr ByteView greeting{"\0\0\0\0", length_bytes};
constexpr std::string_view site_prefix = "site:";

std::size_t read_length(ByteView bytes) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
        length = (length << 8) | static_cast<std::uint8_t>(bytes[i]);
    }
    return length;
}

}  // namespace

// One connection, from its first byte to its last.
//   connecting (dialled only) --> handshaking --certificate fits--> greeting --other's--> up
class PeerLinks::Link final : public Watcher, public Timed, public Disposable {
public:
    Link(PeerLinks& owner, int fd, DialledBy by, SiteName expected)
        : dialled_by(by),
          site(std::move(expected)),
          owner_(owner),
          stream_(fd, owner.tls_.get(),
                  by == DialledBy::us ? Stream::Side::client : Stream::Side::server),
          state_(by == DialledBy::us ? State::connecting : State::handshaking) {
        notice_cut_within(fd, static_cast<int>(peer_cut_wait_max / 1ms));
        interest_ = state_ == State::connecting ? EPOLLOUT : EPOLLIN;
        owner_.loop_.watch(fd, *this, interest_);
        auto const wait = by == DialledBy::us ? peer_cut_wait_max : limits::handshake_wait_max;
        owner_.loop_.timers().set(*this, owner_.loop_.now().mono + wait);
    }
    ~Link() override {
        if (state_ == State::gone) return;
        owner_.loop_.timers().cancel(*this);
        owner_.loop_.unwatch(stream_.fd());
    }

    bool up() const { return state_ == State::up; }
    bool dirty() const { return sent_ < output_.size() && (interest_ & EPOLLOUT) == 0; }
    std::string address() const { return peer_address_of(stream_.fd()); }

    void send(ByteView length, Bytes const& message) {
        if (output_.size() - sent_ + message.size() > owner_.options_.output_bytes_max) {
            log_event(Level::warn, "peer.too_slow", {{"site", site.value}});
            return vanish("output full");
        }
        output_.append(length);
        output_.append(message);
    }

    void write_some() {
        while (sent_ < output_.size()) {
            auto const moved = stream_.write(ByteView{output_}.substr(sent_));
            if (moved.status == Stream::Status::want_write) break;
            if (moved.status != Stream::Status::done) return vanish("write failed");
            sent_ += moved.bytes;
            owner_.counters_.bytes_out += moved.bytes;
        }
        drop_used(output_, sent_, read_buffer_bytes);
        want(output_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
    }

    void vanish(std::string_view why) {
        if (state_ == State::gone) return;
        log_event(state_ == State::up ? Level::info : Level::debug, "peer.closed",
                  {{"site", site.value}, {"why", std::string{why}}});
        was_up_ = state_ == State::up;
        state_ = State::gone;
        owner_.loop_.timers().cancel(*this);
        owner_.loop_.unwatch(stream_.fd());
        stream_.shut_down();
        stream_.close();
        owner_.remove(*this);
    }
    bool was_up() const { return was_up_; }

    DialledBy const dialled_by;
    SiteName site;  ///< empty: a stranger yet

private:
    enum class State : std::uint8_t { connecting, handshaking, greeting, up, gone };

    void on_ready(std::uint32_t events) override {
        if (state_ == State::connecting) {
            if (connect_error(stream_.fd()) != 0) return vanish("connect failed");
            state_ = State::handshaking;
        }
        if (state_ == State::handshaking) {
            shake_hands();
            if (state_ != State::greeting) return;
            events |= EPOLLIN;  // what came with the handshake's last bytes
        }
        if ((events & EPOLLOUT) != 0) write_some();
        if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0 && state_ != State::gone) read_some();
    }
    void on_deadline() override { vanish("took too long"); }

    void shake_hands() {
        switch (stream_.handshake()) {
            case Stream::Status::done:
                return check_certificate();
            case Stream::Status::want_read:
                return want(EPOLLIN);
            case Stream::Status::want_write:
                return want(EPOLLIN | EPOLLOUT);
            case Stream::Status::end:
            case Stream::Status::failed:
                ++owner_.counters_.refused;
                log_event(Level::warn, "peer.refused",
                          {{"address", address()}, {"why", tls_error_text()}});
                return vanish("handshake failed");
        }
    }

    void check_certificate() {
        std::string const name = peer_common_name(stream_.ssl());
        bool const ours = name.starts_with(site_prefix);
        SiteName shown{ours ? name.substr(site_prefix.size()) : std::string{}};
        bool const fits = dialled_by == DialledBy::us ? shown == site : owner_.expected(shown);
        if (!ours || !fits) {
            ++owner_.counters_.refused;
            log_event(Level::warn, "peer.refused",
                      {{"address", address()}, {"why", "unexpected name"}, {"name", name}});
            return vanish("unexpected name");
        }
        site = std::move(shown);
        state_ = State::greeting;
        output_.append(greeting);
        write_some();
    }

    void read_some() {
        auto& buffer = owner_.read_buffer_;
        for (int i = 0; i < reads_a_turn; ++i) {
            auto const moved = stream_.read(buffer.data(), buffer.size());
            if (moved.status == Stream::Status::want_read) return;
            if (moved.status != Stream::Status::done) return vanish("closed by the other end");
            input_.append(buffer.data(), moved.bytes);
            take_frames();
            if (state_ == State::gone) return;
        }
        if (!stream_.has_pending()) return;
        owner_.loop_.soon([this, &owner = owner_, alive = owner_.alive_] {
            if (!*alive || !owner.links_.contains(this)) return;
            if (state_ == State::greeting || state_ == State::up) read_some();
        });
    }

    void take_frames() {
        std::size_t taken = 0;
        while (input_.size() - taken >= length_bytes) {
            ByteView const rest = ByteView{input_}.substr(taken);
            std::size_t const length = read_length(rest);
            if (length > limits::peer_frame_bytes_max) {
                log_event(Level::warn, "peer.bad_frame", {{"site", site.value}, {"bytes", length}});
                return vanish("frame too long");
            }
            if (rest.size() - length_bytes < length) break;
            taken += length_bytes + length;
            take_frame(rest.substr(length_bytes, length));
            if (state_ == State::gone) return;
        }
        input_.erase(0, taken);
        if (input_.empty() && input_.capacity() > read_buffer_bytes) input_.shrink_to_fit();
    }

    void take_frame(ByteView bytes) {
        if (state_ == State::greeting) {
            if (!bytes.empty()) return vanish("no greeting");
            state_ = State::up;
            owner_.loop_.timers().cancel(*this);
            return owner_.adopt(*this);
        }
        if (bytes.empty()) return;
        peer::Envelope message;
        if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            log_event(Level::warn, "peer.bad_frame", {{"site", site.value}});
            return vanish("not a message");
        }
        ++owner_.counters_.messages_in;
        owner_.handlers_.on_message(site, message);
    }

    void want(std::uint32_t events) {
        if (events == interest_) return;
        interest_ = events;
        owner_.loop_.change(stream_.fd(), events);
    }

    PeerLinks& owner_;
    Stream stream_;
    Bytes input_;
    Bytes output_;
    std::size_t sent_ = 0;  ///< of output_
    std::uint32_t interest_ = 0;
    State state_;
    bool was_up_ = false;
};

// Keeps trying to reach one peer while no link to it is up.
class PeerLinks::Dialler final : public Timed {
public:
    Dialler(PeerLinks& owner, Peer peer) : owner_(owner), peer_(std::move(peer)) { again(0us); }
    ~Dialler() {
        owner_.loop_.timers().cancel(*this);
        if (resolver_.joinable()) resolver_.join();
    }

    SiteName const& site() const { return peer_.site; }
    void on_link_up() {
        wait_ = peer_redial_first;
        owner_.loop_.timers().cancel(*this);
    }
    void on_link_gone(bool was_up) {
        if (was_up) wait_ = peer_redial_first;
        again(wait_);
        wait_ = std::min(wait_ * 2, peer_redial_max);
    }

private:
    void again(Duration wait) { owner_.loop_.timers().set(*this, owner_.loop_.now().mono + wait); }
    void on_deadline() override {
        if (owner_.up(peer_.site)) return;
        if (is_address(peer_.address)) return dial(peer_.address);
        // The name service may take seconds, and this thread has leases to renew.
        if (resolver_.joinable()) resolver_.join();
        resolver_ =
            std::thread{[this, alive = owner_.alive_, &loop = owner_.loop_, host = peer_.address] {
                std::string found = resolve_blocking(host);
                loop.post([this, alive, found = std::move(found)] {
                    if (*alive) dial(found);
                });
            }};
    }
    void dial(std::string const& address) {
        if (owner_.up(peer_.site)) return;
        auto const fd = begin_connect(address, peer_.port, owner_.options_.listen_address);
        if (!fd.ok()) return on_link_gone(false);
        owner_.add(std::make_unique<Link>(owner_, *fd, DialledBy::us, peer_.site));
    }

    PeerLinks& owner_;
    Peer peer_;
    Duration wait_ = peer_redial_first;
    std::thread resolver_;
};

PeerLinks::PeerLinks(EventLoop& loop, Options options, Handlers handlers)
    : loop_(loop),
      options_(std::move(options)),
      handlers_(std::move(handlers)),
      read_buffer_(read_buffer_bytes),
      alive_(std::make_shared<bool>(true)) {}

PeerLinks::~PeerLinks() {
    diallers_.clear();  // their threads may still post; what they post looks at alive_
    *alive_ = false;
    up_.clear();
    links_.clear();
}

Result<void> PeerLinks::start() {
    TANDEM_TRY(tls_, TlsContext::make(TlsContext::Role::peer, options_.tls));
    if (!options_.listen_address.empty()) {
        TANDEM_TRY(acceptor_,
                   Acceptor::listen(loop_, {options_.listen_address, options_.listen_port},
                                    [this](int fd) { accepted(fd); }));
    }
    for (auto const& peer : options_.peers) {
        if (!peer.address.empty()) diallers_.push_back(std::make_unique<Dialler>(*this, peer));
    }
    return {};
}

std::uint16_t PeerLinks::port() const {
    return acceptor_ ? acceptor_->port() : std::uint16_t{0};
}

bool PeerLinks::up(SiteName const& site) const {
    return up_.contains(site);
}

bool PeerLinks::expected(SiteName const& site) const {
    if (site.value.empty() || site == options_.self) return false;
    auto const named = [&](Peer const& peer) { return peer.site == site; };
    auto const begins = [&](std::string const& prefix) { return site.value.starts_with(prefix); };
    return std::any_of(options_.peers.begin(), options_.peers.end(), named) ||
           std::any_of(options_.accept_prefixes.begin(), options_.accept_prefixes.end(), begins);
}

PeerLinks::Dialler* PeerLinks::dialler_of(SiteName const& site) {
    for (auto& dialler : diallers_) {
        if (dialler->site() == site) return dialler.get();
    }
    return nullptr;
}

void PeerLinks::accepted(int fd) {
    add(std::make_unique<Link>(*this, fd, DialledBy::them, SiteName{}));
    auto const strangers = std::count_if(links_.begin(), links_.end(),
                                         [](auto const& link) { return !link.second->up(); });
    if (static_cast<std::size_t>(strangers) <= strangers_max) return;
    for (auto& [link, held] : links_) {
        if (!link->up() && link->dialled_by == DialledBy::them) return link->vanish("too many");
    }
}

void PeerLinks::add(std::unique_ptr<Link> link) {
    auto* const place = link.get();
    links_.emplace(place, std::move(link));
}

// Of two links to one site: the newer of two that the same end dialled (the older is a leftover),
// else the one that the lower name dialled. Both ends decide alike.
bool PeerLinks::keeps(Link const& held, Link const& fresh) const {
    if (held.dialled_by == fresh.dialled_by) return false;
    return (held.dialled_by == DialledBy::us) == (options_.self < held.site);
}

void PeerLinks::adopt(Link& link) {
    if (auto const found = up_.find(link.site); found != up_.end()) {
        Link& held = *found->second;
        if (keeps(held, link)) return link.vanish("another link is up");
        held.vanish("a newer link is up");
    }
    up_[link.site] = &link;
    if (auto* const dialler = dialler_of(link.site)) dialler->on_link_up();
    log_event(Level::info, "peer.up",
              {{"site", link.site.value},
               {"address", link.address()},
               {"dialled_by", link.dialled_by == DialledBy::us ? "us" : "them"}});
    handlers_.on_up(link.site);
}

void PeerLinks::remove(Link& link) {
    auto const held = up_.find(link.site);
    bool const was_the_one = held != up_.end() && held->second == &link;
    if (was_the_one) up_.erase(held);
    auto const found = links_.find(&link);
    TANDEM_ASSERT(found != links_.end(), "a link is removed twice");
    loop_.dispose(std::move(found->second));
    links_.erase(found);
    if (was_the_one) handlers_.on_down(link.site);
    auto* const dialler = dialler_of(link.site);
    bool const ours = link.dialled_by == DialledBy::us || was_the_one;
    if (dialler != nullptr && ours && !up(link.site)) dialler->on_link_gone(link.was_up());
}

void PeerLinks::send(SiteName const& site, peer::Envelope const& message) {
    auto const found = up_.find(site);
    if (found == up_.end()) return;
    Bytes bytes;
    bool const whole = message.SerializeToString(&bytes);
    TANDEM_ASSERT(whole && bytes.size() <= limits::peer_frame_bytes_max,
                  "a message is too long for a peer link");
    Bytes length;
    append_big_endian(length, static_cast<std::uint32_t>(bytes.size()));
    ++counters_.messages_out;
    found->second->send(length, bytes);
}

void PeerLinks::flush() {
    std::vector<SiteName> dirty;  // a write that fails changes up_
    for (auto const& [site, link] : up_) {
        if (link->dirty()) dirty.push_back(site);
    }
    for (auto const& site : dirty) {
        if (auto const found = up_.find(site); found != up_.end()) found->second->write_some();
    }
}

}  // namespace tandem::world
