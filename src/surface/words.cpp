#include "surface/words.h"

#include <charconv>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "base/time_text.h"

namespace latchkey::surface {
namespace {

// A list that is longer than this helps nobody; the nearest word does.
constexpr std::size_t kListedMax = 8;

template <typename Enum>
std::vector<std::string> all_names(Enum last) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) names.emplace_back(name(static_cast<Enum>(i)));
  return names;
}

[[noreturn]] void reject(const std::string& field, const std::string& text,
                         const std::vector<std::string>& known) {
  std::string message = "\"" + shown(text) + "\" is none";
  if (known.size() <= kListedMax) {
    message += " of ";
    for (const std::string& name : known) message += (name == known.front() ? "" : ", ") + name;
  } else {
    message += " that Latchkey knows, such as " + known.front();
  }
  if (const auto meant = nearest(text, known)) message += "; did you mean " + *meant + "?";
  throw InputError("invalid_request", field, message);
}

}  // namespace

job::Provider provider_word(const std::string& text, const std::string& field) {
  if (const auto provider = job::provider_named(text)) return *provider;
  reject(field, text, all_names(job::Provider::Nomos));
}

job::State state_word(const std::string& text) {
  if (const auto state = job::state_named(text)) return *state;
  reject("state", text, all_names(job::State::Cancelled));
}

job::Outcome outcome_word(const std::string& text) {
  if (const auto outcome = job::outcome_named(text)) return *outcome;
  reject("outcome", text, all_names(job::Outcome::Unknown));
}

job::Code code_word(const std::string& text) {
  if (const auto code = job::code_named(text)) return *code;
  reject("code", text, all_names(job::Code::AttemptsExhausted));
}

ledger::EntryType type_word(const std::string& text) {
  if (const auto type = ledger::entry_type_named(text)) return *type;
  reject("type", text, all_names(ledger::EntryType::CheckpointDaily));
}

TimePoint time_word(const std::string& text, const std::string& field, TimePoint now) {
  if (const auto time = parse_rfc3339(text)) return *time;
  std::string_view span = text;
  if (span.ends_with(" ago")) span.remove_suffix(4);
  const auto back = parse_duration(span);
  if (back && *back <= now.time_since_epoch()) return now - *back;
  throw InputError(
      "invalid_request", field,
      "expected a time with its zone such as \"2026-03-01T09:00:00+07:00\", or a span back from now "
      "such as \"2h\", got \"" +
          shown(text) + "\"");
}

std::size_t limit_word(const std::string& text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc() && end == text.data() + text.size() && limit > 0) return limit;
  throw InputError("invalid_request", "limit", "expected a whole number from 1, got \"" + shown(text) + "\"");
}

std::int64_t seq_word(const std::string& text, const std::string& field) {
  std::int64_t seq = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  if (error == std::errc() && end == text.data() + text.size() && seq >= 0) return seq;
  throw InputError("invalid_request", field,
                   "expected an entry's seq, a whole number from 0, got \"" + shown(text) + "\"");
}

std::string counted(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, ",");
  return digits;
}

std::string counted(std::size_t number, const std::string& noun) {
  return counted(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace latchkey::surface
