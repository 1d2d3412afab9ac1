#include <boost/test/unit_test.hpp>
#include <set>

#include "job/names.h"

namespace latchkey::job {
namespace {

// Walks an enum from its first value to its last: every value has a name of its own that leads back to it.
template <typename Enum, typename Named>
void check_names(Enum last, Named named) {
  std::set<std::string> seen;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    const std::string text(name(value));
    BOOST_CHECK_MESSAGE(seen.insert(text).second, text << " names two values");
    BOOST_CHECK_MESSAGE(named(text) == value, text << " does not lead back");
    BOOST_CHECK(!named(text + " "));
    BOOST_CHECK(!named(text.substr(1)));
  }
  BOOST_CHECK(!named(""));
  BOOST_CHECK_THROW(name(static_cast<Enum>(static_cast<int>(last) + 1)), std::out_of_range);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(names_tests)

BOOST_AUTO_TEST_CASE(every_value_has_one_name_that_leads_back) {
  check_names(Provider::Nomos, provider_named);
  check_names(HandOver::Email, hand_over_named);
  check_names(State::Cancelled, state_named);
  check_names(Outcome::Unknown, outcome_named);
  check_names(Code::AlreadySent, code_named);
}

// The words of design section 2, 3 and 11, which programs rely on: in the order of their enums.
BOOST_AUTO_TEST_CASE(names_are_the_published_ones) {
  BOOST_CHECK_EQUAL(name(Provider::Mayar), "mayar");
  BOOST_CHECK_EQUAL(name(HandOver::Claim), "claim");
  const std::vector<std::string> states{"queued", "running", "done", "failed", "stale", "held", "cancelled"};
  for (std::size_t i = 0; i < states.size(); ++i) BOOST_CHECK_EQUAL(name(static_cast<State>(i)), states[i]);
  const std::vector<std::string> outcomes{"accepted", "rejected", "throttled", "not_sent", "unknown"};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    BOOST_CHECK_EQUAL(name(static_cast<Outcome>(i)), outcomes[i]);
  }
  const std::vector<std::string> codes{"email_not_registered",
                                       "customer_not_found",
                                       "invalid_request",
                                       "unauthorized",
                                       "forbidden",
                                       "payment_required",
                                       "conflict",
                                       "rate_limited",
                                       "provider_error",
                                       "bad_answer",
                                       "unexpected_link",
                                       "link_rejected",
                                       "dns",
                                       "connect",
                                       "tls",
                                       "timeout",
                                       "reset",
                                       "crash",
                                       "shutdown",
                                       "token_failed",
                                       "bad_credentials",
                                       "expired_before_send",
                                       "caller_gone",
                                       "link_expired",
                                       "smtp_refused",
                                       "smtp_deferred",
                                       "smtp_unknown",
                                       "address_mismatch",
                                       "suppressed",
                                       "min_interval",
                                       "duplicate",
                                       "restored",
                                       "closed",
                                       "attempts_exhausted"};
  for (std::size_t i = 0; i < codes.size(); ++i) BOOST_CHECK_EQUAL(name(static_cast<Code>(i)), codes[i]);
}

BOOST_AUTO_TEST_CASE(names_are_read_as_written) {
  BOOST_CHECK(!provider_named("Mayar"));
  BOOST_CHECK(!state_named("scheduled"));
  BOOST_CHECK(!code_named("rate-limited"));
}

BOOST_AUTO_TEST_CASE(every_code_has_a_sentence_of_its_own) {
  std::set<std::string> seen;
  for (int i = 0; i <= static_cast<int>(Code::AlreadySent); ++i) {
    const std::string sentence(meaning(static_cast<Code>(i)));
    BOOST_CHECK_GT(sentence.size(), 10);
    BOOST_CHECK_MESSAGE(seen.insert(sentence).second, sentence);
  }
}

BOOST_AUTO_TEST_CASE(held_is_not_final) {
  const std::vector<bool> final{false, false, true, true, true, false, true};
  for (std::size_t i = 0; i < final.size(); ++i) {
    BOOST_CHECK_MESSAGE(is_final(static_cast<State>(i)) == final[i], name(static_cast<State>(i)));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::job
