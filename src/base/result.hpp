// base/result.hpp -- a value, or the reason why there is none.
//
// Errc has one enumerator for each reaction a caller may have to show to a client;
// hub/error_table.hpp is the only place that knows the status codes and conditions behind them.
// `Error::detail` is text for one person reading one line. What a client may see of it is the
// gateway's decision.
#pragma once

#include "base/assert.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tandem {

enum class Errc : std::uint8_t {
    malformed,              ///< bytes that are not the protocol; the only answer is a close
    argument_invalid,       ///< understood, and refused for its content
    unsupported_version,    ///< api-version or protocol level that does not exist
    unauthorized,           ///< who are you?
    forbidden,              ///< known, and not allowed
    hub_not_found,
    device_not_found,
    module_not_found,
    device_already_exists,
    precondition_failed,    ///< ETag or expected version does not match
    not_found,              ///< anything else that was named and does not exist
    conflict,               ///< the thing is busy, or in a state that forbids it
    message_too_large,
    too_many_devices,       ///< more items in one request than its limit
    quota_exceeded,
    throttled,
    not_owner,              ///< this region does not (or no longer) own the hub; the other may
    unavailable,            ///< nobody can serve this now; try again
    timeout,
    not_implemented,        ///< part of the contract that this build does not have
    internal,
};

struct Error {
    Error(Errc code_in, std::string detail_in) : code(code_in), detail(std::move(detail_in)) {}
    Errc code;
    std::string detail;
    bool operator==(Error const&) const = default;
};

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return held_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { check(); return *std::get_if<0>(&held_); }
    T const& value() const& { check(); return *std::get_if<0>(&held_); }
    T&& value() && { check(); return std::move(*std::get_if<0>(&held_)); }
    T& operator*() & { return value(); }
    T const& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    T const* operator->() const { return &value(); }

    Error const& error() const {
        TANDEM_ASSERT(!ok(), "error() of a Result that holds a value");
        return *std::get_if<1>(&held_);
    }
    Errc code() const { return error().code; }

private:
    void check() const { TANDEM_ASSERT(ok(), "value() of a Result that holds an error"); }
    std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool ok() const { return !error_; }
    explicit operator bool() const { return ok(); }
    Error const& error() const {
        TANDEM_ASSERT(!ok(), "error() of a Result that holds a value");
        return *error_;
    }
    Errc code() const { return error().code; }

private:
    std::optional<Error> error_;
};

}  // namespace tandem

#define TANDEM_CONCAT_INNER(a, b) a##b
#define TANDEM_CONCAT(a, b) TANDEM_CONCAT_INNER(a, b)

/// TANDEM_TRY(auto x, f()): x is f()'s value, or the surrounding function returns f()'s error.
#define TANDEM_TRY(declaration, expression)                                    \
    auto TANDEM_CONCAT(tandem_try_, __LINE__) = (expression);                  \
    if (!TANDEM_CONCAT(tandem_try_, __LINE__).ok())                            \
        return TANDEM_CONCAT(tandem_try_, __LINE__).error();                   \
    declaration = std::move(TANDEM_CONCAT(tandem_try_, __LINE__)).value()

/// TANDEM_CHECK(f()): goes on if f() succeeded, or the surrounding function returns f()'s error.
#define TANDEM_CHECK(expression)                                               \
    do {                                                                       \
        if (auto tandem_check = (expression); !tandem_check.ok())              \
            return tandem_check.error();                                       \
    } while (false)
