#pragma once

#include <optional>
#include <string>
#include <vector>

#include "job/job.h"
#include "ledger/entry.h"
#include "store/store.h"

namespace latchkey::surface {

/// The stored bytes of a request's entries, oldest first, whether or not its job has been pruned; empty when
/// there was no such request. Throws Error when a link between them leads nowhere.
std::vector<std::string> entries_of_request(store::Store& store, const std::string& request_id);

/// The same, decoded.
std::vector<ledger::Entry> decoded(const std::vector<std::string>& entries);

/// What a request's entries, oldest first and at least one, say of its job: for one that has been pruned.
/// Whether they contradict each other is for `audit verify` to say.
job::Job job_told_by(const std::vector<ledger::Entry>& entries);

/// The subject that stands for a recipient as somebody typed it; nullopt when nothing was ever sent to it.
/// Without `provider` the text itself tells an email from a customer id. Throws InputError on field
/// "recipient".
std::optional<store::Subject> find_recipient(store::Store& store, const std::string& text,
                                             std::optional<job::Provider> provider);

}  // namespace latchkey::surface
