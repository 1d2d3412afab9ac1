// The outbox of webhooks, as the turn works it: leases, what comes back, and what does not. What is written
// into it is in record_tests.cpp.
#include <boost/test/unit_test.hpp>

#include "engine/outbox.h"
#include "engine/submit.h"
#include "handover/webhook_backoff.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using handover::EventType;
using handover::PostResult;
using std::chrono::hours;
using std::chrono::seconds;
using test::EngineRig;

Endpoint endpoint(const std::string& name) {
  return {name, {EventType::JobDone, EventType::JobFailed}, seconds(30)};
}

struct Rig : EngineRig {
  explicit Rig(const std::vector<std::string>& endpoints = {"crm"}, int idle_posters = 4)
      : EngineRig([&](engine::Settings& with) {
          for (const std::string& name : endpoints) with.webhooks.push_back(endpoint(name));
          with.posters = idle_posters;
        }) {
    posters = idle_posters;
    crash_and_restart();
  }
  // Writes an event that is due now.
  void put(const std::string& name, const std::string& message) {
    command([&](Context& context) {
      store::Event event;
      event.endpoint = name;
      event.message = message;
      event.body = "{}";
      event.created_at = context.now.wall;
      event.next_at = context.now.wall;
      context.store.put_event(event);
    });
  }
  std::vector<store::Event> events() {
    std::vector<store::Event> all;
    other->each_event([&](const store::Event& event) {
      all.push_back(event);
      return true;
    });
    return all;
  }
  std::string under_way() const {
    std::string messages;
    for (const Posting& posting : couriers->posts) {
      messages += (messages.empty() ? "" : " ") + posting.event.message;
    }
    return messages;
  }
  // The oldest post under way is back, and a turn has seen it.
  void come_back(const PostResult& result) {
    const store::Event event = couriers->posts.front().event;
    couriers->posts.pop_front();
    inbox->put(Posted{event, result});
    turn();
  }
};

PostResult delivered() {
  PostResult result;
  result.delivered = true;
  return result;
}

PostResult failed(const std::string& error = "HTTP 500") {
  PostResult result;
  result.error = error;
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outbox_tests)

BOOST_AUTO_TEST_CASE(due_event_is_leased_posted_and_dropped_when_it_was_delivered) {
  Rig rig;
  rig.put("crm", "msg_1");
  rig.turn();
  BOOST_TEST(rig.under_way() == "msg_1");
  BOOST_TEST(rig.couriers->posts.front().event.tries == 1);
  BOOST_REQUIRE_EQUAL(rig.events().size(), 1U);
  BOOST_TEST((rig.events().front().next_at == rig.begin + seconds(30)));
  BOOST_TEST(rig.events().front().tries == 1);
  rig.turn();
  BOOST_TEST(rig.under_way() == "msg_1");
  rig.come_back(delivered());
  BOOST_TEST(rig.events().empty());
}

BOOST_AUTO_TEST_CASE(lease_is_durable_before_anything_is_posted) {
  for (const char* operation : {"due_events", "update_event", "commit"}) {
    Rig rig;
    rig.put("crm", "msg_1");
    rig.failing = operation;
    BOOST_CHECK_THROW(rig.turn(), Error);
    BOOST_TEST(rig.under_way() == "");
    BOOST_TEST(rig.events().front().tries == 0);
    rig.failing.clear();
    rig.turn();
    BOOST_TEST(rig.under_way() == "msg_1");
  }
}

BOOST_AUTO_TEST_CASE(what_was_delivered_in_a_turn_that_fails_is_dropped_by_the_next) {
  Rig rig;
  rig.put("crm", "msg_1");
  rig.turn();
  rig.failing = "commit";
  BOOST_CHECK_THROW(rig.come_back(delivered()), Error);
  BOOST_TEST(rig.events().size() == 1U);
  rig.failing.clear();
  rig.turn();
  BOOST_TEST(rig.events().empty());
  rig.put("crm", "msg_2");
  rig.turn();
  BOOST_TEST(rig.under_way() == "msg_2");  // no poster is thought to be busy for ever
}

