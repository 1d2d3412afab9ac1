#include <boost/test/unit_test.hpp>

#include "base/json.h"
#include "handover/webhook_event.h"

using namespace latchkey;
using namespace latchkey::handover;
using job::State;

namespace {

job::Job minted() {
  job::Job job;
  job.id = 12;
  job.request_id = "click-1";
  job.provider = job::Provider::Nomos;
  job.subject = "subject-of-somebody";
  job.hand_over = job::HandOver::Claim;
  job.payload_mac = std::string(32, 'm');
  job.batch = "onboarding-2026-03";
  job.standing.state = State::Failed;
  job.attempts = 2;
  job.outcome = job::Outcome::Rejected;
  job.code = job::Code::LinkExpired;
  job.last_seq = 4711;
  return job;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_event_tests)

BOOST_AUTO_TEST_CASE(endpoints_are_told_where_a_job_ends_and_that_it_is_held) {
  BOOST_CHECK(event_of(State::Done) == EventType::JobDone);
  BOOST_CHECK(event_of(State::Failed) == EventType::JobFailed);
  BOOST_CHECK(event_of(State::Stale) == EventType::JobStale);
  BOOST_CHECK(event_of(State::Held) == EventType::JobHeld);
  BOOST_CHECK(event_of(State::Cancelled) == EventType::JobCancelled);
  BOOST_CHECK(!event_of(State::Queued));
  BOOST_CHECK(!event_of(State::Running));
}

// Receivers rely on these bytes: a member may be added at the end of data, and nothing else may change.
BOOST_AUTO_TEST_CASE(the_body_is_the_published_one) {
  BOOST_TEST(event_body(EventType::JobFailed, minted(), from_ms(1'780'000'000'007)) ==
             R"({"type":"job.failed","timestamp":"2026-05-28T20:26:40.007Z","data":{"requestId":"click-1",)"
             R"("state":"failed","provider":"nomos","handover":"claim","outcome":"rejected",)"
             R"("code":"link_expired","attempts":2,"batch":"onboarding-2026-03","seq":4711}})");
}

BOOST_AUTO_TEST_CASE(what_a_job_does_not_have_is_null) {
  job::Job job;
  job.request_id = "order-77";
  job.standing.state = State::Stale;
  job.last_seq = 3;
  const auto body = parse_json(event_body(EventType::JobStale, job, from_ms(0))).value();
  BOOST_TEST(body["timestamp"] == "1970-01-01T00:00:00.000Z");
  const Json& data = body["data"];
  BOOST_TEST(data["provider"] == "mayar");
  BOOST_TEST(data["attempts"] == 0);
  for (const char* key : {"handover", "outcome", "code", "batch"}) {
    BOOST_TEST_CONTEXT(key) {
      BOOST_TEST(data.at(key).is_null());
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_in_the_body_leads_to_a_person) {
  const std::string body = event_body(EventType::JobFailed, minted(), from_ms(0));
  BOOST_TEST(body.find("subject") == std::string::npos);
  BOOST_TEST(body.find("mmm") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
