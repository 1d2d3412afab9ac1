#pragma once

#include "surface/global_options.h"
#include "surface/question.h"

namespace latchkey::surface {

/// `jobs list`: prints the jobs that answer the question. With `reveal`, who they are for, which is recorded
/// first.
int list_jobs(const GlobalOptions& global, const JobQuestion& question, bool reveal);

}  // namespace latchkey::surface
