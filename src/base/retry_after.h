#pragma once

#include <optional>
#include <string>

#include "base/http_client.h"

namespace latchkey {

/// How long an answer's Retry-After asks us to stay away (RFC 9110 section 10.2.3): seconds, or an HTTP date,
/// of which one that has passed is 0. nullopt when there is none, or none that can be read.
std::optional<Millis> retry_after(const HttpAnswer& answer, TimePoint now);

/// The value of a header that is a whole number of seconds.
std::optional<Millis> seconds_header(const HttpAnswer& answer, const std::string& name);

}  // namespace latchkey
