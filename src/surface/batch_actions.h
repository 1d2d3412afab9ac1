#pragma once

#include <string>

#include "surface/global_options.h"

namespace latchkey::surface {

/// `batch pause | resume | cancel ID --reason TEXT`. A cancel returns when nothing of the batch is queued any
/// more.
int pause_one_batch(const GlobalOptions& global, const std::string& id, const std::string& reason);
int resume_one_batch(const GlobalOptions& global, const std::string& id, const std::string& reason);
int cancel_one_batch(const GlobalOptions& global, const std::string& id, const std::string& reason);

}  // namespace latchkey::surface
