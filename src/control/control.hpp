// control/control.hpp -- the management plane's core: ARM resources, sign-in, failover operations
// and the witness's vote, as one machine that the world drives. The simulator drives its Ledger.
//
//     HTTP requests, peer messages, durable tickets, time  -->  Control  -->  responses, messages
//
// The driver calls inputs, then flush(), then performs take_outputs() in order. A response or a
// message comes out only when everything it rests on is safe (control/ledger.hpp).
//
// Source  management-plane contract; what is ours and not Azure's: docs/management-errors.md.
// Shape   all state is typed records (record/management.proto) applied to control/model.hpp; the
//         store's meta entries hold the entities ("m/..."), and the witness's promises ("v/...").
//         The entities are copied to the regions; where several control processes run, one holds
//         the management plane (control/replication.hpp), and the others answer 503 and vote.
// Purity  reads the store, never waits for it; no clock, no socket, no thread.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/http/message.hpp"
#include "control/figures.hpp"
#include "control/replication.hpp"
#include "failover/voter.hpp"
#include "identity/secret.hpp"
#include "ports/random.hpp"
#include "ports/store.hpp"
#include "record/fact.pb.h"
#include "record/peer.pb.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tandem::control {

struct Plane;

/// One HTTP request of this process, named by the driver and never reused.
enum class RequestId : std::uint64_t {};

/// A message for another site; dropped by the driver when no link to it is up.
struct SendTo {
    SiteName site;
    peer::Envelope message;
};
/// The one answer to a request.
struct Respond {
    RequestId request{};
    http::Response response;
};
/// An HTTP request of ours, named by us and never reused; answered once through on_fetched.
enum class FetchId : std::uint64_t {};
struct Fetch {
    FetchId id{};
    std::string method;
    std::string url;                         ///< absolute; nothing is redirected
    http::Headers headers = {};
    Bytes body = {};
    /// Not empty: our own node there, whatever the url's host resolves to; its certificate is of
    /// our authority and for this address. Empty: somebody else's server, at a public address or
    /// one that the operator allows (world/fetch_rules.hpp).
    std::string address = {};
    std::uint16_t port = 0;
    std::size_t response_bytes_max = 8 * 1024 * 1024;
    Duration wait_max = 10s;
    bool repeatable = false;                 ///< doing it twice does no harm
};
/// A password to be compared: too much work for the loop, so whoever drives us has check_secret
/// done elsewhere; answered once through on_checked.
struct SecretCheck {
    RequestId request{};
    std::string secret;
    std::string hash;                        ///< empty: of nobody
    int rounds = 0;                          ///< a hash of fewer takes as long, and is renewed
    std::string salt;                        ///< for a new hash
};
struct SecretVerdict {
    bool right = false;
    std::string renewed;                     ///< not empty: what to keep from now on
};
/// Touches nothing: may run on any thread.
SecretVerdict check_secret(SecretCheck const& check);

using Output = std::variant<SendTo, Respond, Fetch, SecretCheck>;

struct Region {
    RegionName name;                         ///< "westus2"; also the site's name
    std::string display_name;                ///< "West US 2"
    std::optional<RegionName> paired;        ///< where hubs created here fail over to
};

/// Who may sign in. The secret is kept as identity::hash_secret made it.
struct Client {
    std::string id;
    std::string secret_hash;
};

/// A person who may sign in by name and password.
struct User {
    std::string name;
    std::string password_hash;
};

/// Azure's rules by default; 0 lifts a limit. A hub may have its own (docs/management-errors.md).
struct FailoverRules {
    Duration minimum_interval = 1h;          ///< between the end of one and the start of the next
    int failovers_per_day = 2;               ///< away from the hub's ARM location, a UTC day
    int failbacks_per_day = 2;               ///< back to it
};

struct Subscription {
    std::string id;                          ///< any text
    std::string display_name;
};

