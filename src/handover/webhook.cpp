#include "handover/webhook.h"

#include <algorithm>
#include <fstream>

#include "base/crypto.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/retry_after.h"
#include "base/signing_secret.h"
#include "base/text.h"
#include "base/time_text.h"
#include "handover/webhook_signature.h"

namespace latchkey::handover {
namespace {

constexpr int kGone = 410;

std::shared_ptr<const std::vector<Secret>> read_secrets(const WebhookConfig& endpoint) {
  const std::string field = "webhooks." + endpoint.name + ".secret_file";
  return std::make_shared<const std::vector<Secret>>(read_signing_secrets(endpoint.secret_file, field));
}

bool are_same(const std::vector<Secret>& a, const std::vector<Secret>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Secret& one, const Secret& other) {
    return equal_constant_time(one.reveal(), other.reveal());
  });
}

HttpRequest request_to(const WebhookConfig& endpoint) {
  HttpRequest request;
  request.url = endpoint.url;
  request.reach = endpoint.allow_private ? Reach::Anywhere : Reach::PublicOnly;
  request.ca_file = endpoint.ca_file;
  request.timeout = endpoint.timeout;
  request.stall_timeout = endpoint.timeout;
  request.connect_timeout = std::min(endpoint.connect_timeout, endpoint.timeout);
  return request;
}

std::string why_no_answer(HttpFailure failure, const WebhookConfig& endpoint) {
  switch (failure) {
    case HttpFailure::Dns:
      return "its name does not resolve";
    case HttpFailure::Connect:
      return "no connection";
    case HttpFailure::NotPublic:
      return "its address is not public, and allow_private is not set";
    case HttpFailure::Tls:
      return "no trustworthy TLS connection";
    case HttpFailure::Timeout:
      return "no answer within " + format_duration(endpoint.timeout);
    case HttpFailure::Refused:
    case HttpFailure::Aborted:
      return "the daemon was stopped";
    case HttpFailure::Reset:
      return "the connection broke";
    case HttpFailure::BadAnswer:
      return "the answer is not HTTP, or its headers are too long";
  }
  LATCHKEY_CHECK(!"a failure that is none");
}

std::string why_not_taken(int status) {
  std::string text = "it answered " + std::to_string(status);
  if (status >= 300 && status < 400) text += ", and redirects are not followed";
  if (status == kGone) text += ": it wants no more of it";
  return text;
}

PostResult failed(std::string error) {
  PostResult result;
  result.error = std::move(error);
  return result;
}

}  // namespace

Webhooks::Webhooks(std::vector<WebhookConfig> endpoints, Clock& clock) : clock_(clock) {
  for (WebhookConfig& endpoint : endpoints) {
    if (!endpoint.ca_file.empty() && !std::ifstream(endpoint.ca_file))
      throw Error("cannot read ca_file " + shown(endpoint.ca_file, 200));
    Secrets secrets = read_secrets(endpoint);
    endpoints_.push_back({std::move(endpoint), std::move(secrets)});
  }
}

PostResult Webhooks::post(const Post& post, HttpClient& http) const {
  const auto endpoint = std::find_if(endpoints_.begin(), endpoints_.end(),
                                     [&](const Endpoint& each) { return each.config.name == post.endpoint; });
  if (endpoint == endpoints_.end()) return failed("there is no such endpoint in the configuration any more");
  // A full stop in the id would let one signature stand for two messages.
  if (!is_id(post.message) || post.message.find('.') != std::string::npos)
    return failed("its id cannot stand in a header");
  Secrets secrets;
  {
    const std::lock_guard lock(mutex_);
    secrets = endpoint->secrets;
  }

  const TimePoint now = clock_.now().wall;
  HttpRequest request = request_to(endpoint->config);
  request.headers = {{"Content-Type", "application/json"},
                     {"User-Agent", "latchkey/" LATCHKEY_VERSION},
                     {"webhook-id", post.message},
                     {"webhook-timestamp", webhook_timestamp(now)},
                     {"webhook-signature", webhook_signature(*secrets, post.message, now, post.body)}};
  request.body = post.body;
  const HttpAnswer answer = http.send(request);

  PostResult result;
  result.took = answer.took;
  result.http = answer.status;
  result.delivered = answer.status >= 200 && answer.status < 300;
  result.gone = answer.status == kGone;
  if (result.delivered) return result;
  const bool has_answered = answer.status >= 200 || !answer.failure;  // below 200 more was to come
  result.error =
      has_answered ? why_not_taken(answer.status) : why_no_answer(*answer.failure, endpoint->config);
  result.wait = retry_after(answer, clock_.now().wall);
  return result;
}

bool Webhooks::reload() {
  std::vector<Secrets> fresh;
  for (const Endpoint& endpoint : endpoints_) fresh.push_back(read_secrets(endpoint.config));
  bool changed = false;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    changed = changed || !are_same(*fresh[i], *endpoints_[i].secrets);
    endpoints_[i].secrets = std::move(fresh[i]);
  }
  return changed;
}

}  // namespace latchkey::handover
