#include "surface/question.h"

#include <limits>
#include <utility>

#include "surface/api_body.h"
#include "surface/collect_errors.h"
#include "surface/history.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

template <typename Filter>
void fill_common(const Question& question, Filter& filter, std::vector<FieldError>& errors) {
  collect_errors(errors, [&] {
    if (question.provider) filter.provider = provider_word(*question.provider);
  });
  collect_errors(errors, [&] {
    if (question.outcome) filter.outcome = outcome_word(*question.outcome);
  });
  collect_errors(errors, [&] {
    if (question.code) filter.code = code_word(*question.code);
  });
  filter.batch = question.batch;
  filter.newest_first = question.newest;
}

// False when the recipient is nobody that is known.
template <typename Filter>
bool fill_subject(const Question& question, store::Store& store, Filter& filter,
                  std::vector<FieldError>& errors) {
  if (!question.recipient) return true;
  std::optional<store::Subject> subject;
  collect_errors(errors, [&] { subject = find_recipient(store, *question.recipient, filter.provider); });
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
  std::vector<FieldError> errors;
  for (const std::string& state : states) {
    collect_errors(errors, [&] { filter.states.push_back(state_word(state)); });
  }
  filter.definition = definition;
  collect_errors(errors, [&] { filter.created_from = time_of(from, "from", now); });
  collect_errors(errors, [&] { filter.created_to = time_of(to, "to", now); });
  fill_common(*this, filter, errors);
  const bool known = fill_subject(*this, store, filter, errors);
  reject_if_any("invalid_request", std::move(errors));
  if (!known) return std::nullopt;
  return filter;
}

std::optional<store::EntryFilter> EntryQuestion::entry_filter(store::Store& store, TimePoint now) const {
  store::EntryFilter filter;
  std::vector<FieldError> errors;
  filter.request_id = request_id;
  filter.subject = subject;
  filter.actor = actor;
  filter.provider_request_id = provider_request_id;
  collect_errors(errors, [&] {
    if (type) filter.type = type_word(*type);
  });
  collect_errors(errors, [&] { filter.from = time_of(from, "from", now); });
  collect_errors(errors, [&] { filter.to = time_of(to, "to", now); });
  collect_errors(errors, [&] { filter.from_seq = seq_of(from_seq, "from-seq"); });
  collect_errors(errors, [&] { filter.to_seq = seq_of(to_seq, "to-seq"); });
  collect_errors(errors, [&] { filter.after_seq = seq_of(after, "after"); });
  fill_common(*this, filter, errors);
  const bool known = fill_subject(*this, store, filter, errors);
  reject_if_any("invalid_request", std::move(errors));
  if (!known) return std::nullopt;
  if (subject && filter.subject != subject) return std::nullopt;  // the recipient's is another one
  return filter;
}

}  // namespace latchkey::surface
