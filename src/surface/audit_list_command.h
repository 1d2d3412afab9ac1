#pragma once

#include <cstdint>
#include <optional>

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit list`: the entries that answer a question.
void add_audit_list(CLI::App& audit, CommandLine& line);

/// What an answer covers, as one line on stderr, since stdout holds the entries byte for byte: the tree's
/// size, how many entries were printed, and that those are all, or after which one to go on.
void note_answer(std::int64_t tree_size, std::size_t count, std::optional<std::int64_t> go_on_after);

}  // namespace latchkey::surface
