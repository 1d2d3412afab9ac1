#include "job/names.h"

#include <algorithm>

namespace latchkey::job {
namespace {

// Each table is in the order of its enum; a unit test walks them all.
constexpr std::array<std::string_view, 2> kProviderNames{"mayar", "nomos"};
constexpr std::array<std::string_view, 4> kHandOverNames{"none", "reply", "claim", "email"};
constexpr std::array<std::string_view, 7> kStateNames{"queued", "running", "done",     "failed",
                                                      "stale",  "held",    "cancelled"};
constexpr std::array<std::string_view, 5> kOutcomeNames{"accepted", "rejected", "throttled", "not_sent",
                                                        "unknown"};

struct CodeText {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<CodeText, 35> kCodes{{
    {"email_not_registered", "the provider knows no customer with this email"},
    {"customer_not_found", "the provider knows no customer with this id"},
    {"invalid_request", "the provider rejects the request as invalid"},
    {"unauthorized", "the provider does not accept our credentials; renew the key, then resume the provider"},
    {"forbidden", "our key lacks a permission at the provider; mend it there, then resume the provider"},
    {"payment_required", "the provider wants our account to be paid; settle it, then resume the provider"},
    {"conflict", "the provider reports a conflict"},
    {"rate_limited", "the provider's limit is reached; calls wait as long as it says"},
    {"provider_error", "the provider failed on its side"},
    {"bad_answer", "the answer could not be read, so it does not say what was done"},
    {"unexpected_link", "the answer held a link where none belongs; it was thrown away"},
    {"link_rejected", "the minted link does not look like one of the provider's; it was thrown away"},
    {"dns", "the provider's name did not resolve"},
    {"connect", "no connection to the provider"},
    {"tls", "no trustworthy TLS connection to the provider"},
    {"timeout", "the call took too long"},
    {"reset", "the connection broke"},
    {"crash", "the daemon died while this was under way"},
    {"shutdown", "the daemon was stopped while this was under way"},
    {"token_failed", "no access token could be had from the provider"},
    {"bad_credentials", "the provider rejects our client id or secret; renew them, then resume the provider"},
    {"expired_before_send", "its time ran out before the request was written; nothing was sent"},
    {"caller_gone", "nobody was waiting for the link any more"},
    {"link_expired", "the link's time ran out before it was handed over"},
    {"smtp_refused", "the mail server refuses this address"},
    {"smtp_deferred", "the mail server cannot take the message now"},
    {"smtp_unknown", "nobody knows whether the mail server took the message"},
    {"address_mismatch", "the provider has another address for this customer"},
    {"suppressed", "this recipient was erased and asked not to be contacted"},
    {"min_interval", "this recipient was written to a short while ago"},
    {"duplicate", "the same request was there already"},
    {"restored", "the database was restored from a backup; the job may have been sent after it was taken"},
    {"closed", "a person closed it"},
    {"attempts_exhausted", "all tries are used up"},
    {"already_sent", "an earlier run of the definition has written to this recipient"},
}};

template <typename Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto at = std::find(names.begin(), names.end(), text);
  if (at == names.end()) return std::nullopt;
  return static_cast<Enum>(at - names.begin());
}

}  // namespace

std::string_view name(Provider value) {
  return kProviderNames.at(static_cast<std::size_t>(value));
}
std::string_view name(HandOver value) {
  return kHandOverNames.at(static_cast<std::size_t>(value));
}
std::string_view name(State value) {
  return kStateNames.at(static_cast<std::size_t>(value));
}
std::string_view name(Outcome value) {
  return kOutcomeNames.at(static_cast<std::size_t>(value));
}
std::string_view name(Code value) {
  return kCodes.at(static_cast<std::size_t>(value)).name;
}
std::string_view why_off(Provider value) {
  return value == Provider::Mayar ? "its key file is missing or empty"
                                  : "its client_id is not set, or its key file is missing or empty";
}

std::string_view meaning(Code value) {
  return kCodes.at(static_cast<std::size_t>(value)).meaning;
}

std::optional<Provider> provider_named(std::string_view text) {
  return find<Provider>(kProviderNames, text);
}
std::optional<HandOver> hand_over_named(std::string_view text) {
  return find<HandOver>(kHandOverNames, text);
}
std::optional<State> state_named(std::string_view text) {
  return find<State>(kStateNames, text);
}
std::optional<Outcome> outcome_named(std::string_view text) {
  return find<Outcome>(kOutcomeNames, text);
}

std::optional<Code> code_named(std::string_view text) {
  const auto at =
      std::find_if(kCodes.begin(), kCodes.end(), [&](const CodeText& code) { return code.name == text; });
  if (at == kCodes.end()) return std::nullopt;
  return static_cast<Code>(at - kCodes.begin());
}

bool is_final(State state) {
  switch (state) {
    case State::Done:
    case State::Failed:
    case State::Stale:
    case State::Cancelled:
      return true;
    case State::Queued:
    case State::Running:
    case State::Held:
      return false;
  }
  return false;
}

}  // namespace latchkey::job
