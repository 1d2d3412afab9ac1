#include <boost/test/unit_test.hpp>

#include "engine/operations.h"
#include "support/engine_rig.h"
#include "surface/job_story.h"
#include "surface/job_view.h"

namespace latchkey::surface {
namespace {

using job::HandOver;
using job::State;
using job::Step;

job::Job running(HandOver hand_over, Step step) {
  job::Job job;
  job.provider = hand_over == HandOver::None ? job::Provider::Mayar : job::Provider::Nomos;
  job.hand_over = hand_over;
  job.standing = {State::Running, step, false};
  return job;
}

BOOST_AUTO_TEST_SUITE(job_view_tests)

BOOST_AUTO_TEST_CASE(hand_over_stands_where_the_link_is) {
  BOOST_TEST(hand_over_state(running(HandOver::None, Step::Calling)).empty());
  BOOST_TEST(hand_over_state(running(HandOver::Claim, Step::Calling)).empty());
  BOOST_TEST(hand_over_state(running(HandOver::Claim, Step::HandingOver)) == "waiting");
  BOOST_TEST(hand_over_state(running(HandOver::Email, Step::None)) == "waiting");
  BOOST_TEST(hand_over_state(running(HandOver::Email, Step::HandingOver)) == "under_way");
  BOOST_TEST(hand_over_state(running(HandOver::Reply, Step::HandingOver)) == "under_way");
  job::Job done = running(HandOver::Claim, Step::None);
  done.standing.state = State::Done;
  BOOST_TEST(hand_over_state(done).empty());
}

BOOST_AUTO_TEST_CASE(programs_always_get_the_same_members) {
  BOOST_TEST(job_json(running(HandOver::Claim, Step::HandingOver))["handoverState"] == "waiting");
  BOOST_TEST(job_json(running(HandOver::None, Step::Calling))["handoverState"].is_null());
  BOOST_TEST(job_json(job::Job()).size() == 16U);
}

BOOST_AUTO_TEST_CASE(people_read_what_a_link_waits_for) {
  BOOST_TEST(standing_text(running(HandOver::Claim, Step::HandingOver)) == "its link waits to be claimed");
  BOOST_TEST(standing_text(running(HandOver::Email, Step::None)) == "its link waits to be mailed");
  BOOST_TEST(standing_text(running(HandOver::Email, Step::HandingOver)) == "its link is being mailed");
  BOOST_TEST(standing_text(running(HandOver::Email, Step::Calling)) == "its call is under way");
  BOOST_TEST(last_outcome(running(HandOver::Claim, Step::HandingOver)) == "handover: waiting");
}

BOOST_AUTO_TEST_CASE(end_of_a_link_is_found_behind_what_came_after_it) {
  test::EngineRig rig;
  job::Submission claim = test::link("a");
  claim.hand_over = HandOver::Claim;
  rig.start(claim);
  BOOST_TEST(!end_of_link(*rig.other, rig.job_of("a")));
  rig.finish_call(test::minted("https://x.checkout.energy/1"));
  rig.turn();
  const auto until = end_of_link(*rig.other, rig.job_of("a"));
  BOOST_TEST((until == rig.begin + std::chrono::minutes(15)));
  rig.command([](engine::Context& context) { engine::cancel(context, "a", ""); });
  BOOST_TEST((end_of_link(*rig.other, rig.job_of("a")) == until));
  const JobStory story = find_story(*rig.other, "a");
  BOOST_TEST(story_json(story)["linkExpiresAt"].is_string());
  BOOST_TEST(story.entries.size() == 5U);
  BOOST_CHECK_THROW(find_story(*rig.other, "nobody"), InputError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface
