#include "ledger/facts.h"

#include <array>

#include "base/time_text.h"
#include "ledger/canonical.h"

namespace latchkey::ledger {
namespace {

struct Field {
  std::string_view key;
  std::string_view Facts::*text = nullptr;
  std::optional<std::int64_t> Facts::*number = nullptr;
};

constexpr std::array kFields{Field{"actor", &Facts::actor},
                             Field{"attempt", nullptr, &Facts::attempt},
                             Field{"batch", &Facts::batch},
                             Field{"clock", &Facts::clock},
                             Field{"code", &Facts::code},
                             Field{"commitment", &Facts::commitment},
                             Field{"count", nullptr, &Facts::count},
                             Field{"cutOff", &Facts::cut_off},
                             Field{"deliverCommitment", &Facts::deliver_commitment},
                             Field{"digest", &Facts::digest},
                             Field{"dueAt", &Facts::due_at},
                             Field{"epoch", nullptr, &Facts::epoch},
                             Field{"expiresAt", &Facts::expires_at},
                             Field{"handover", &Facts::hand_over},
                             Field{"linkFp", &Facts::link_fp},
                             Field{"oldOrigin", &Facts::old_origin},
                             Field{"origin", &Facts::origin},
                             Field{"outcome", &Facts::outcome},
                             Field{"prev", nullptr, &Facts::prev},
                             Field{"provider", &Facts::provider},
                             Field{"providerRequestId", &Facts::provider_request_id},
                             Field{"reprocessOf", &Facts::reprocess_of},
                             Field{"reprocessedAs", &Facts::reprocessed_as},
                             Field{"requestId", &Facts::request_id},
                             Field{"seq", nullptr, &Facts::seq},
                             Field{"size", nullptr, &Facts::size},
                             Field{"subject", &Facts::subject},
                             Field{"subjectPrev", nullptr, &Facts::subject_prev},
                             Field{"t", &Facts::t},
                             Field{"type", &Facts::type},
                             Field{"v", nullptr, &Facts::v}};

// A hash under which no two of these keys fall on one place, found by trying.
constexpr std::size_t place_of(std::string_view key) {
  const auto letter = [](char c) { return static_cast<std::size_t>(c); };
  return (key.size() + 31 * letter(key.front()) + 2 * letter(key.back())) % 64;
}

constexpr std::array<Field, 64> kPlaces = [] {
  std::array<Field, 64> places{};
  for (const Field& field : kFields) places[place_of(field.key)] = field;
  return places;
}();

constexpr bool all_found() {
  for (const Field& field : kFields) {
    if (kPlaces[place_of(field.key)].key != field.key) return false;
  }
  return true;
}
static_assert(all_found(), "two keys fall on one place: try other factors in place_of()");

}  // namespace

const char* read_facts(std::string_view bytes, Facts& facts) {
  facts = Facts();
  CanonicalReader reader(bytes);
  Member member;
  while (reader.next(member)) {
    const Field& field = kPlaces[place_of(member.key)];
    if (field.key != member.key) continue;
    const auto wanted = field.number != nullptr ? Member::Kind::Integer : Member::Kind::String;
    if (member.kind != wanted) return "a member is of another kind than it should be";
    if (field.number != nullptr) {
      facts.*field.number = member.integer;
    } else {
      facts.*field.text = member.text;
    }
  }
  return reader.flaw();
}

std::optional<TimePoint> exact_utc(std::string_view text) {
  constexpr std::size_t kLength = 24;
  if (text.size() != kLength || text[10] != 'T' || text[19] != '.' || text[23] != 'Z') return std::nullopt;
  return parse_rfc3339(text);
}

}  // namespace latchkey::ledger
