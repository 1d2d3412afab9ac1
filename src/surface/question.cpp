#include "surface/question.h"

#include <limits>

#include "surface/history.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

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

std::optional<store::JobFilter> JobQuestion::job_filter(store::Store& store, TimePoint now) const {
  store::JobFilter filter;
  for (const std::string& state : states) filter.states.push_back(state_word(state));
  filter.created_from = time_of(from, "from", now);
  filter.created_to = time_of(to, "to", now);
  if (!fill_common(*this, store, filter)) return std::nullopt;
  return filter;
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
