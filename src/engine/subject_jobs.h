#pragma once

#include <string>
#include <vector>

#include "store/store.h"

namespace latchkey::engine {

/// The requestIds of all jobs there ever were for a subject, newest first: through the back links of its
/// job.accepted entries. Throws Error when one leads nowhere.
std::vector<std::string> request_ids_of(store::Store& store, const store::Subject& subject);

}  // namespace latchkey::engine
