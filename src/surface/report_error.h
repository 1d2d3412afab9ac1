#pragma once

#include <exception>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace latchkey::surface {

/// `{"error":{code, message, errors:[{line, field, message}]}}`, the same for commands and the API. `line` is
/// null where there is none. Codes besides those of InputError: usage, daemon_running, try_later,
/// unavailable.
OrderedJson error_document(const std::exception& error);

/// The same for people: one line, or a line and an aligned list where several things are wrong.
std::string error_text(const std::exception& error);

/// Tells the user why a command ended: text on stderr, and with --json the document on stdout. Returns the
/// exit code.
int report_error(const std::exception& error, bool json);

}  // namespace latchkey::surface
