#include "job/submission.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/time_text.h"

namespace latchkey::job {
namespace {

constexpr Millis kFarthest = std::chrono::hours(24 * 366);
constexpr std::size_t kRequestIdMax = 64;

/// Checks one draft field by field and keeps what is wrong with each.
class DraftCheck {
 public:
  DraftCheck(const Draft& draft, Provider provider, const SubmissionLimits& limits)
      : draft_(draft), provider_(provider), limits_(limits) {
    submission_.provider = provider;
  }

  Submission run() {
    check_request_id();
    check_recipient();
    check_at();
    check_lifetime();
    check_deliver_to(check_hand_over());
    if (!errors_.empty()) reject();
    return std::move(submission_);
  }

 private:
  void wrong(std::string field, std::string message) {
    errors_.push_back({std::move(field), std::move(message)});
  }

  /// The value, unless it is absent or holds something that must not be stored or shown.
  const std::string* printable(const std::optional<std::string>& value, const char* field) {
    if (!value) return nullptr;
    const auto part = unprintable_part(*value);
    if (part) wrong(field, "contains " + *part);
    return part ? nullptr : &*value;
  }

  void check_request_id() {
    const std::string* id = printable(draft_.request_id, "requestId");
    if (id == nullptr) return;
    if (const auto part = telling_part(*id)) {
      wrong("requestId", "must not hold \"" + std::string(*part) +
                             "\": it stays in the ledger for ever, which names no recipient and no token");
    } else if (is_id(*id)) {
      submission_.request_id = *id;
    } else if (id->empty()) {
      wrong("requestId", "is empty; leave it out to get one");
    } else if (id->size() > kRequestIdMax) {
      wrong("requestId", "has " + std::to_string(id->size()) + " characters; at most 64 are allowed");
    } else {
      // Not shown: people put addresses there.
      wrong("requestId", "may hold letters, digits, \".\", \"_\", \":\" and \"-\" only");
    }
  }

  void check_recipient() {
    const bool is_mayar = provider_ == Provider::Mayar;
    const auto& own = is_mayar ? draft_.email : draft_.customer_id;
    const auto& foreign = is_mayar ? draft_.customer_id : draft_.email;
    if (foreign) {
      wrong(is_mayar ? "customerId" : "email",
            is_mayar ? "mayar takes an email instead" : "nomos takes a customerId instead");
    }
    try {
      submission_.recipient = parse_recipient(provider_, own.value_or(""));
    } catch (const InputError& error) {
      errors_.insert(errors_.end(), error.errors().begin(), error.errors().end());
    }
  }

  void check_at() {
    const std::string* text = printable(draft_.at, "at");
    if (text == nullptr) return;
    submission_.at = parse_rfc3339(*text);
    if (!submission_.at) {
      wrong("at", "expected a time with its zone such as \"2026-03-01T09:00:00+07:00\", got \"" +
                      shown(*text) + "\"");
    } else if (std::chrono::abs(*submission_.at - limits_.now) > kFarthest) {
      wrong("at", "lies more than a year from now");
    }
  }

  void check_lifetime() {
    const std::string* text = printable(draft_.lifetime, "lifetime");
    if (text == nullptr) return;
    submission_.lifetime = parse_duration(*text);
    if (!submission_.lifetime || *submission_.lifetime <= Millis(0)) {
      wrong("lifetime", "expected a duration such as \"10m\", got \"" + shown(*text) + "\"");
    } else if (*submission_.lifetime > limits_.link_lifetime) {
      wrong("lifetime",
            "at most " + format_duration(limits_.link_lifetime) + ", the provider's link_lifetime");
    }
  }

  /// False when it is wrong, so that nobody can say what goes with it.
  bool check_hand_over() {
    if (provider_ == Provider::Nomos) submission_.hand_over = limits_.hand_over;
    if (!draft_.hand_over) return true;
    const std::string* text = printable(draft_.hand_over, "handover");
    if (text == nullptr) return false;
    const auto hand_over = hand_over_named(*text);
    if (provider_ == Provider::Mayar) {
      wrong("handover", "mayar mails the link itself; leave it out");
    } else if (!hand_over || *hand_over == HandOver::None) {
      wrong("handover", "expected \"claim\", \"email\" or \"reply\", got \"" + shown(*text) + "\"");
    } else {
      submission_.hand_over = *hand_over;
      return true;
    }
    return false;
  }

  void check_deliver_to(bool hand_over_known) {
    const bool mailed = submission_.hand_over == HandOver::Email;
    const std::string* text = printable(draft_.deliver_to, "deliverTo");
    if (!draft_.deliver_to) {
      if (mailed && hand_over_known)
        wrong("deliverTo", "is needed: the email address that the link is mailed to");
    } else if (!mailed && hand_over_known) {
      wrong("deliverTo", "goes with the hand-over \"email\" only");
    } else if (text != nullptr) {
      try {
        submission_.deliver_to = parse_recipient(Provider::Mayar, *text);
      } catch (const InputError& error) {
        for (const FieldError& one : error.errors()) wrong("deliverTo", one.message);
      }
    }
  }

  [[noreturn]] void reject() {
    std::string summary = errors_.front().field + ": " + errors_.front().message;
    if (errors_.size() > 1) summary += " (and " + std::to_string(errors_.size() - 1) + " more)";
    throw InputError("invalid_request", summary, std::move(errors_));
  }

  const Draft& draft_;
  const Provider provider_;
  const SubmissionLimits& limits_;
  Submission submission_;
  std::vector<FieldError> errors_;
};

}  // namespace

Submission check_draft(const Draft& draft, Provider provider, const SubmissionLimits& limits) {
  return DraftCheck(draft, provider, limits).run();
}

std::string payload_bytes(const Submission& submission) {
  // No value here can hold a character that JSON would escape: parse_recipient allows none.
  std::string bytes = "{\"provider\":\"" + std::string(name(submission.provider)) + "\",\"recipient\":\"" +
                      submission.recipient.normalised + "\"";
  if (submission.at) bytes += ",\"at\":" + std::to_string(to_ms(*submission.at));
  if (submission.lifetime) bytes += ",\"lifetime\":" + std::to_string(submission.lifetime->count());
  if (submission.hand_over != HandOver::None) {
    bytes += ",\"handover\":\"" + std::string(name(submission.hand_over)) + "\"";
  }
  if (submission.deliver_to) bytes += ",\"deliverTo\":\"" + submission.deliver_to->normalised + "\"";
  return bytes + "}";
}

}  // namespace latchkey::job
