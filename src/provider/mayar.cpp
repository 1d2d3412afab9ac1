#include "provider/mayar.h"

#include "base/crypto.h"
#include "base/text.h"
#include "provider/answer.h"
#include "provider/request.h"

namespace latchkey::provider {

using job::Code;
using job::Outcome;

namespace {

constexpr StatusMeaning kMeaning{Code::EmailNotRegistered, std::chrono::seconds(60), true};

Secret read_authorization(const ProviderConfig& config) {
  return authorization("Bearer", read_key(config.api_key_file, "providers.mayar.api_key_file").reveal());
}

/// The status that the body repeats, or that its message stands for. Absent: the body says nothing that we
/// can read.
std::optional<int> status_in(const Json& body) {
  const auto status = body.find("statusCode");
  if (status == body.end()) {
    const std::string* messages = text_member(body, "messages");
    const std::string* message = messages ? messages : text_member(body, "message");
    if (message && to_lower(*message) == "success") return 200;
    return std::nullopt;
  }
  if (const std::string* text = text_member(body, "statusCode")) return whole_number(*text);
  if (status->is_number_unsigned() && status->get<std::uint64_t>() < 600) return status->get<int>();
  return std::nullopt;
}

bool is_own_error(const Json& body) {
  return body.contains("statusCode") || body.contains("messages") || body.contains("message");
}

/// Whether `data.url`, a sentence by the vendor's documentation, has become a URL.
bool holds_link(const Json& body) {
  const auto data = body.find("data");
  if (data == body.end() || !data->is_object()) return false;
  const std::string* text = text_member(*data, "url");
  return text && text->find("://") != std::string::npos;
}

}  // namespace

Mayar::Mayar(ProviderConfig config, Clock& clock)
    : config_(std::move(config)), clock_(clock), authorization_(read_authorization(config_)) {
  require_safe_base_url(config_.base_url, "providers.mayar.base_url");
}

HttpRequest Mayar::authorized(const std::string& method, const std::string& path) {
  HttpRequest request = base_request(config_, method, path);
  std::lock_guard lock(mutex_);
  request.authorization = authorization_.copy();
  return request;
}

Result Mayar::call(const Call& call, HttpClient& http) {
  HttpRequest request = authorized("POST", "/hl/v2/customers/portal-login");
  request.headers.emplace_back("X-Request-Id", call.request_id);
  set_json_body(request, Json{{"email", call.address}}.dump());
  request.may_write = call.still_fresh;

  HttpAnswer answer = http.send(request);
  Result result = begin_result(answer, call.request_id, clock_.now().wall);
  if (answer.failure) {
    conclude_failure(result, answer);
    return result;
  }
  const Body body(answer);
  const Json* object = body.object();
  const std::optional<int> said = object ? status_in(*object) : std::nullopt;
  if (is_success(answer.status) && said && is_success(*said)) {
    result.outcome = Outcome::Accepted;
    if (holds_link(*object)) result.code = Code::UnexpectedLink;
    return result;
  }
  // An error whose body claims success is not the application's answer that it did nothing.
  const bool own = object && is_own_error(*object) && !(said && is_success(*said));
  conclude_status(result, worse_status(answer.status, said), own, kMeaning);
  return result;
}

Check Mayar::check(HttpClient& http) {
  HttpAnswer answer =
      http.send(authorized("GET", "/hl/v2/customers/detail?email=latchkey-check%40example.invalid"));
  const Body body(answer);  // not looked at: it may hold the merchant's webhook address
  if (answer.failure) return {false, no_answer_text(answer)};
  const std::string status = "HTTP " + std::to_string(answer.status);
  if (answer.status == 401 || answer.status == 403)
    return {false, "Mayar does not accept the API key (" + status + ")."};
  const bool accepted = is_success(answer.status) || answer.status == 400 || answer.status == 404;
  if (!accepted)
    return {false, "Mayar answers " + status + ", which leaves open whether it accepts the API key."};
  return {true, "Mayar answers and accepts the API key."};
}

bool Mayar::reload_credentials() {
  Secret fresh = read_authorization(config_);
  std::lock_guard lock(mutex_);
  if (equal_constant_time(fresh.reveal(), authorization_.reveal())) return false;
  authorization_ = std::move(fresh);
  return true;
}

}  // namespace latchkey::provider
