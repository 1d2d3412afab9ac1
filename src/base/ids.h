#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace latchkey {

/// True for `[A-Za-z0-9._:-]{1,64}`: requestIds, provider request ids, batch and token names.
bool is_id(std::string_view text);

/// A UUIDv7 (RFC 9562) in lower-case text form: sorts by time.
std::string make_uuid7(TimePoint now, Random& random);

/// The milliseconds of `now` and 80 random bits as base64url without padding, 22 characters: stands for a
/// recipient everywhere.
std::string make_subject_id(TimePoint now, Random& random);

/// What in `text` looks like a customer id or a token of ours (`cus_`, `lk_`) and may therefore stand in no
/// entry, whatever it was meant as; nullopt: nothing.
std::optional<std::string_view> telling_part(std::string_view text);

}  // namespace latchkey
