#include "ledger/job_traces.h"

#include <string>

#include "base/ids.h"

namespace latchkey::ledger {
namespace {

template <typename Enum>
constexpr std::uint8_t small(Enum value) {
  return static_cast<std::uint8_t>(value);
}

std::string digits(std::int64_t value) {
  return std::to_string(value);
}

// "running/calling+cancel", as docs/job-life.md writes it.
std::string words(const job::Standing& standing) {
  std::string text(name(standing.state));
  if (standing.state == job::State::Running) {
    text += standing.step == job::Step::Calling       ? "/calling"
            : standing.step == job::Step::HandingOver ? "/handing-over"
                                                      : "/minted";
  }
  return text + (standing.cancel_requested ? "+cancel" : "");
}

// Whether a text is a word of a closed list, or absent; `into` gets its number.
template <typename Named>
bool read_word(std::string_view text, Named named, std::uint8_t& into) {
  if (text.data() == nullptr) return true;
  const auto value = named(text);
  if (value) into = small(*value);
  return value.has_value();
}

/// Collects what a row says wrongly. What the entries say is named, what the row says is not: it may be
/// anything.
class Comparison {
 public:
  template <typename Value>
  void same(const char* column, const Value& row, const Value& entries) {
    if (row != entries) wrong(column);
  }
  void holds(const char* column, bool right) {
    if (!right) wrong(column);
  }
  const std::string& columns() const { return columns_; }

