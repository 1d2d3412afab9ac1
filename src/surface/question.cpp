#include "surface/question.h"

#include <limits>

#include "surface/history.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

void declare_common(Question& question, CLI::App& command, const char* outcome) {
  add_text(command, "--recipient", question.recipient, "an email or a customer id")->type_name("RECIPIENT");
  add_text(command, "--provider", question.provider, "mayar or nomos")->type_name("PROVIDER");
  add_text(command, "--batch", question.batch, "of this batch")->type_name("ID");
  add_text(command, "--outcome", question.outcome, outcome)->type_name("OUTCOME");
  add_text(command, "--code", question.code, "why, such as rate_limited")->type_name("CODE");
  add_text(command, "--from,--since", question.from,
           "no older than this: a time with its zone, or 2h for two hours ago")
      ->type_name("TIME");
  add_text(command, "--to,--until", question.to, "older than this")->type_name("TIME");
  add_text(command, "--limit", question.limit, "so many at most")->type_name("N");
  command.add_flag("--newest", question.newest, "newest first");
}

// False when the recipient is nobody that is known.
template <typename Filter>
bool fill_common(const Question& question, store::Store& store, Filter& filter) {
  if (question.provider) filter.provider = provider_word(*question.provider);
  if (question.outcome) filter.outcome = outcome_word(*question.outcome);
  if (question.code) filter.code = code_word(*question.code);
  filter.batch = question.batch;
  filter.newest_first = question.newest;
  if (!question.recipient) return true;
  const auto subject = find_recipient(store, *question.recipient, filter.provider);
  if (subject) filter.subject = subject->id;
  return subject.has_value();
}

std::optional<TimePoint> time_of(const std::optional<std::string>& text, const char* field, TimePoint now) {
  if (!text) return std::nullopt;
  return time_word(*text, field, now);
}

std::optional<std::int64_t> seq_of(const std::optional<std::string>& text, const char* field) {
  if (!text) return std::nullopt;
  return seq_word(*text, field);
}

}  // namespace

std::size_t Question::limit_or_all() const {
  return limit ? limit_word(*limit) : std::numeric_limits<std::size_t>::max();
}

void JobQuestion::declare(CLI::App& command) {
  command
      .add_option("--state", states,
                  "queued, running, done, failed, stale, held or cancelled; may be repeated")
      ->delimiter(',')
      ->expected(1)
      ->take_all()
      ->type_name("STATE");
  declare_common(*this, command, "of the latest attempt: accepted, rejected, throttled, not_sent, unknown");
}

std::optional<store::JobFilter> JobQuestion::job_filter(store::Store& store, TimePoint now) const {
  store::JobFilter filter;
  for (const std::string& state : states) filter.states.push_back(state_word(state));
  filter.created_from = time_of(from, "from", now);
  filter.created_to = time_of(to, "to", now);
  if (!fill_common(*this, store, filter)) return std::nullopt;
  return filter;
}

void EntryQuestion::declare(CLI::App& command) {
  add_text(command, "--request-id", request_id, "of this job")->type_name("ID");
  declare_common(*this, command, "of an attempt: accepted, rejected, throttled, not_sent, unknown");
  add_text(command, "--type", type, "such as attempt.result")->type_name("TYPE");
  add_text(command, "--actor", actor, "by system, token:ID or uid:N")->type_name("ACTOR");
  add_text(command, "--subject", subject, "what stands for a recipient, as in other entries")
      ->type_name("ID");
  add_text(command, "--provider-request-id", provider_request_id, "the provider's name for a call")
      ->type_name("ID");
  add_text(command, "--from-seq", from_seq, "from this entry on")->type_name("SEQ");
  add_text(command, "--to-seq", to_seq, "before this entry")->type_name("SEQ");
  add_text(command, "--after", after, "go on after this entry, as an earlier answer said")->type_name("SEQ");
}

std::optional<store::EntryFilter> EntryQuestion::entry_filter(store::Store& store, TimePoint now) const {
  store::EntryFilter filter;
  filter.request_id = request_id;
  filter.subject = subject;
  filter.actor = actor;
  filter.provider_request_id = provider_request_id;
  if (type) filter.type = type_word(*type);
  filter.from = time_of(from, "from", now);
  filter.to = time_of(to, "to", now);
  filter.from_seq = seq_of(from_seq, "from-seq");
  filter.to_seq = seq_of(to_seq, "to-seq");
  filter.after_seq = seq_of(after, "after");
  if (!fill_common(*this, store, filter)) return std::nullopt;
  if (subject && filter.subject != subject) return std::nullopt;  // the recipient's is another one
  return filter;
}

}  // namespace latchkey::surface