BOOST_AUTO_TEST_CASE(failed_try_is_planned_as_the_backoff_says) {
  Rig rig;
  rig.put("crm", "msg_1");
  rig.turn();
  rig.clock.advance(seconds(2));
  PostResult result = failed("HTTP 503");
  result.wait = seconds(7);
  SeededRandom same(9);
  const auto wait = handover::webhook_wait(1, seconds(2), result.wait, same);
  rig.command([&](Context& context) {
    SeededRandom random(9);
    Context own{context.store, random, context.settings, context.forecasts, context.now, "system"};
    apply_posted(own, rig.couriers->posts.front().event, result);
  });
  rig.couriers->posts.clear();
  const store::Event event = rig.events().front();
  BOOST_TEST((event.next_at == (wait ? std::optional(rig.clock.now().wall + *wait) : std::nullopt)));
  BOOST_TEST(event.error == "HTTP 503");
  BOOST_TEST(event.tries == 1);
  if (!wait) return;
  rig.clock.advance(*wait);
  rig.turn();
  BOOST_TEST(rig.under_way() == "msg_1");
  BOOST_TEST(rig.couriers->posts.front().event.tries == 2);
}

BOOST_AUTO_TEST_CASE(poster_that_does_not_come_back_loses_its_lease) {
  Rig rig;
  rig.put("crm", "msg_1");
  const Wake wake = rig.turn();
  BOOST_TEST((wake.wall == rig.begin + seconds(30)));
  rig.clock.advance(seconds(30) - Millis(1));
  rig.turn();
  BOOST_TEST(rig.under_way() == "msg_1");
  rig.clock.advance(Millis(1));
  rig.turn();
  BOOST_TEST(rig.under_way() == "msg_1 msg_1");
  BOOST_TEST(rig.couriers->posts.back().event.tries == 2);
  rig.come_back(delivered());  // the first, after all
  BOOST_TEST(rig.events().empty());
  rig.come_back(failed());  // the second: there is nothing left to plan
  BOOST_TEST(rig.events().empty());
}

BOOST_AUTO_TEST_CASE(post_of_a_dead_process_is_posted_again_after_its_lease) {
  Rig rig;
  rig.put("crm", "msg_1");
  rig.turn();
  rig.crash_and_restart();
  BOOST_TEST((rig.turn().wall == rig.begin + seconds(30)));
  BOOST_TEST(rig.under_way() == "");
  rig.clock.advance(seconds(30));
  rig.turn();
  BOOST_TEST(rig.under_way() == "msg_1");
}

BOOST_AUTO_TEST_CASE(endpoint_that_wants_no_more_is_given_up_at_once) {
  Rig rig;
  rig.put("crm", "msg_1");
  rig.turn();
  PostResult gone = failed("HTTP 410");
  gone.gone = true;
  rig.come_back(gone);
  BOOST_TEST(!rig.events().front().next_at);
  BOOST_TEST(rig.other->count_events().given_up == 1);
  rig.clock.advance(hours(48));
  rig.turn();
  BOOST_TEST(rig.under_way() == "");
}

BOOST_AUTO_TEST_CASE(after_a_day_it_is_given_up_and_stays_to_be_seen) {
  Rig rig;
  rig.put("crm", "msg_1");
  rig.clock.advance(hours(25));  // nobody ran, or nobody answered
  for (int tries = 1; tries <= 6; ++tries) {  // so many it has in any case
    rig.turn();
    BOOST_TEST(rig.under_way() == "msg_1");
    BOOST_TEST(rig.events().front().next_at.has_value());
    rig.come_back(failed());
    rig.clock.advance(hours(7));
  }
  BOOST_TEST(!rig.events().front().next_at);
  BOOST_TEST(rig.events().front().error == "HTTP 500");
  BOOST_TEST(!rig.turn().wall);
}

