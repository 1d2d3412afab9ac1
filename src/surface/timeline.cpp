#include "surface/timeline.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time_text.h"
#include "surface/table.h"

namespace latchkey::surface {
namespace {

using ledger::Entry;
using ledger::EntryType;

constexpr std::size_t kDateLength = 10;  // of format_local: "2026-01-02 10:04:05 WIB"
constexpr std::size_t kTimeLength = 8;

std::string clock_time(TimePoint t) {
  return fmt::format("{}.{:03}", format_local(t).substr(kDateLength + 1, kTimeLength), to_ms(t) % 1000);
}

std::string date_and_zone(TimePoint t) {
  const std::string text = format_local(t);
  return text.substr(0, kDateLength) + text.substr(kDateLength + 1 + kTimeLength);
}

// Like format_span, but nothing is "0 s": a timeline counts in milliseconds.
std::string span_words(Millis span) {
  return span == Millis(0) ? "0 ms" : format_span(span);
}

// "throttled, HTTP 429, 32 ms: the provider's limit is reached …"
std::string end_words(const Entry& entry) {
  std::string words(entry.outcome ? name(*entry.outcome) : "ended");
  if (entry.http) words += ", HTTP " + std::to_string(*entry.http);
  if (entry.ms) words += ", " + span_words(Millis(*entry.ms));
  if (entry.code) words += ": " + std::string(job::meaning(*entry.code));
  // A throttled job is due again at once; what it waits for is its gate.
  if (entry.due_at && *entry.due_at > entry.t) words += "; next try at " + clock_time(*entry.due_at);
  return words;
}

std::string code_words(const Entry& entry) {
  return entry.code ? std::string(job::meaning(*entry.code)) : std::string();
}

// "by uid:1000: the customer has called"
std::string person_words(const Entry& entry) {
  std::string words = "by " + shown(entry.actor);
  if (entry.reason) words += ": " + shown(*entry.reason, 200);
  return words;
}

std::string acceptance_words(const Entry& entry) {
  std::string words(entry.provider ? name(*entry.provider) : "");
  if (entry.due_at) words += ", due " + format_local(*entry.due_at);
  if (entry.expires_at) words += ", expires " + format_local(*entry.expires_at);
  if (entry.reprocess_of) words += ", repeats " + shown(*entry.reprocess_of);
  return words + ", by " + shown(entry.actor);
}

std::string closing_words(const Entry& entry) {
  const bool sent = entry.outcome == job::Outcome::Accepted;
  return std::string(sent ? "as sent, " : "as not sent, ") + person_words(entry);
}

std::string hand_over_words(const Entry& entry) {
  std::string words = entry.hand_over == job::HandOver::Claim   ? "the link waits to be claimed"
                      : entry.hand_over == job::HandOver::Email ? "a mail with the link goes out"
                                                                : "the link goes to whoever waits for it";
  if (entry.link_expires_at) words += "; it works until " + format_local(*entry.link_expires_at);
  return words;
}

std::string provider_words(const Entry& entry) {
  std::string words(entry.provider ? name(*entry.provider) : "");
  if (entry.code) words += ": " + code_words(entry);
  return words + (words.empty() ? "" : ", ") + person_words(entry);
}

// What happened, in a word or two, in the colour of its end.
Cell title(const Entry& entry) {
  const bool good = entry.outcome == job::Outcome::Accepted;
  const std::string attempt = "attempt " + std::to_string(entry.attempt.value_or(0));
  switch (entry.type) {
    case EntryType::JobAccepted:
      return {"accepted"};
    case EntryType::AttemptIntent:
      return {attempt};
    case EntryType::AttemptResult:
      return {attempt, good ? Paint::Good : Paint::Warning};
    case EntryType::AttemptLate:
      return {attempt + ", late", Paint::Warning};
    case EntryType::HandoverIntent:
      return {"hand-over"};
    case EntryType::HandoverResult:
      return {"hand-over", good ? Paint::Good : Paint::Warning};
    case EntryType::LinkClaimed:
      return {"claimed", Paint::Good};
    case EntryType::LinkExpired:
      return {"link expired", Paint::Bad};
    case EntryType::JobRefused:
      return {"stale", Paint::Warning};
    case EntryType::JobFailed:
      return {"failed", Paint::Bad};
    case EntryType::JobHeld:
      return {"held", Paint::Warning};
    case EntryType::JobReleased:
      return {"released"};
    case EntryType::JobClosed:
      return {"closed", good ? Paint::Good : Paint::Bad};
    case EntryType::JobCancelled:
      return {"cancelled", Paint::Quiet};
    case EntryType::JobReprocessed:
      return {"reprocessed"};
    default:
      return {std::string(name(entry.type))};
  }
}

}  // namespace

std::string entry_words(const Entry& entry) {
  switch (entry.type) {
    case EntryType::JobAccepted:
      return acceptance_words(entry);
    case EntryType::AttemptIntent:
      return "the call to " + std::string(entry.provider ? name(*entry.provider) : "the provider") +
             " begins";
    case EntryType::AttemptResult:
    case EntryType::AttemptLate:
    case EntryType::HandoverResult:
      return end_words(entry);
    case EntryType::HandoverIntent:
      return hand_over_words(entry);
    case EntryType::JobRefused:
    case EntryType::JobFailed:
    case EntryType::JobHeld:
    case EntryType::LinkExpired:
      return code_words(entry);
    case EntryType::JobCancelled:
      return entry.code ? code_words(entry) : person_words(entry);
    case EntryType::JobClosed:
      return closing_words(entry);
    case EntryType::JobReprocessed:
      return "as " + shown(entry.reprocessed_as.value_or("")) + ", " + person_words(entry);
    case EntryType::ProviderPaused:
    case EntryType::ProviderResumed:
      return provider_words(entry);
    case EntryType::LogInit:
      return entry.origin.value_or("") + ", " + person_words(entry);
    case EntryType::TokenCreated:
    case EntryType::TokenRevoked:
      return entry.name.value_or("") + ", " + person_words(entry);
    case EntryType::ClockJump:
      return entry.direction.value_or("") + " by " + format_span(Millis(entry.ms.value_or(0)));
    default:
      return person_words(entry);
  }
}

std::string timeline_text(const std::vector<Entry>& entries, bool coloured) {
  Table table;
  table.align_right(1);
  std::string date;
  const Entry* before = nullptr;
  for (const Entry& entry : entries) {
    if (date_and_zone(entry.t) != date) {
      date = date_and_zone(entry.t);
      table.add({Cell(date, Paint::Quiet)});
    }
    const std::string since = before == nullptr ? "" : "+" + span_words(entry.t - before->t);
    table.add({clock_time(entry.t), Cell(since, Paint::Quiet), title(entry), entry_words(entry)});
    before = &entry;
  }
  return table.text(coloured, 2);
}

}  // namespace latchkey::surface
