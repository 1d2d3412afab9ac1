#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace latchkey::job {

/// Who gives the access.
enum class Provider { Mayar, Nomos };
inline constexpr std::array kProviders{Provider::Mayar, Provider::Nomos};

/// How a minted link reaches its customer. Mayar mails it itself: None.
enum class HandOver { None, Reply, Claim, Email };

/// The life of a job; docs/job-life.md draws it.
enum class State { Queued, Running, Done, Failed, Stale, Held, Cancelled };

/// What became of one attempt, or of one hand-over.
enum class Outcome { Accepted, Rejected, Throttled, NotSent, Unknown };

/// Why: the closed list of design section 11. Extended only here and in names.cpp.
enum class Code {
  EmailNotRegistered,
  CustomerNotFound,
  InvalidRequest,
  Unauthorized,
  Forbidden,
  PaymentRequired,
  Conflict,
  RateLimited,
  ProviderError,
  BadAnswer,
  UnexpectedLink,
  LinkRejected,
  Dns,
  Connect,
  Tls,
  Timeout,
  Reset,
  Crash,
  Shutdown,
  TokenFailed,
  BadCredentials,
  ExpiredBeforeSend,
  CallerGone,
  LinkExpired,
  SmtpRefused,
  SmtpDeferred,
  SmtpUnknown,
  AddressMismatch,
  Suppressed,
  MinInterval,
  Duplicate,
  Restored,
  Closed,
  AttemptsExhausted,
  AlreadySent
};

/// The one spelling of each, in SQL, JSON, TOML, logs and docs.
std::string_view name(Provider value);
std::string_view name(HandOver value);
std::string_view name(State value);
std::string_view name(Outcome value);
std::string_view name(Code value);

/// What a spelling stands for; nullopt for any other text.
std::optional<Provider> provider_named(std::string_view text);
std::optional<HandOver> hand_over_named(std::string_view text);
std::optional<State> state_named(std::string_view text);
std::optional<Outcome> outcome_named(std::string_view text);
std::optional<Code> code_named(std::string_view text);

/// One plain sentence for people: what the code means and what to do about it.
std::string_view meaning(Code value);
/// What a provider that is off lacks, as the end of "mayar is off: …".
std::string_view why_off(Provider value);

/// True for done, failed, stale, cancelled: nothing more happens to the job.
bool is_final(State state);

}  // namespace latchkey::job
