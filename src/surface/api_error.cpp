#include "surface/api_error.h"

#include <array>
#include <utility>

#include "base/time_text.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kErrorsMost = 100;

constexpr std::array<std::pair<std::string_view, int>, 23> kStatuses{{
    {"bad_request", 400},     {"unauthorized", 401},        {"forbidden", 403},
    {"not_found", 404},       {"method_not_allowed", 405},  {"conflict", 409},
    {"request_id_used", 409}, {"wrong_state", 409},         {"link_gone", 410},
    {"body_too_large", 413},  {"uri_too_long", 414},        {"unsupported_media_type", 415},
    {"invalid_request", 422}, {"cannot_be_fresh", 422},     {"no_handover", 422},
    {"suppressed", 422},      {"headers_too_large", 431},   {"internal", 500},
    {"provider_off", 503},    {"try_later", 503},           {"shutdown", 503},
    {"wait_ended", 504},      {"expired_before_send", 504},
}};

OrderedJson listed(const std::vector<FieldError>& errors) {
  OrderedJson list = OrderedJson::array();
  for (const FieldError& error : errors) {
    if (error.field.empty()) continue;
    if (list.size() == kErrorsMost) break;
    list.push_back({{"field", error.field}, {"message", error.message}});
  }
  return list;
}

std::string errors_counted(const InputError& error) {
  std::string message = error.what();
  if (error.errors().size() > kErrorsMost) {
    message += "; " + std::to_string(error.errors().size()) + " things are wrong, and the first " +
               std::to_string(kErrorsMost) + " are listed";
  }
  return message;
}

}  // namespace

int status_of(std::string_view code) {
  for (const auto& [known, status] : kStatuses) {
    if (known == code) return status;
  }
  return 422;
}

OrderedJson error_document(std::string_view code, const std::string& message, const std::string& request_id,
                           std::string_view anchor) {
  return {{"code", code},
          {"message", message},
          {"requestId", request_id.empty() ? OrderedJson(nullptr) : OrderedJson(request_id)},
          {"docs", "docs/api.md#" + std::string(anchor.empty() ? code : anchor)},
          {"errors", OrderedJson::array()}};
}

ApiAnswer error_answer(const InputError& error, const std::string& request_id) {
  OrderedJson document = error_document(error.code(), errors_counted(error), request_id);
  document["errors"] = listed(error.errors());
  ApiAnswer answer;
  answer.status = status_of(error.code());
  if (const auto* rejected = dynamic_cast<const CannotBeFresh*>(&error)) {
    document["earliestDueAt"] = format_utc(rejected->earliest());
  }
  if (answer.status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (error.code() == "try_later") answer.headers.emplace_back("Retry-After", "1");
  answer.body = document.dump();
  return answer;
}

ApiAnswer internal_answer(const std::string& request_id) {
  ApiAnswer answer;
  answer.status = 500;
  answer.body = error_document("internal", "something broke on our side; our log has it", request_id).dump();
  return answer;
}

}  // namespace latchkey::surface
