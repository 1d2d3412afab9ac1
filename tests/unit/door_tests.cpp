// What the door asks of links that are claimed or mailed; submit_tests.cpp has what it asks of every request.
#include <boost/test/unit_test.hpp>

#include "engine/door.h"
#include "engine/erasure.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "ledger/commitment.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::HandOver;
using job::Provider;
using ledger::EntryType;
using std::chrono::minutes;
using test::claimable_link;
using test::EngineRig;
using test::mailed_link;

struct Rig : EngineRig {
  Rig() : EngineRig([](Settings& with) { with.mails = true; }) {}
  /// "field code: message" of the rejection, or "stored".
  std::string answer(const job::Submission& submission) {
    try {
      command([&](Context& context) { submit(context, submission); });
      return "stored";
    } catch (const InputError& error) {
      return error.errors().front().field + " " + error.code() + ": " + error.errors().front().message;
    }
  }
  std::optional<std::string> deliver_to(const std::string& customer_id) {
    return other->find_subject(Provider::Nomos, customer_id)->deliver_to;
  }
};

bool begins(const std::string& text, const std::string& with) {
  return text.starts_with(with);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(door_tests)

BOOST_AUTO_TEST_CASE(address_for_mails_is_kept_beside_the_recipient_and_committed_to) {
  Rig rig;
  BOOST_TEST(rig.answer(mailed_link("a", "Budi@Example.com", "cus_1")) == "stored");
  const auto subject = rig.other->find_subject(Provider::Nomos, "cus_1").value();
  BOOST_TEST(subject.deliver_to.value() == "Budi@Example.com");
  const ledger::Entry entry = rig.entries(EntryType::JobAccepted).front();
  BOOST_TEST(entry.deliver_commitment.value() ==
             ledger::deliver_commitment(subject.salt, Provider::Nomos, "budi@example.com"));
  BOOST_TEST((entry.hand_over == HandOver::Email));
  rig.command([](Context& context) { cancel(context, "a", ""); });
  BOOST_TEST(rig.answer(claimable_link("b", "cus_1")) == "stored");
  BOOST_TEST(!rig.entries(EntryType::JobAccepted).back().deliver_commitment);
  BOOST_TEST(rig.deliver_to("cus_1").value() == "Budi@Example.com");
}

// There is one place for the address: a job that was given the first must not be mailed to the second.
BOOST_AUTO_TEST_CASE(other_address_is_a_conflict_until_the_first_job_has_ended) {
  Rig rig;
  BOOST_TEST(rig.answer(mailed_link("a", "budi@example.com", "cus_1")) == "stored");
  const std::string rejected = rig.answer(mailed_link("b", "siti@example.com", "cus_1"));
  BOOST_TEST(begins(rejected, "deliverTo conflict: another request for this customer (a)"), rejected);
  BOOST_TEST(rejected.find("budi") == std::string::npos);
  BOOST_TEST(rig.deliver_to("cus_1").value() == "budi@example.com");
  // The same address, however it is spelled; another customer; and no mail at all.
  BOOST_TEST(rig.answer(mailed_link("c", "BUDI@Example.com", "cus_1")) == "stored");
  BOOST_TEST(rig.answer(mailed_link("d", "siti@example.com", "cus_2")) == "stored");
  BOOST_TEST(rig.answer(claimable_link("e", "cus_1")) == "stored");
  rig.command([](Context& context) {
    cancel(context, "a", "");
    cancel(context, "c", "");
  });
  BOOST_TEST(rig.answer(mailed_link("b", "siti@example.com", "cus_1")) == "stored");  // "e" is not mailed
  BOOST_TEST(rig.deliver_to("cus_1").value() == "siti@example.com");
}

BOOST_AUTO_TEST_CASE(job_that_is_held_may_be_mailed_still_and_keeps_its_address) {
  Rig rig;
  rig.mint(mailed_link("a", "budi@example.com", "cus_1"), "https://a.customerportal.energy/1");
  rig.finish_mail({});
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.state("a"), "held");
  BOOST_TEST(begins(rig.answer(mailed_link("b", "siti@example.com", "cus_1")), "deliverTo conflict"));
  rig.command([](Context& context) { close(context, "a", false, "not there"); });
  BOOST_TEST(rig.answer(mailed_link("b", "siti@example.com", "cus_1")) == "stored");
}

BOOST_AUTO_TEST_CASE(repeat_with_another_address_is_another_request) {
  Rig rig;
  BOOST_TEST(rig.answer(mailed_link("a", "budi@example.com", "cus_1")) == "stored");
  BOOST_TEST(rig.answer(mailed_link("a", "Budi@EXAMPLE.com", "cus_1")) == "stored");  // the same
  BOOST_TEST(rig.entries(EntryType::JobAccepted).size() == 1U);
  BOOST_TEST(begins(rig.answer(mailed_link("a", "siti@example.com", "cus_1")), "requestId conflict"));
  BOOST_TEST(begins(rig.answer(claimable_link("a", "cus_1")), "requestId conflict"));
}

BOOST_AUTO_TEST_CASE(nomos_without_a_hand_over_is_told_which_there_are) {
  Rig rig;
  job::Submission submission = claimable_link("a");
  submission.hand_over = HandOver::None;
  const std::string rejected = rig.answer(submission);
  BOOST_TEST(begins(rejected, "handover no_handover: "));
  for (const char* word : {"claim", "email", "deliverTo", "--wait", "/v1/links"}) {
    BOOST_TEST(rejected.find(word) != std::string::npos, word);
  }
}

BOOST_AUTO_TEST_CASE(email_without_a_mail_server_is_off_and_claim_is_not) {
  Rig rig;
  rig.settings.mails = false;
  const std::string rejected = rig.answer(mailed_link("a", "budi@example.com"));
  BOOST_TEST(begins(rejected, "handover no_handover: email is off"), rejected);
  BOOST_TEST(rejected.find("[smtp]") != std::string::npos);
  BOOST_TEST(rig.answer(claimable_link("b")) == "stored");
  BOOST_TEST(!rig.other->find_subject(Provider::Nomos, "cus_a"));
}

// Whoever was erased and wants no more mail gets none through a customer id either.
BOOST_AUTO_TEST_CASE(suppressed_email_is_no_address_for_mails) {
  Rig rig;
  rig.settings.fingerprint_keys = []() -> const std::vector<Secret>& {
    static std::vector<Secret> keys;
    if (keys.empty()) keys.emplace_back(std::string(32, 'n'));
    return keys;
  };
  rig.command([](Context& context) { suppress(context, Provider::Mayar, "budi@example.com"); });
  BOOST_TEST(begins(rig.answer(mailed_link("a", "Budi@example.com")), "deliverTo suppressed"));
  BOOST_TEST(rig.answer(mailed_link("b", "siti@example.com")) == "stored");
  BOOST_TEST(rig.answer(claimable_link("c", "cus_a")) == "stored");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
