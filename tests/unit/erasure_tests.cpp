#include <boost/test/unit_test.hpp>

#include "engine/erasure.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Outcome;
using ledger::EntryType;
using std::chrono::minutes;
using test::EngineRig;
using test::mail;

constexpr const char* kBudi = "budi@example.com";

void with_keys(Settings& settings) {
  settings.fingerprint_keys = []() -> const std::vector<Secret>& {
    static const std::vector<Secret> keys = [] {
      std::vector<Secret> made;
      made.emplace_back(std::string(32, 'n'));
      made.emplace_back(std::string(32, 'o'));
      return made;
    }();
    return keys;
  };
}

job::Submission later(EngineRig& rig, const std::string& request_id) {
  job::Submission submission = mail(request_id, kBudi);
  submission.at = rig.begin + minutes(5);
  return submission;
}

Erasure erased(EngineRig& rig, bool suppressed = false) {
  Erasure erasure;
  rig.command([&](Context& context) {
    const auto subject = context.store.find_subject(job::Provider::Mayar, kBudi);
    BOOST_REQUIRE(subject.has_value());
    erasure = erase(context, {*subject}, "asked to be forgotten", suppressed);
  });
  return erasure;
}

std::string rejection(EngineRig& rig, const job::Submission& submission) {
  try {
    rig.command([&](Context& context) { submit(context, submission); });
    return "";
  } catch (const InputError& error) {
    return error.code();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(erasure_tests)

BOOST_AUTO_TEST_CASE(queued_jobs_are_cancelled_and_the_subject_is_gone) {
  EngineRig rig;
  rig.command([&](Context& context) {
    submit(context, later(rig, "a"));
    submit(context, later(rig, "b"));
    submit(context, mail("other", "abudi@example.com"));
  });
  const job::Job before = rig.job_of("b");
  const Erasure erasure = erased(rig);
  BOOST_TEST(erasure.cancelled == 2);
  BOOST_TEST(!erasure.under_way);
  BOOST_TEST(rig.state("a") == "cancelled");
  BOOST_TEST(rig.state("other") == "queued");
  BOOST_TEST(!rig.other->subject(before.subject));
  BOOST_TEST(rig.other->find_subject(job::Provider::Mayar, "abudi@example.com").has_value());
  const auto entry = rig.entries(EntryType::SubjectErased).front();
  BOOST_TEST(entry.subject.value() == before.subject);
  BOOST_TEST(entry.subject_prev.value() == before.last_seq);
  BOOST_TEST(entry.reason.value() == "asked to be forgotten");
  BOOST_TEST(entry.actor == "uid:1000");
  BOOST_TEST(!entry.code);
}

BOOST_AUTO_TEST_CASE(call_under_way_is_waited_for_and_not_repeated) {
  EngineRig rig;
  rig.start(mail("a", kBudi));
  rig.command([&](Context& context) { submit(context, later(rig, "b")); });
  const Erasure first = erased(rig);
  BOOST_REQUIRE(first.under_way.has_value());
  BOOST_TEST(first.under_way->request_id == "a");
  BOOST_TEST(first.cancelled == 1);
  BOOST_TEST(rig.entries(EntryType::SubjectErased).empty());
  BOOST_TEST(erased(rig).under_way.has_value());  // asked again meanwhile
  BOOST_TEST(rig.entries(EntryType::JobCancelled).size() == 2U);
  rig.finish_call(test::ended(Outcome::NotSent, job::Code::Connect));
  rig.turn();
  BOOST_TEST(rig.state("a") == "cancelled");
  BOOST_TEST(!erased(rig).under_way);
  BOOST_TEST(rig.entries(EntryType::SubjectErased).size() == 1U);
}

BOOST_AUTO_TEST_CASE(held_job_wants_a_person_first_and_nothing_changes) {
  EngineRig rig;
  rig.finish_call(rig.start(mail("a", kBudi)), test::ended(Outcome::Unknown, job::Code::Timeout));
  rig.turn();
  rig.command([&](Context& context) { submit(context, later(rig, "b")); });
  const auto before = rig.entries();
  BOOST_CHECK_THROW(erased(rig), InputError);
  BOOST_TEST(rig.entries() == before);
  BOOST_TEST(rig.state("b") == "queued");
  rig.command([](Context& context) { close(context, "a", true, "seen"); });
  BOOST_TEST(!erased(rig).under_way);
}

BOOST_AUTO_TEST_CASE(late_answer_still_finds_the_job_of_an_erased_person) {
  EngineRig rig;
  const Attempt attempt = rig.start(mail("a", kBudi));
  rig.clock.advance(minutes(1));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.state("a"), "held");
  rig.command([](Context& context) { close(context, "a", false, "nothing arrived"); });
  erased(rig);
  rig.finish_call(attempt, test::accepted());
  rig.turn();
  BOOST_TEST(rig.entries(EntryType::AttemptLate).size() == 1U);
}

BOOST_AUTO_TEST_CASE(later_request_gets_a_new_subject_and_an_old_name_stays_taken) {
  EngineRig rig;
  rig.command([&](Context& context) { submit(context, later(rig, "a")); });
  const std::string before = rig.job_of("a").subject;
  erased(rig);
  BOOST_TEST(rejection(rig, later(rig, "a")) == "request_id_used");
  BOOST_TEST(rejection(rig, later(rig, "b")) == "");
  BOOST_TEST(rig.job_of("b").subject != before);
  BOOST_TEST(!rig.entries(EntryType::JobAccepted).back().subject_prev);
}

BOOST_AUTO_TEST_CASE(suppressed_recipient_is_rejected_with_any_of_the_keys) {
  EngineRig rig(with_keys);
  rig.command([&](Context& context) { submit(context, later(rig, "a")); });
  erased(rig, true);
  BOOST_TEST((rig.entries(EntryType::SubjectErased).front().code == job::Code::Suppressed));
  BOOST_TEST(rejection(rig, later(rig, "b")) == "suppressed");
  BOOST_TEST(rejection(rig, mail("c", "abudi@example.com")) == "");
  // The daemon, too; and one that knows the old key alone.
  rig.ask(later(rig, "d"));
  rig.turn();
  BOOST_TEST(rig.answer("d") == "suppressed");
  rig.settings.fingerprint_keys = []() -> const std::vector<Secret>& {
    static std::vector<Secret> keys;
    if (keys.empty()) keys.emplace_back(std::string(32, 'o'));
    return keys;
  };
  BOOST_TEST(rejection(rig, later(rig, "e")) == "suppressed");
}

BOOST_AUTO_TEST_CASE(keys_are_not_asked_for_while_nobody_is_suppressed) {
  EngineRig rig([](Settings& settings) {
    settings.fingerprint_keys = []() -> const std::vector<Secret>& { throw Error("no key file here"); };
  });
  BOOST_TEST(rejection(rig, later(rig, "a")) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
