#include "surface/api_query.h"

#include "surface/api_body.h"
#include "surface/words.h"

namespace latchkey::surface {

Json query_object(const std::map<std::string, std::string>& query) {
  Json object = Json::object();
  for (const auto& [name, value] : query) object[name] = value;
  return object;
}

void require_no_query(const ApiRequest& request) {
  const Json object = query_object(request.query);
  std::vector<FieldError> errors;
  BodyReader(object, "", errors).finish();
  reject_if_any("invalid_request", std::move(errors));
}

std::size_t answer_limit(const Json* given, std::vector<FieldError>& errors) {
  std::size_t limit = 0;
  if (given == nullptr) return kAnswerLimit;
  if (given->is_number_unsigned()) limit = given->get<std::size_t>();
  if (given->is_string()) {
    try {
      limit = limit_word(given->get<std::string>());
    } catch (const InputError&) {
      limit = 0;
    }
  }
  if (limit >= 1 && limit <= kAnswerLimitMost) return limit;
  errors.push_back({"limit", "expected a whole number from 1 to " + std::to_string(kAnswerLimitMost)});
  return kAnswerLimit;
}

}  // namespace latchkey::surface
