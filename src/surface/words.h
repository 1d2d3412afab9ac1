#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "job/names.h"
#include "ledger/entry_type.h"

namespace latchkey::surface {

/// The words of filters and arguments. All throw InputError (`field` as given) that names what would be
/// right.
job::Provider provider_word(const std::string& text, const std::string& field = "provider");
job::State state_word(const std::string& text);
job::Outcome outcome_word(const std::string& text);
job::Code code_word(const std::string& text);
ledger::EntryType type_word(const std::string& text);

/// A moment in a question: RFC 3339 with its zone, or a span back from `now` ("2h", "2h ago").
TimePoint time_word(const std::string& text, const std::string& field, TimePoint now);
/// A whole number from 1.
std::size_t limit_word(const std::string& text);

/// A place in the ledger: a whole number from 0.
std::int64_t seq_word(const std::string& text, const std::string& field);

/// A number for people: "4,000".
std::string counted(std::size_t number);
/// "1 row", "4,000 rows".
std::string counted(std::size_t number, const std::string& noun);

}  // namespace latchkey::surface