// The day is a day of the clock that runs, not of the one that somebody set.
// The poster was sent when the day was nearly over; meanwhile a person has had the event tried again.
BOOST_AUTO_TEST_CASE(late_poster_does_not_give_up_what_was_begun_anew) {
  Rig rig;
  rig.put("crm", "msg_1");
  for (int tries = 0; tries < 6; ++tries) {
    rig.clock.advance(hours(5));
    rig.turn();
    if (tries < 5) rig.come_back(failed());
  }
  const store::Event last = rig.couriers->posts.front().event;
  BOOST_TEST(last.tries == 6);
  rig.couriers->posts.pop_front();
  rig.command([&](Context& context) {
    store::Event anew = last;
    anew.created_at = context.now.wall;
    anew.tries = 0;
    anew.next_at = context.now.wall;
    context.store.update_event(anew);
  });
  rig.turn();
  rig.inbox->put(Posted{last, failed("too late")});
  rig.turn();
  BOOST_TEST(rig.events().front().next_at.has_value());
  BOOST_TEST(rig.events().front().tries == 1);
}

BOOST_AUTO_TEST_CASE(set_clock_moves_what_is_planned_and_ends_no_day) {
  Rig rig;
  rig.put("crm", "msg_1");
  rig.turn();
  rig.clock.step_wall(hours(25));
  BOOST_TEST((rig.turn().wall == rig.begin + hours(25) + seconds(30)));
  BOOST_TEST(rig.under_way() == "msg_1");  // its lease has moved along
  BOOST_TEST((rig.events().front().created_at == rig.begin + hours(25)));
  rig.clock.step_wall(-hours(50));
  BOOST_TEST((rig.turn().wall == rig.begin - hours(25) + seconds(30)));
  BOOST_TEST((rig.events().front().created_at == rig.begin - hours(25)));
}

BOOST_AUTO_TEST_CASE(no_more_is_taken_than_there_are_idle_posters) {
  Rig rig({"crm"}, 2);
  for (const char* message : {"1", "2", "3"}) rig.put("crm", message);
  BOOST_TEST(!rig.turn().at_once);
  BOOST_TEST(rig.under_way() == "1 2");
  rig.come_back(delivered());
  BOOST_TEST(rig.under_way() == "2 3");
}

BOOST_AUTO_TEST_CASE(endpoint_that_hangs_leaves_posters_for_the_others) {
  Rig rig({"hangs", "crm"}, 4);
  for (int i = 0; i < 10; ++i) rig.put("hangs", "h");
  BOOST_TEST(!rig.turn().at_once);
  BOOST_TEST(rig.under_way() == "h h h");
  rig.put("crm", "c");
  rig.turn();
  BOOST_TEST(rig.under_way() == "h h h c");
  rig.couriers->posts.clear();  // nobody of these comes back; the threads are new ones
  rig.couriers->posters = 2;
  rig.clock.advance(seconds(1));
  rig.put("crm", "d");
  rig.turn();
  BOOST_TEST(rig.under_way() == "d");  // "hangs" has all it may have
}

BOOST_AUTO_TEST_CASE(one_poster_serves_several_endpoints_and_one_endpoint_gets_all) {
  Rig rig({"crm", "shop"}, 1);
  rig.put("shop", "s");
  rig.put("crm", "c");
  rig.turn();
  BOOST_TEST(rig.under_way() == "c");
  rig.come_back(delivered());
  BOOST_TEST(rig.under_way() == "s");
  Rig alone({"crm"}, 3);
  for (const char* message : {"1", "2", "3"}) alone.put("crm", message);
  alone.turn();
  BOOST_TEST(alone.under_way() == "1 2 3");
}

BOOST_AUTO_TEST_CASE(events_of_an_endpoint_that_is_not_configured_wait_and_wake_nobody) {
  Rig rig;
  rig.put("former", "msg_1");
  BOOST_TEST(!rig.turn().wall);
  BOOST_TEST(rig.under_way() == "");
  BOOST_TEST(rig.other->count_events().waiting == 1);
}

BOOST_AUTO_TEST_CASE(turn_is_due_when_the_next_event_is) {
  Rig rig;
  rig.put("crm", "msg_1");
  rig.command([&](Context& context) {
    store::Event event;
    rig.other->each_event([&](const store::Event& found) {
      event = found;
      return true;
    });
    event.next_at = rig.begin + seconds(90);
    context.store.update_event(event);
  });
  BOOST_TEST((rig.turn().wall == rig.begin + seconds(90)));
  rig.clock.advance(seconds(90));
  rig.turn();
  BOOST_TEST(rig.under_way() == "msg_1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