class Control {
public:
    struct Options {
        std::string tenant;                  ///< tenant id; shown, never checked
        std::vector<Client> clients;         ///< neither clients nor users: nobody can sign in
        std::vector<User> users;
        std::vector<Subscription> subscriptions;
        std::vector<Region> regions;
        std::string domain;                  ///< a hub's host name is {hub}.{domain}
        std::map<std::string, std::vector<std::string>> hub_aliases;  ///< hub -> more host names
        FailoverRules failover;
        Duration token_life = 1h;
        int password_rounds = identity::password_rounds;   ///< for people's passwords
        Duration refresh_life = 24h * 14;    ///< of a sign-in that is used meanwhile
        Duration key_life = 24h;             ///< tokens are signed with one key for so long
        std::size_t audit_entries_max = 20'000;  ///< the oldest go
        Duration answer_wait = 3s;           ///< for a region's answer to a query
        Duration order_repeat = 1s;          ///< unanswered orders and definitions go out again
        Duration activation_wait_max = 60s;  ///< for a region to serve a new hub
        Duration settings_wait_max = 30s;    ///< for a region to take changed settings
        Duration planned_wait_max = 30s;     ///< a planned failover nobody reports on
        Duration forced_wait_max = 60s;      ///< a forced one
        Duration owner_gone_after = 2s;      ///< no link for so long: the owner is unreachable
        failover::Voter::Options voter{.term = 5s};
        SiteName self{"witness"};            ///< this process's name among the sites
        std::optional<SiteName> witness_elsewhere;   ///< who votes; nullopt: this process
        std::vector<SiteName> copies;        ///< regions that keep a copy; none: nothing waits
        std::set<std::string> lost_copies;   ///< that are not waited for
        TakeOver take_over = TakeOver::never;
        std::map<std::string, std::string> site_urls;   ///< of control processes, by site
    };

    Control(Options options, ports::Store& store, ports::Random& random);
    ~Control();

    /// Reads everything back. Errors: malformed -- the data directory is damaged; nothing is lost
    /// or deleted, and the process must not serve.
    Result<void> recover(Now now);

    /// The quick start's group and hub, made if they are not there yet.
    struct Bootstrap {
        std::string subscription;
        std::string group = "demo";
        std::string hub = "demo";
        RegionName location{"westus2"};
    };
    /// Now, or once this process holds the plane. Errors: argument_invalid (no such region, ..).
    Result<void> bootstrap(Bootstrap const& wanted, Now now);

    /// `base_url`: scheme and authority that the client used, without a slash at the end, for the
    /// absolute URLs in answers; `base_url_of` reads it from the request's own headers.
    /// `source`: the client's network address; sign-ins are limited by it.
    void on_request(RequestId id, http::Request const& request, std::string const& base_url,
                    Now now, std::string const& source = {});
    /// The client is gone; its answer will not be given out.
    void on_request_abandoned(RequestId id);

    void on_peer_up(SiteName const& site, Now now);
    void on_peer_down(SiteName const& site, Now now);
    void on_message(SiteName const& from, peer::Envelope const& message, Now now);
    /// Errors of the result: unavailable (nothing was sent: no address, no connection, not our
    /// certificate), forbidden (an address that must not be asked), timeout, message_too_large,
    /// malformed.
    void on_fetched(FetchId id, Result<http::Response> result, Now now);
    void on_checked(RequestId id, SecretVerdict const& verdict, Now now);
    void on_durable(ports::Ticket ticket, Now now);
    void on_timer(Now now);
    Time next_deadline() const;

    /// Hands what has changed to the store. Call once after each round of inputs.
    void flush(Now now);
    std::vector<Output> take_outputs();

    /// What `tandem up`, metrics and checks may see of a hub; nullopt: there is none.
    struct HubSummary {
        record::HubDefinition definition;    ///< with host names, regions and policy keys
        std::string state;                   ///< "Active" when a region serves it
        std::string owner;                   ///< region that serves, as last reported
        std::uint32_t epoch = 0;
    };
    std::optional<HubSummary> hub(HubName const& name) const;
    std::vector<HubName> hubs() const;
    std::vector<HubFigures> figures() const;   ///< of all hubs, for metrics
    bool writable() const;               ///< false: the disk is full, nothing can be changed

    /// Who holds the management plane, and how far the copies are.
    struct Standing {
        Replication::Role role{};
        std::string site;                    ///< that holds it, as far as known
        std::uint64_t term = 0;
        std::uint64_t sequence = 0;
        bool safe = true;                    ///< what is changed now will be in a copy
        std::vector<CopyFeed::Standing> copies;
        std::string waits_for;               ///< role waiting: whose answer
        std::optional<Replaced> replaced;    ///< own records, by a copy's
    };
    Standing standing(Now now) const;

private:
    void activate(Now now);
    void look(Now now);
    Result<void> make(Bootstrap const& wanted, Now now);

    std::unique_ptr<Plane> plane_;
};

/// "https://host:port" from X-Forwarded-Proto/-Host or Host; `fallback` when there is none or it
/// is no authority.
std::string base_url_of(http::Request const& request, std::string const& fallback);

}  // namespace tandem::control
