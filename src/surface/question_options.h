#pragma once

#include "surface/command_line.h"
#include "surface/question.h"

namespace latchkey::surface {

/// Declares a question's options on a command. The object must outlive the parsing of the command line.
void declare(JobQuestion& question, CLI::App& command);
/// Without those that choose among what fits: how many, in which order.
void declare_filters(JobQuestion& question, CLI::App& command);
void declare(EntryQuestion& question, CLI::App& command);

}  // namespace latchkey::surface
