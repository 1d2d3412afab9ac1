#include "ledger/entry_check.h"

namespace latchkey::ledger {

void EntryCheck::entry(std::int64_t seq, std::string_view bytes) {
  ++entries_;
  if (seq != expected_) {
    const std::string last = std::to_string(seq - 1);
    findings_.add("E_SEQ", expected_, "",
                  seq < expected_        ? "a row has the seq " + std::to_string(seq)
                  : seq == expected_ + 1 ? "this entry is missing"
                                         : "the entries from here to seq " + last + " are missing");
  }
  expected_ = seq + 1;
  Facts facts;
  if (!check_form(seq, bytes, facts)) return;
  indexes_.entry(facts, seq);
  if (!check_times(seq, facts)) return;
  const auto type = entry_type_named(facts.type);
  if (!type) {
    return findings_.add("E_TYPE", seq, facts.request_id, "its type is none that this version knows");
  }
  apply(seq, facts, *type);
}

bool EntryCheck::check_form(std::int64_t seq, std::string_view bytes, Facts& facts) {
  if (const char* flaw = read_facts(bytes, facts)) {
    findings_.add("E_CANONICAL", seq, facts.request_id, flaw);
    return false;
  }
  if (facts.v != 1) {
    findings_.add("E_VERSION", seq, facts.request_id, "its version is none that this program knows");
    return false;
  }
  if (facts.seq != seq)
    findings_.add("E_SEQ", seq, facts.request_id, "it does not say that it is this entry");
  if (facts.actor.empty()) findings_.add("E_MEMBER", seq, facts.request_id, "its actor is missing");
  return true;
}

bool EntryCheck::check_times(std::int64_t seq, const Facts& facts) {
  if (facts.t != t_text_) {
    const auto t = exact_utc(facts.t);
    if (!t) {
      findings_.add("E_TIME", seq, facts.request_id, "its t is missing or has another form");
      return false;
    }
    if (*t < t_)
      findings_.add("E_TIME", seq, facts.request_id, "its t is before that of the entry before it");
    t_ = *t;
    t_text_ = facts.t;
  }
  clock_ = t_;
  if (facts.clock.data() != nullptr) {
    const auto clock = exact_utc(facts.clock);
    if (clock && *clock < t_) {
      clock_ = *clock;
    } else {
      findings_.add("E_TIME", seq, facts.request_id, "its clock does not lag behind its t");
    }
  }
  return true;
}

void EntryCheck::apply(std::int64_t seq, const Facts& facts, EntryType type) {
  if (facts.request_id.data() != nullptr) return jobs_.follow(facts, type, seq, t_, clock_);
  switch (type) {
    case EntryType::LogInit:
      return origins_.named(facts, seq);
    case EntryType::LogRestored:
      return origins_.restored(facts.size.value_or(0));
    case EntryType::DaemonStart:
      return jobs_.daemon_started(facts.epoch.value_or(0));
    case EntryType::ClockJump:
      return jobs_.clock_jumped();
    case EntryType::SubjectErased:
      return subjects_.erased(facts, seq);
    case EntryType::JobsPruned:
      pruned_ += facts.count.value_or(0);
      return;
    default:
      if (!facts.prev) return;
      findings_.add("E_PREV", seq, "", "it has a prev although it has no requestId");
  }
}

void EntryCheck::finish() {
  if (origins_.current().empty()) findings_.add("E_ORIGIN", 0, "", "no log.init gives the ledger a name");
}

}  // namespace latchkey::ledger
