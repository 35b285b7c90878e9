// control/model.hpp -- what the management plane's records add up to.
//
// `apply` believes every record; what may happen was decided before. The same records in the same
// order give the same entities, so that a later version can replicate them.
//
// Shape of the stored entities (key -> serialised message of record/management.proto)
//     "m/group/" + subscription + "/" + group     ResourceGroup      (lower case)
//     "m/hub/" + name                             HubResource        (lower case)
//     "m/operation/" + id                         ManagementOperation
//     "m/token/" + SHA-256                        AccessToken
//     "m/tombstone/" + name + "/" + instance      HubTombstone
//     "m/revision"                                ManagementRecord with `revision`
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "ports/store.hpp"
#include "record/management.pb.h"

#include <map>
#include <string>
#include <string_view>

namespace tandem::control {

inline constexpr char const* model_prefix = "m/";

/// The key of a group: "subscription/group", lower case.
std::string group_key(std::string_view subscription, std::string_view group);

/// The key of a tombstone: "name/instance".
std::string tombstone_key(record::HubDefinition const& definition);

class Model {
public:
    /// Applies a record and returns the change of the stored entity.
    ports::ViewChange apply(record::ManagementRecord const& record);
    /// Takes an entity as it was stored. Errors: malformed.
    Result<void> load(ByteView key, ByteView value);

    record::ResourceGroup const* group(std::string_view subscription, std::string_view name) const;
    record::HubResource const* hub(std::string_view name) const;       ///< any case
    record::ManagementOperation const* operation(std::string const& id) const;
    record::AccessToken const* token(Bytes const& hash) const;

    std::map<std::string, record::ResourceGroup> const& groups() const { return groups_; }
    std::map<std::string, record::HubResource> const& hubs() const { return hubs_; }
    std::map<std::string, record::ManagementOperation> const& operations() const {
        return operations_;
    }
    std::map<Bytes, record::AccessToken> const& tokens() const { return tokens_; }
    std::map<std::string, record::HubTombstone> const& tombstones() const { return tombstones_; }
    std::uint64_t revision() const { return revision_; }

private:
    std::map<std::string, record::ResourceGroup> groups_;
    std::map<std::string, record::HubResource> hubs_;
    std::map<std::string, record::ManagementOperation> operations_;
    std::map<Bytes, record::AccessToken> tokens_;
    std::map<std::string, record::HubTombstone> tombstones_;
    std::uint64_t revision_ = 0;
};

}  // namespace tandem::control
