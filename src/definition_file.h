#pragma once

#include <filesystem>
#include <string>

#include "job/definition.h"

namespace latchkey {

/// Reads and checks a definition, at most 64 KiB. Throws Error when the file cannot be read and one
/// InputError with every wrong field, its line and what was expected, otherwise: unknown keys (with the
/// nearest known one), wrong types, values that do not parse or exceed their limits, and what makes no sense
/// together, such as a schedule for a drop folder. Not looked at are the clock (a time in the past is nothing
/// wrong), the recipients and the configuration: whether its lifetimes and its webhooks fit is for those who
/// know it.
job::Definition load_definition(const std::filesystem::path& file);

/// The digest that it would have, whether it holds or not. Throws Error when the file cannot be read.
std::string definition_digest(const std::filesystem::path& file);

}  // namespace latchkey
