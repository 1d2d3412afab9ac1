#include "surface/question.h"

#include <limits>

#include "surface/words.h"

namespace latchkey::surface {
namespace {

template <typename Filter>
void fill_common(const Question& question, Filter& filter) {
  if (question.provider) filter.provider = provider_word(*question.provider);
  if (question.outcome) filter.outcome = outcome_word(*question.outcome);
  if (question.code) filter.code = code_word(*question.code);
  filter.newest_first = question.newest;
}

}  // namespace

void Question::declare(CLI::App& command) {
  command
      .add_option("--state", states,
                  "queued, running, done, failed, stale, held or cancelled; may be repeated")
      ->delimiter(',')
      ->expected(1)
      ->take_all()
      ->type_name("STATE");
  add_text(command, "--provider", provider, "mayar or nomos")->type_name("PROVIDER");
  add_text(command, "--recipient", recipient, "an email or a customer id")->type_name("RECIPIENT");
  add_text(command, "--outcome", outcome,
           "of the latest attempt: accepted, rejected, throttled, not_sent, unknown")
      ->type_name("OUTCOME");
  add_text(command, "--code", code, "why, such as rate_limited")->type_name("CODE");
  add_text(command, "--from,--since", from,
           "no older than this: a time with its zone, or 2h for two hours ago")
      ->type_name("TIME");
  add_text(command, "--to,--until", to, "older than this")->type_name("TIME");
  add_text(command, "--limit", limit, "so many at most")->type_name("N");
  command.add_flag("--newest", newest, "newest first");
}

store::JobFilter Question::job_filter(TimePoint now) const {
  store::JobFilter filter;
  fill_common(*this, filter);
  for (const std::string& state : states) filter.states.push_back(state_word(state));
  if (from) filter.created_from = time_word(*from, "from", now);
  if (to) filter.created_to = time_word(*to, "to", now);
  return filter;
}

store::EntryFilter Question::entry_filter(TimePoint now) const {
  store::EntryFilter filter;
  fill_common(*this, filter);
  if (from) filter.from = time_word(*from, "from", now);
  if (to) filter.to = time_word(*to, "to", now);
  return filter;
}

std::size_t Question::limit_or_all() const {
  return limit ? limit_word(*limit) : std::numeric_limits<std::size_t>::max();
}

}  // namespace latchkey::surface