 private:
  void wrong(const char* column) { columns_ += (columns_.empty() ? "" : ", ") + std::string(column); }
  std::string columns_;
};

}  // namespace

job::Standing JobTraces::standing(const Trace& trace) {
  return {static_cast<job::State>(trace.state), static_cast<job::Step>(trace.step), trace.cancel_requested};
}

// No name has the hash 0, which stands for none.
std::uint64_t JobTraces::key_of(std::string_view name) const {
  return name.empty() ? 0 : hash_.of(name)[0] | 1;
}

void JobTraces::follow(const Facts& entry, EntryType type, std::int64_t seq, TimePoint t, TimePoint clock) {
  if (!is_id(entry.request_id)) {
    return findings_.add("E_MEMBER", seq, "", "its requestId is no id");
  }
  if (type == EntryType::JobAccepted) return accept(entry, seq, clock);
  const auto number_of = traces_.find(hash_.of(entry.request_id));
  if (number_of == IdTable<Trace>::kNone) {
    return findings_.add("E_UNKNOWN_REQUEST", seq, entry.request_id,
                         "no job.accepted before it has this requestId");
  }
  Trace& trace = traces_[number_of];
  if (entry.prev != trace.last_seq) {
    findings_.add("E_PREV", seq, entry.request_id,
                  "prev does not lead to this requestId's entry before, seq " + digits(trace.last_seq));
  }
  trace.last_seq = seq;
  if (type == EntryType::JobReprocessed) {
    check_reprocessing(entry, entry.reprocessed_as, seq);
    trace.reprocessed_as = key_of(entry.reprocessed_as);
  }
  if (!trace.broken) step(trace, entry, type, seq, t);
}

void JobTraces::accept(const Facts& entry, std::int64_t seq, TimePoint clock) {
  const IdKey key = hash_.of(entry.request_id);
  if (const auto known = traces_.find(key); known != IdTable<Trace>::kNone) {
    findings_.add(
        "E_ACCEPTED_TWICE", seq, entry.request_id,
        "this requestId was accepted before; its entry before is seq " + digits(traces_[known].last_seq));
    traces_[known].last_seq = seq;
    traces_[known].broken = true;
    return;
  }
  if (entry.reprocess_of.data() != nullptr) check_reprocessing(entry, entry.reprocess_of, seq);
  Trace trace;
  const auto provider = job::provider_named(entry.provider);
  const auto due_at = exact_utc(entry.due_at);
  const auto expires_at = exact_utc(entry.expires_at);
  const bool words_known = read_word(entry.hand_over, job::hand_over_named, trace.hand_over);
  if (!provider || !due_at || !expires_at || *expires_at < *due_at || !words_known || entry.prev) {
    findings_.add("E_MEMBER", seq, entry.request_id,
                  "its provider, dueAt, expiresAt, handover or prev is not what a job.accepted has");
    trace.broken = true;
  } else {
    trace.provider = small(*provider);
    trace.due_at = to_ms(*due_at);
    trace.expires_at = to_ms(*expires_at);
    trace.lifetime = static_cast<std::uint32_t>(trace.expires_at - trace.due_at);
  }
  trace.subject = subjects_.accepted(entry, seq);
  trace.last_seq = seq;
  trace.created_at = to_ms(clock);
  trace.batch = key_of(entry.batch);
  trace.reprocess_of = key_of(entry.reprocess_of);
  trace.jumps_before = trace.jumps_planned = jumps_;
  traces_.add(key, trace);
}

// The job that repeats another and the one that is repeated name each other; both were accepted before.
void JobTraces::check_reprocessing(const Facts& entry, std::string_view other, std::int64_t seq) {
  if (is_id(other) && traces_.find(hash_.of(other)) != IdTable<Trace>::kNone) return;
  findings_.add("E_REPROCESS", seq, entry.request_id,
                "the other job of its reprocessing was not accepted before it");
}

// The ids that every entry of a job repeats.
bool JobTraces::check_ids(Trace& trace, const Facts& entry, std::int64_t seq) {
  const auto provider = job::provider_named(entry.provider);
  const bool same = provider && small(*provider) == trace.provider &&
                    subjects_.is(trace.subject, entry.subject) && key_of(entry.batch) == trace.batch;
  if (same) return true;
  findings_.add("E_MEMBER", seq, entry.request_id,
                "its provider, subject or batch is not that of the job's first entry");
  return false;
}

bool JobTraces::check_attempt(const Trace& trace, const Facts& entry, EntryType type) const {
  const std::int64_t calls = trace.attempts;
  switch (type) {
    case EntryType::AttemptIntent:
      return entry.attempt == calls + 1;
    case EntryType::AttemptResult:
    case EntryType::HandoverIntent:
    case EntryType::HandoverResult:
    case EntryType::LinkClaimed:
    case EntryType::LinkExpired:
      return entry.attempt == calls;
    case EntryType::AttemptLate: {
      const std::int64_t ended = calls - (standing(trace).step == job::Step::Calling ? 1 : 0);
      return entry.attempt && *entry.attempt >= 1 && *entry.attempt <= ended;
    }
    default:
      return true;
  }
}

void JobTraces::step(Trace& trace, const Facts& entry, EntryType type, std::int64_t seq, TimePoint t) {
  if (!check_ids(trace, entry, seq)) return;
  std::uint8_t outcome = kNothing;
  std::uint8_t code = kNothing;
  if (!read_word(entry.outcome, job::outcome_named, outcome) ||
      !read_word(entry.code, job::code_named, code)) {
    trace.broken = true;
    return findings_.add("E_MEMBER", seq, entry.request_id, "its outcome or code is no word of their lists");
  }
  if (!check_attempt(trace, entry, type)) {
    findings_.add("E_ATTEMPT", seq, entry.request_id,
                  "its attempt does not fit the job's " + digits(trace.attempts) + " intents so far");
  }
  const job::Standing before = standing(trace);
  const auto said = outcome == kNothing ? std::nullopt : std::optional(static_cast<job::Outcome>(outcome));
  const auto after = job::next(before, {type, said, static_cast<job::HandOver>(trace.hand_over)});
  if (!after) return not_allowed(trace, entry, type, seq);

  // The same rules by which the engine keeps `outcome` and `code` of the row.
  const bool moved = !(*after == before);
  if (type != EntryType::AttemptLate || moved) {
    if (outcome != kNothing) trace.outcome = outcome;
    const bool answers = type == EntryType::AttemptResult || type == EntryType::AttemptLate ||
                         type == EntryType::HandoverResult;
    if (code != kNothing || answers) trace.code = code;
  }
  if (job::is_final(after->state) && !job::is_final(before.state)) trace.finished_at = to_ms(t);
  move(trace, entry, type, seq);
  trace.state = small(after->state);
  trace.step = small(after->step);
  trace.cancel_requested = after->cancel_requested;
}

// What an entry means beside the state it leads to.
void JobTraces::move(Trace& trace, const Facts& entry, EntryType type, std::int64_t seq) {
  switch (type) {
    case EntryType::AttemptIntent:
      ++trace.attempts;
      trace.epoch = static_cast<std::uint32_t>(epoch_);
      trace.open_seq = seq;
      if (trace.maybe_sent) trace.resent = true;
      return;
    case EntryType::HandoverIntent:
      trace.open_seq = seq;
      return;
    case EntryType::AttemptResult: {
      const bool unknown = trace.outcome == small(job::Outcome::Unknown);
      if (unknown && trace.provider == small(job::Provider::Mayar))
        trace.maybe_sent = trace.was_unknown = true;
      if (trace.outcome == small(job::Outcome::Accepted)) return;
      const auto planned = exact_utc(entry.due_at);
      trace.due_known = planned.has_value();
      if (planned) trace.due_at = to_ms(*planned);
      trace.jumps_planned = jumps_;
      return;
    }
    case EntryType::JobReleased:
      trace.due_known = false;
      trace.maybe_sent = false;
      return;
    default:
      return;
  }
}

void JobTraces::not_allowed(Trace& trace, const Facts& entry, EntryType type, std::int64_t seq) {
  trace.broken = true;
  const job::Standing at = standing(trace);
  if (at.state == job::State::Running && at.step != job::Step::None) {
    return findings_.add("E_NO_RESULT", seq, entry.request_id,
                         "attempt " + digits(trace.attempts) + ": its intent, seq " + digits(trace.open_seq) +
                             ", has no result before this " + std::string(name(type)));
  }
  findings_.add("E_TRANSITION", seq, entry.request_id,
                std::string(name(type)) + " is not allowed while the job is " + words(at));
}

void JobTraces::compare(const JobRow& row) {
  const auto known = traces_.find(hash_.of(row.request_id));
  if (known == IdTable<Trace>::kNone) {
    return findings_.add("E_JOB", std::nullopt, row.request_id, "a row of jobs without any entry");
  }
  Trace& trace = traces_[known];
  if (trace.has_row) {
    findings_.add("E_JOB", trace.last_seq, row.request_id, "the job has two rows");
  }
  trace.has_row = true;
  if (trace.broken) return;
  const job::Standing should = standing(trace);
  Comparison with;
  const auto word = [](std::uint8_t value, auto enumeration) -> std::optional<std::string_view> {
    if (value == kNothing) return std::nullopt;
    return name(static_cast<decltype(enumeration)>(value));
  };
  with.same("provider", row.provider, name(static_cast<job::Provider>(trace.provider)));
  with.same("subject", subjects_.find(row.subject), trace.subject);
  with.same("hand_over", row.hand_over, name(static_cast<job::HandOver>(trace.hand_over)));
  with.same("batch", key_of(row.batch), trace.batch);
  // An empty text is no requestId, and not the same as none.
  const auto other = [&](const std::optional<std::string_view>& id) {
    return id ? key_of(*id) | id->empty() : 0;
  };
  with.same("reprocess_of", other(row.reprocess_of), trace.reprocess_of);
  with.same("reprocessed_as", other(row.reprocessed_as), trace.reprocessed_as);
  with.same("state", row.state, name(should.state));
  with.same("step", row.step, static_cast<std::int64_t>(should.step));
  with.same("cancel_requested", row.cancel_requested, static_cast<std::int64_t>(should.cancel_requested));
  with.same("attempts", row.attempts, static_cast<std::int64_t>(trace.attempts));
  with.same("epoch", row.epoch, static_cast<std::int64_t>(trace.epoch));
  with.same("outcome", row.outcome, word(trace.outcome, job::Outcome{}));
  with.same("code", row.code, word(trace.code, job::Code{}));
  with.same("created_at", row.created_at, trace.created_at);
  with.same("expires_at", row.expires_at, trace.expires_at);
  with.same("lifetime", row.lifetime, static_cast<std::int64_t>(trace.lifetime));
  with.same("finished_at", row.finished_at.value_or(-1), trace.finished_at);
  with.same("last_seq", row.last_seq, trace.last_seq);
  // Setting the clock moves these two for many jobs, with one entry for all of them.
  if (trace.due_known && trace.jumps_planned == jumps_) with.same("due_at", row.due_at, trace.due_at);
  const bool jumped = trace.jumps_before != jumps_;
  with.holds("fresh_until", jumped ? row.fresh_until <= row.expires_at : row.fresh_until == row.expires_at);
  // What may still be done depends on these; the entries bound them.
  with.holds("tries", row.tries >= 0 && row.tries <= row.attempts);
  with.holds("unknown_retried",
             row.unknown_retried == 0 ? !trace.resent : row.unknown_retried == 1 && trace.was_unknown);
  if (!with.columns().empty()) {
    findings_.add("E_JOB", trace.last_seq, row.request_id,
                  "the job's row contradicts its entries, which lead to " + words(should) + " after " +
                      digits(trace.attempts) + " attempts: " + with.columns());
  }
  if (should.step != job::Step::None) ++under_way_;
}

void JobTraces::compare(const PrunedRow& row) {
  const auto known = traces_.find(hash_.of(row.request_id));
  if (known == IdTable<Trace>::kNone) {
    return findings_.add("E_PRUNED", std::nullopt, row.request_id, "a row of pruned_jobs without any entry");
  }
  Trace& trace = traces_[known];
  const auto wrong = [&](const char* text) {
    findings_.add("E_PRUNED", trace.last_seq, row.request_id, text);
  };
  if (trace.has_row) wrong("the job has a row in jobs and one in pruned_jobs");
  trace.has_row = true;
  if (row.last_seq != trace.last_seq) wrong("last_seq of its row in pruned_jobs is not its last entry");
  if (!trace.broken && !job::is_final(standing(trace).state)) {
    wrong("it was pruned although it has not come to an end");
  }
}

void JobTraces::finish() {
  for (IdTable<Trace>::Number at = 0; at < traces_.size(); ++at) {
    const Trace& trace = traces_[at];
    if (trace.has_row) continue;
    findings_.add("E_JOB_MISSING", trace.last_seq, "", "the job's row is gone, and it was not pruned");
  }
}

}  // namespace latchkey::ledger
