#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "surface/api.h"

namespace latchkey::surface {

/// How many jobs or entries an answer holds unless its question says otherwise, and at most.
constexpr std::size_t kAnswerLimit = 100;
constexpr std::size_t kAnswerLimitMost = 1000;

/// A query as an object whose members are texts, so that a BodyReader can read it.
Json query_object(const std::map<std::string, std::string>& query);

/// `limit`: a whole number from 1 to 1000, given as text or as a number. Null: not given. Wrong ones are
/// added to `errors`.
std::size_t answer_limit(const Json* given, std::vector<FieldError>& errors);

/// Throws InputError invalid_request where a route that takes none was given a query.
void require_no_query(const ApiRequest& request);

}  // namespace latchkey::surface
