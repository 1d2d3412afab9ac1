#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "surface/api.h"

namespace latchkey::surface {

/// The one table of the codes with which a request is turned away, and their HTTP statuses. Codes are stable.
/// A code of ours that is not in it is 422.
int status_of(std::string_view code);

/// The error document: `{code, message, requestId, docs, errors}`. `request_id` may be empty: null. Names
/// the place in docs/api.md that explains the code, or `anchor` where several codes share one.
OrderedJson error_document(std::string_view code, const std::string& message, const std::string& request_id,
                           std::string_view anchor = {});

/// The answer to a request that is turned away. Of more than 100 wrong fields only the first are listed, and
/// the message says how many there are.
ApiAnswer error_answer(const InputError& error, const std::string& request_id);

/// The answer when something broke on our side; says nothing of what.
ApiAnswer internal_answer(const std::string& request_id);

}  // namespace latchkey::surface
