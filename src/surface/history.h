#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "job/job.h"
#include "store/store.h"

namespace latchkey::surface {

/// The stored bytes of a job's entries, oldest first: from its last one through the back links. Throws Error
/// when a link leads nowhere.
std::vector<std::string> entries_of_job(store::Store& store, const job::Job& job);

/// The subject that stands for a recipient as somebody typed it; nullopt when nothing was ever sent to it.
/// Without `provider` the text itself tells an email from a customer id. Throws InputError on field
/// "recipient".
std::optional<store::Subject> find_recipient(store::Store& store, const std::string& text,
                                             std::optional<job::Provider> provider);

/// A subject's jobs, oldest first: through the back links of its job.accepted entries.
std::vector<job::Job> jobs_of_subject(store::Store& store, const store::Subject& subject);

/// Whether a job answers the question.
bool matches(const store::JobFilter& filter, const job::Job& job);

/// The jobs that answer the question, of one subject or of all, in its order, until `visit` returns false.
void each_job(store::Store& store, const store::JobFilter& filter,
              const std::optional<store::Subject>& subject,
              const std::function<bool(const job::Job&)>& visit);

}  // namespace latchkey::surface
