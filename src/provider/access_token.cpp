#include "provider/access_token.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/text.h"
#include "provider/answer.h"
#include "provider/nomos_error.h"
#include "provider/request.h"

namespace latchkey::provider {

using job::Code;
using job::Outcome;

namespace {

/// A token is renewed this long before it ends, or in the last tenth of a shorter life.
constexpr Millis kRenewBefore = std::chrono::minutes(1);
constexpr Millis kLifetimeUnsaid = std::chrono::minutes(5);
constexpr Millis kLifetimeMax = std::chrono::hours(24);
constexpr std::size_t kTokenMax = 8192;
/// How often one who waits for another's fetch looks whether its own job is still fresh.
constexpr Millis kLook{100};

/// RFC 6750 section 2.1, and nothing that could end a header line.
bool is_token(const std::string& text) {
  return !text.empty() && text.size() <= kTokenMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// For how long the token counts from the request on.
Millis lifetime_in(const Json& body) {
  const auto member = body.find("expires_in");
  std::optional<int> seconds;
  if (member != body.end())
    seconds = whole_number(member->is_string() ? member->get<std::string>() : member->dump());
  if (!seconds) return kLifetimeUnsaid;
  return std::min<Millis>(std::chrono::seconds(*seconds), kLifetimeMax);
}

TokenFailure failure_of(const HttpAnswer& answer, const Json* body, TimePoint now) {
  TokenFailure failure;
  if (answer.failure) {
    if (*answer.failure == HttpFailure::Aborted) failure.code = Code::Shutdown;
    return failure;
  }
  failure.wait = wait_asked(answer, now);
  if (answer.status == 429) {
    failure.outcome = Outcome::Throttled;
    failure.code = Code::RateLimited;
    failure.wait = throttle_wait(failure.wait, NomosError(body).wait());
  } else if (answer.status == 400 || answer.status == 401 || answer.status == 403) {
    failure.code = Code::BadCredentials;
    failure.pause = true;
  }
  return failure;
}

}  // namespace

/// The one fetch under way, shared by everyone who waits for it. Protected by mutex_.
struct AccessToken::Fetch {
  bool over = false;
  bool succeeded = false;
  std::optional<TokenFailure> failure;
};

struct AccessToken::Answered {
  std::optional<TokenFailure> failure;
  Secret authorization;
  Millis lifetime{0};
};

AccessToken::AccessToken(const ProviderConfig& config, Clock& clock)
    : config_(config),
      fixed_(!config.access_token_file.empty()),
      clock_(clock),
      credentials_(read_credentials()) {
  if (fixed_) {
    authorization_ = credentials_.copy();
    number_ = 1;
    renew_at_ = Millis::max();
  }
}

Secret AccessToken::read_credentials() const {
  if (fixed_) {
    return authorization("Bearer",
                         read_key(config_.access_token_file, "providers.nomos.access_token_file").reveal());
  }
  const Secret secret = read_key(config_.client_secret_file, "providers.nomos.client_secret_file");
  std::string pair;
  pair.reserve(config_.client_id.size() + secret.size() + 1);
  pair.append(config_.client_id).append(":").append(secret.reveal());
  std::string encoded = to_base64(pair);
  Secret basic = authorization("Basic", encoded);
  wipe(pair);
  wipe(encoded);
  return basic;
}

AccessToken::Obtained AccessToken::obtain(HttpClient& http, const std::function<bool()>& still_fresh,
                                          Millis deadline) {
  const auto failed = [](const TokenFailure& failure) { return Obtained{failure, {}, 0}; };
  std::unique_lock lock(mutex_);
  while (true) {
    const Millis now = clock_.now().boot;
    if (!authorization_.empty() && now < renew_at_) return current();
    if (now >= deadline) return failed({});
    if (!fetch_) {
      if (std::optional<Obtained> obtained = fetch_for_all(lock, http, deadline)) return std::move(*obtained);
      continue;
    }
    const std::shared_ptr<Fetch> joined = fetch_;
    lock.unlock();
    const bool stale = still_fresh && !still_fresh();
    lock.lock();
    if (stale) return failed({Outcome::NotSent, Code::ExpiredBeforeSend, std::nullopt, false});
    changed_.wait_for(lock, kLook, [&] { return joined->over; });
    if (joined->failure) return failed(*joined->failure);
    // Whatever its lifetime, a token that has just arrived is good for those who waited for it.
    if (joined->succeeded && !authorization_.empty()) return current();
  }
}

std::optional<AccessToken::Obtained> AccessToken::fetch_for_all(std::unique_lock<std::mutex>& lock,
                                                                HttpClient& http, Millis deadline) {
  const auto mine = fetch_ = std::make_shared<Fetch>();
  // However the fetch ends, an exception included, nobody may go on waiting for it.
  const std::shared_ptr<void> ending(nullptr, [&](void*) {
    if (!lock.owns_lock()) lock.lock();
    mine->over = true;
    fetch_.reset();
    changed_.notify_all();
  });
  const std::uint64_t credentials_read = credentials_read_;
  const Millis begun = clock_.now().boot;
  const HttpRequest request = token_request(deadline - begun);

  lock.unlock();
  Answered answered = fetch(http, request);
  lock.lock();

  if (credentials_read != credentials_read_) return std::nullopt;
  if (answered.failure) {
    // A stop of this worker says nothing about the token: one of those who wait takes over.
    if (answered.failure->code != Code::Shutdown) mine->failure = answered.failure;
    return Obtained{answered.failure, {}, 0};
  }
  authorization_ = std::move(answered.authorization);
  ++number_;
  renew_at_ = begun + answered.lifetime - std::min<Millis>(kRenewBefore, answered.lifetime / 10);
  mine->succeeded = true;
  return current();
}

HttpRequest AccessToken::token_request(Millis left) const {
  HttpRequest request = base_request(config_, "POST", "/oauth/token");
  // Half of the time stays for the call that the token is for.
  limit_time(request, std::min(left, config_.timeout / 2));
  request.authorization = credentials_.copy();
  if (config_.token_request_json) {
    set_json_body(request, R"({"grant_type":"client_credentials"})");
  } else {
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.body = "grant_type=client_credentials";
  }
  return request;
}

AccessToken::Answered AccessToken::fetch(HttpClient& http, const HttpRequest& request) const {
  HttpAnswer answer = http.send(request);
  const Body body(answer);
  const Json* object = body.object();
  if (answer.failure || !is_success(answer.status))
    return {failure_of(answer, object, clock_.now().wall), {}, {}};
  const std::string* token = object ? text_member(*object, "access_token") : nullptr;
  if (!token || !is_token(*token)) return {TokenFailure{}, {}, {}};
  return {std::nullopt, authorization("Bearer", *token), lifetime_in(*object)};
}

void AccessToken::drop(std::uint64_t number) {
  std::lock_guard lock(mutex_);
  if (!fixed_ && number == number_) authorization_.wipe();
}

bool AccessToken::reload() {
  Secret fresh = read_credentials();
  std::lock_guard lock(mutex_);
  if (equal_constant_time(fresh.reveal(), credentials_.reveal())) return false;
  credentials_ = std::move(fresh);
  ++credentials_read_;
  authorization_.wipe();
  if (fixed_) {
    authorization_ = credentials_.copy();
    ++number_;
  }
  return true;
}

}  // namespace latchkey::provider
