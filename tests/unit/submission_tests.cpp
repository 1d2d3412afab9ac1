#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "base/time_text.h"
#include "job/submission.h"

using namespace std::chrono_literals;
using latchkey::FieldError;
using latchkey::InputError;
using latchkey::Millis;
using latchkey::parse_rfc3339;
using latchkey::job::check_draft;
using latchkey::job::Draft;
using latchkey::job::HandOver;
using latchkey::job::payload_bytes;
using latchkey::job::Provider;
using latchkey::job::Submission;
using latchkey::job::SubmissionLimits;

namespace {

const SubmissionLimits kLimits{15min, *parse_rfc3339("2026-03-01T00:00:00Z")};

Draft mail() {
  Draft draft;
  draft.email = "Budi@Example.com";
  return draft;
}

Draft mint() {
  Draft draft;
  draft.customer_id = "cus_1";
  return draft;
}

std::vector<FieldError> complaints(const Draft& draft, Provider provider) {
  try {
    check_draft(draft, provider, kLimits);
    return {};
  } catch (const InputError& error) {
    BOOST_TEST(error.code() == "invalid_request");
    return error.errors();
  }
}

/// The one complaint about a draft as "field: message", or how many there are.
std::string complaint(const Draft& draft, Provider provider = Provider::Mayar) {
  const auto all = complaints(draft, provider);
  if (all.size() != 1) return std::to_string(all.size()) + " complaints";
  return all[0].field + ": " + all[0].message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(submission_tests)

BOOST_AUTO_TEST_CASE(takes_a_draft_with_nothing_but_a_recipient) {
  const Submission submission = check_draft(mail(), Provider::Mayar, kLimits);
  BOOST_TEST(submission.request_id == "");
  BOOST_TEST((submission.provider == Provider::Mayar));
  BOOST_TEST(submission.recipient.address == "Budi@Example.com");
  BOOST_TEST(submission.recipient.normalised == "budi@example.com");
  BOOST_TEST(!submission.at.has_value());
  BOOST_TEST(!submission.lifetime.has_value());
  BOOST_TEST((submission.hand_over == HandOver::None));
  BOOST_TEST(!submission.pace);
}

BOOST_AUTO_TEST_CASE(takes_a_draft_with_everything) {
  Draft draft = mint();
  draft.request_id = "order:17_a.b-C";
  draft.at = "2026-03-02T09:00:00+07:00";
  draft.lifetime = "10m";
  draft.hand_over = "reply";
  const Submission submission = check_draft(draft, Provider::Nomos, kLimits);
  BOOST_TEST(submission.request_id == "order:17_a.b-C");
  BOOST_TEST((submission.at == parse_rfc3339("2026-03-02T02:00:00Z")));
  BOOST_TEST((submission.lifetime == Millis(10min)));
  BOOST_TEST((submission.hand_over == HandOver::Reply));
}

BOOST_AUTO_TEST_CASE(reports_every_wrong_field_at_once) {
  Draft draft;
  draft.request_id = "a b";
  draft.at = "tomorrow";
  draft.lifetime = "soon";
  draft.hand_over = "pigeon";
  draft.deliver_to = "a@b";
  std::string fields;
  for (const FieldError& error : complaints(draft, Provider::Nomos)) fields += error.field + " ";
  BOOST_TEST(fields == "requestId customerId at lifetime handover deliverTo ");
}

BOOST_AUTO_TEST_CASE(rejects_a_bad_request_id_without_showing_it) {
  Draft draft = mail();
  draft.request_id = std::string(64, 'r');
  BOOST_TEST(complaints(draft, Provider::Mayar).empty());
  draft.request_id = std::string(65, 'r');
  BOOST_TEST(complaint(draft) == "requestId: has 65 characters; at most 64 are allowed");
  draft.request_id = "budi@example.com";
  BOOST_TEST(complaint(draft) == "requestId: may hold letters, digits, \".\", \"_\", \":\" and \"-\" only");
  draft.request_id = "";
  BOOST_TEST(complaint(draft) == "requestId: is empty; leave it out to get one");
  draft.request_id = "a\nb";
  BOOST_TEST(complaint(draft) == "requestId: contains a line break");
  for (const char* id : {"cus_7f3k", "welcome-cus_7f3k", "lk_am2iz3qw"}) {
    draft.request_id = id;
    BOOST_TEST(complaint(draft).starts_with("requestId: must not hold"), id);
  }
}

BOOST_AUTO_TEST_CASE(rejects_the_other_providers_recipient) {
  Draft both = mail();
  both.customer_id = "cus_1";
  BOOST_TEST(complaint(both, Provider::Mayar) == "customerId: mayar takes an email instead");
  BOOST_TEST(complaint(both, Provider::Nomos) == "email: nomos takes a customerId instead");
  BOOST_TEST(complaints(mint(), Provider::Mayar).size() == 2U);
}

BOOST_AUTO_TEST_CASE(rejects_a_time_that_is_none) {
  Draft draft = mail();
  for (const char* at : {"", "2026-02-30T09:00:00Z", "2026-03-02T09:00:00", "2026-03-02", "1772330400"}) {
    draft.at = at;
    BOOST_TEST(complaint(draft).starts_with("at: expected a time with its zone"));
  }
  draft.at = "2026-03-02T09:00\u202E:00Z";
  BOOST_TEST(complaint(draft) == "at: contains a bidirectional mark");
}

BOOST_AUTO_TEST_CASE(rejects_a_time_more_than_a_year_away) {
  Draft draft = mail();
  for (const char* at : {"2027-03-02T00:00:00Z", "2025-02-28T00:00:00Z"}) {  // 366 days after and before
    draft.at = at;
    BOOST_TEST(complaints(draft, Provider::Mayar).empty());
  }
  for (const char* at : {"2027-03-02T00:00:00.001Z", "2025-02-27T23:59:59.999Z", "9999-12-31T00:00:00Z"}) {
    draft.at = at;
    BOOST_TEST(complaint(draft) == "at: lies more than a year from now");
  }
}

BOOST_AUTO_TEST_CASE(rejects_a_lifetime_that_is_none_or_too_long) {
  Draft draft = mail();
  for (const char* lifetime : {"", "0s", "10", "-1m", "1m ", "99999999999999999999d"}) {
    draft.lifetime = lifetime;
    BOOST_TEST(complaint(draft).starts_with("lifetime: expected a duration"));
  }
  draft.lifetime = "15m";
  BOOST_TEST(complaints(draft, Provider::Mayar).empty());
  draft.lifetime = "15m1ms";
  BOOST_TEST(complaint(draft) == "lifetime: at most 15m, the provider's link_lifetime");
}

BOOST_AUTO_TEST_CASE(hand_over_is_for_nomos_and_one_of_three) {
  Draft draft = mint();
  for (const char* hand_over : {"claim", "reply"}) {
    draft.hand_over = hand_over;
    BOOST_TEST(name(check_draft(draft, Provider::Nomos, kLimits).hand_over) == hand_over);
  }
  for (const char* hand_over : {"none", "", "Reply", "mail"}) {
    draft.hand_over = hand_over;
    BOOST_TEST(complaint(draft, Provider::Nomos) ==
               "handover: expected \"claim\", \"email\" or \"reply\", got \"" + std::string(hand_over) +
                   "\"");
  }
  draft = mail();
  for (const char* hand_over : {"reply", "none", ""}) {
    draft.hand_over = hand_over;
    BOOST_TEST(complaint(draft) == "handover: mayar mails the link itself; leave it out");
  }
}

BOOST_AUTO_TEST_CASE(hand_over_that_is_not_named_is_what_the_limits_say) {
  SubmissionLimits limits = kLimits;
  BOOST_TEST((check_draft(mint(), Provider::Nomos, limits).hand_over == HandOver::None));
  limits.hand_over = HandOver::Claim;
  BOOST_TEST((check_draft(mint(), Provider::Nomos, limits).hand_over == HandOver::Claim));
  BOOST_TEST((check_draft(mail(), Provider::Mayar, limits).hand_over == HandOver::None));
  Draft draft = mint();
  draft.hand_over = "reply";
  BOOST_TEST((check_draft(draft, Provider::Nomos, limits).hand_over == HandOver::Reply));
}

BOOST_AUTO_TEST_CASE(email_hand_over_takes_an_address_and_no_other_does) {
  Draft draft = mint();
  draft.hand_over = "email";
  BOOST_TEST(complaint(draft, Provider::Nomos) ==
             "deliverTo: is needed: the email address that the link is mailed to");
  draft.deliver_to = " Budi@EXAMPLE.com ";
  const Submission submission = check_draft(draft, Provider::Nomos, kLimits);
  BOOST_TEST(submission.deliver_to.value().address == "Budi@EXAMPLE.com");
  BOOST_TEST(submission.deliver_to.value().normalised == "budi@example.com");
  SubmissionLimits by_default = kLimits;
  by_default.hand_over = HandOver::Email;
  draft.hand_over.reset();
  BOOST_TEST(check_draft(draft, Provider::Nomos, by_default).deliver_to.has_value());
  BOOST_TEST(complaint(draft, Provider::Nomos) == "deliverTo: goes with the hand-over \"email\" only");
  for (const char* hand_over : {"claim", "reply"}) {
    draft.hand_over = hand_over;
    BOOST_TEST(complaint(draft, Provider::Nomos) == "deliverTo: goes with the hand-over \"email\" only");
  }
  // What is said of one fault is said once.
  draft.hand_over = "mail";
  BOOST_TEST(complaint(draft, Provider::Nomos).starts_with("handover: expected"));
  draft = mail();
  draft.deliver_to = "budi@example.com";
  BOOST_TEST(complaint(draft) == "deliverTo: goes with the hand-over \"email\" only");
}

BOOST_AUTO_TEST_CASE(deliver_to_is_held_to_what_holds_for_emails_and_not_shown) {
  Draft draft = mint();
  draft.hand_over = "email";
  for (const char* address :
       {"", "cus_7f3k", "agus", "budi@localhost", "Budi <budi@example.com>",
        "budi@example.com,siti@example.com", "budi@example.com\r\nBcc: x@example.com"}) {
    draft.deliver_to = address;
    const std::string text = complaint(draft, Provider::Nomos);
    BOOST_TEST(text.starts_with("deliverTo: "), text);
    const std::string given = address;
    BOOST_TEST((given.empty() || text.find(given) == std::string::npos), text);
  }
}

// These bytes are stored as HMACs: were a line to change, every repeat of an old request would become a
// conflict.
BOOST_AUTO_TEST_CASE(payload_bytes_never_change) {
  BOOST_TEST(payload_bytes(check_draft(mail(), Provider::Mayar, kLimits)) ==
             R"({"provider":"mayar","recipient":"budi@example.com"})");
  Draft draft = mint();
  draft.request_id = "not-part-of-it";
  draft.at = "2026-03-01T09:00:00+07:00";
  draft.lifetime = "10m";
  draft.hand_over = "reply";
  BOOST_TEST(
      payload_bytes(check_draft(draft, Provider::Nomos, kLimits)) ==
      R"({"provider":"nomos","recipient":"cus_1","at":1772330400000,"lifetime":600000,"handover":"reply"})");
  draft = mint();
  draft.hand_over = "claim";
  BOOST_TEST(payload_bytes(check_draft(draft, Provider::Nomos, kLimits)) ==
             R"({"provider":"nomos","recipient":"cus_1","handover":"claim"})");
  draft.hand_over = "email";
  draft.deliver_to = "Budi@BÜCHER.example";
  BOOST_TEST(
      payload_bytes(check_draft(draft, Provider::Nomos, kLimits)) ==
      R"({"provider":"nomos","recipient":"cus_1","handover":"email","deliverTo":"budi@xn--bcher-kva.example"})");
}

BOOST_AUTO_TEST_CASE(payload_bytes_are_those_of_the_meaning_not_the_spelling) {
  Draft one = mail();
  one.at = "2026-03-01T09:00:00+07:00";
  one.lifetime = "90s";
  Draft other = mail();
  other.email = " BUDI@EXAMPLE.COM ";
  other.at = "2026-03-01T02:00:00.000Z";
  other.lifetime = "1m30s";
  BOOST_TEST(payload_bytes(check_draft(one, Provider::Mayar, kLimits)) ==
             payload_bytes(check_draft(other, Provider::Mayar, kLimits)));
  other.lifetime.reset();
  BOOST_TEST(payload_bytes(check_draft(one, Provider::Mayar, kLimits)) !=
             payload_bytes(check_draft(other, Provider::Mayar, kLimits)));
}

BOOST_AUTO_TEST_SUITE_END()
