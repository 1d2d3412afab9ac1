#include "surface/chosen_run.h"

#include <algorithm>

#include "definition_file.h"

namespace latchkey::surface {

ChosenRun::ChosenRun(const std::filesystem::path& file, const std::optional<std::string>& recipients)
    : definition_(load_definition(file)),
      recipients_(recipients.value_or(definition_.recipients.file.string())) {}

bool ChosenRun::is_over(TimePoint now) const {
  return definition_.schedule && definition_.schedule->when.once() && !definition_.schedule->when.next(now);
}

TimePoint ChosenRun::begin(TimePoint now) const {
  if (!definition_.schedule || !definition_.schedule->when.once()) return now;
  const auto at = definition_.schedule->when.next(now);
  return at ? at->at : now;
}

engine::Run ChosenRun::run(TimePoint begin, const std::string& reason) {
  if (recipients_.empty()) {
    throw InputError(
        "invalid_request", "recipients",
        "the definition takes its recipients from a folder: name one file with --recipients FILE");
  }
  return {definition_, "", begin, reason, [this] { return files_.open(recipients_); }};
}

}  // namespace latchkey::surface
