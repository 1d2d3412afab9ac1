// The door's forecast against the queue itself.
#include <boost/test/unit_test.hpp>
#include <set>

#include "base/time_text.h"
#include "engine/forecasts.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "job/gate.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Provider;
using std::chrono::minutes;
using std::chrono::seconds;
using test::accepted;
using test::EngineRig;
using test::mail;

std::function<void(Settings&)> rate(const std::string& text) {
  return [text](Settings& settings) { settings.of(Provider::Mayar).rate = job::parse_rate(text).value(); };
}

job::Submission mail_at(const std::string& id, TimePoint at, Millis lifetime = minutes(15),
                        bool pace = false) {
  job::Submission submission = mail(id);
  submission.at = at;
  submission.lifetime = lifetime;
  submission.pace = pace;
  return submission;
}

// The message of the rejection; empty when it was stored.
std::string complaint(EngineRig& rig, const job::Submission& submission) {
  try {
    rig.command([&](Context& context) { submit(context, submission); });
    return "";
  } catch (const InputError& error) {
    BOOST_TEST(error.code() == "cannot_be_fresh");
    return error.what();
  }
}

// Lets the queue run dry, every call being accepted at once. Returns what went stale.
std::vector<std::string> run_dry(EngineRig& rig) {
  for (int i = 0; i < 100'000; ++i) {
    const Wake wake = rig.turn();
    while (!rig.workers->calls.empty()) {
      const bool link = rig.workers->calls.front().provider == Provider::Nomos;
      rig.finish_call(link ? test::ended(job::Outcome::Rejected, job::Code::CustomerNotFound) : accepted());
    }
    if (!rig.inbox->empty() || wake.at_once) continue;
    if (!wake.wall) break;
    rig.clock.advance(std::max(Millis(0), *wake.wall - rig.clock.now().wall));
  }
  std::vector<std::string> stale;
  store::JobFilter filter;
  filter.states = {job::State::Stale, job::State::Queued};
  rig.other->each_job(filter, [&](const job::Job& job) {
    stale.push_back(job.request_id);
    return true;
  });
  return stale;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forecasts_tests)

BOOST_AUTO_TEST_CASE(what_the_gate_cannot_admit_in_time_is_rejected_with_the_earliest_time) {
  EngineRig rig(rate("20/min"));
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(complaint(rig, mail_at("mail-" + std::to_string(i), rig.begin, minutes(1))).empty());
  }
  const std::string message = complaint(rig, mail_at("more", rig.begin, minutes(1)));
  BOOST_TEST(message.find(format_utc(rig.begin + minutes(1))) != std::string::npos);
  BOOST_TEST(complaint(rig, mail_at("more", rig.begin + minutes(1), minutes(1))).empty());
  BOOST_TEST(run_dry(rig).empty());
}

BOOST_AUTO_TEST_CASE(time_that_the_message_names_is_free) {
  EngineRig rig(rate("20/min"));
  // Two runs of calls with a gap between them that is too short for one more.
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(complaint(rig, mail_at("a" + std::to_string(i), rig.begin)).empty());
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(complaint(rig, mail_at("b" + std::to_string(i), rig.begin + seconds(31))).empty());
  }
  const std::string message = complaint(rig, mail_at("more", rig.begin + seconds(5), seconds(1)));
  BOOST_TEST(message.find(format_utc(rig.begin + seconds(61))) != std::string::npos);
  BOOST_TEST(complaint(rig, mail_at("more", rig.begin + seconds(61), seconds(1))).empty());
  BOOST_TEST(run_dry(rig).empty());
}

// Those that are due later wait for it, not it for them.
BOOST_AUTO_TEST_CASE(job_of_now_finds_room_before_what_is_paced_for_hours) {
  EngineRig rig(rate("20/min"));
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST(complaint(rig, mail_at("paced-" + std::to_string(i), rig.begin, minutes(15), true)).empty());
  }
  BOOST_TEST((rig.job_of("paced-999").due_at == rig.begin + seconds(3) * 999));
  BOOST_TEST(complaint(rig, mail_at("now", rig.begin, minutes(1))).empty());
  rig.turn();
  BOOST_TEST(rig.state("now") == "running");
  rig.finish_call(accepted());
  BOOST_TEST(run_dry(rig).empty());
}

BOOST_AUTO_TEST_CASE(job_that_would_push_others_out_of_their_time_is_rejected) {
  EngineRig rig(rate("20/min"));
  for (int i = 0; i < 20; ++i) {  // the last goes 57 s after its time
    BOOST_TEST(
        complaint(rig, mail_at("mail-" + std::to_string(i), rig.begin + seconds(1), seconds(58))).empty());
  }
  BOOST_TEST(!complaint(rig, mail_at("urgent", rig.begin, seconds(58))).empty());
  BOOST_TEST(run_dry(rig).empty());
}

BOOST_AUTO_TEST_CASE(paced_jobs_follow_what_is_queued_however_far_that_reaches) {
  EngineRig rig(rate("20/min"));
  rig.command([&](Context& context) {
    for (int i = 0; i < 1500; ++i) {
      submit(context, mail_at("first-" + std::to_string(i), rig.begin, minutes(1), true));
    }
  });
  rig.command([&](Context& context) {
    BOOST_TEST((submit(context, mail_at("second", rig.begin, minutes(1), true)).job.due_at ==
                rig.begin + seconds(3) * 1500));
  });
}

BOOST_AUTO_TEST_CASE(paced_job_goes_at_once_when_there_is_room) {
  EngineRig rig(rate("20/min"));
  rig.command([&](Context& context) {
    BOOST_TEST((submit(context, mail_at("a", rig.begin, minutes(1), true)).job.due_at == rig.begin));
    BOOST_TEST(
        (submit(context, mail_at("b", rig.begin, minutes(1), true)).job.due_at == rig.begin + seconds(3)));
  });
}

BOOST_AUTO_TEST_CASE(rows_of_an_import_that_is_not_complete_count) {
  EngineRig rig(rate("20/min"));
  rig.command([&](Context& context) {
    const std::int64_t import = context.store.open_import();
    for (int i = 0; i < 20; ++i) {
      submit(context, mail_at("row-" + std::to_string(i), rig.begin, minutes(1)), import);
    }
  });
  BOOST_TEST(!complaint(rig, mail_at("more", rig.begin, minutes(1))).empty());
}

BOOST_AUTO_TEST_CASE(provider_that_asked_us_to_wait_admits_nothing_before) {
  EngineRig rig;
  rig.command([&](Context& context) {
    job::Gate gate = context.store.gate(Provider::Mayar);
    job::hold_back(gate, rig.begin + minutes(20));
    context.store.put_gate(gate);
  });
  const std::string message = complaint(rig, mail_at("a", rig.begin));
  BOOST_TEST(message.find(format_utc(rig.begin + minutes(20))) != std::string::npos);
  BOOST_TEST(complaint(rig, mail_at("b", rig.begin + minutes(5) + Millis(1))).empty());
}

BOOST_AUTO_TEST_CASE(provider_without_a_limit_takes_everybody) {
  EngineRig rig;
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST(complaint(rig, mail_at("mail-" + std::to_string(i), rig.begin, Millis(1))).empty());
  }
}

BOOST_AUTO_TEST_CASE(pause_is_no_reason_to_reject) {
  EngineRig rig(rate("20/min"));
  rig.command([](Context& context) { pause(context, Provider::Mayar, "maintenance"); });
  BOOST_TEST(complaint(rig, mail_at("a", rig.begin)).empty());
}

BOOST_AUTO_TEST_CASE(same_request_again_takes_no_room) {
  EngineRig rig(rate("20/min"));
  for (int i = 0; i < 19; ++i) complaint(rig, mail_at("mail-" + std::to_string(i), rig.begin, minutes(1)));
  rig.command([&](Context& context) {
    for (int i = 0; i < 19; ++i) submit(context, mail_at("mail-" + std::to_string(i), rig.begin, minutes(1)));
    submit(context, mail_at("last", rig.begin, minutes(1)));
  });
}

// Of a mailed link the address is asked for first: two calls, unless nobody asks.
BOOST_AUTO_TEST_CASE(mailed_link_takes_the_room_of_two_calls) {
  for (const bool verify : {true, false}) {
    const auto adjust = [verify](Settings& settings) {
      settings.of(Provider::Nomos).rate = job::parse_rate("20/min").value();
      settings.mails = true;
      settings.verify_address = verify;
    };
    EngineRig rig(adjust);
    const auto mailed = [](const std::string& id) {
      job::Submission submission = test::mailed_link(id, "budi@example.com");
      submission.lifetime = minutes(1);
      return submission;
    };
    const int room = verify ? 10 : 20;
    for (int i = 0; i < room; ++i) BOOST_TEST(complaint(rig, mailed("mail-" + std::to_string(i))).empty());
    const std::string message = complaint(rig, mailed("more"));
    BOOST_TEST(message.find(format_utc(rig.begin + minutes(1))) != std::string::npos);
    rig.crash_and_restart();  // what is read from the queue counts the same
    BOOST_TEST(!complaint(rig, mailed("more")).empty());
    job::Submission later = mailed("later");
    later.at = rig.begin + minutes(1);
    BOOST_TEST(complaint(rig, later).empty());
    BOOST_TEST(run_dry(rig).empty());
  }
}

BOOST_AUTO_TEST_CASE(random_links_that_were_let_in_are_called_while_fresh) {
  SeededRandom random(8);
  int rejected = 0;
  for (int round = 0; round < 20; ++round) {
    EngineRig rig([](Settings& settings) {
      settings.of(Provider::Nomos).rate = job::parse_rate("20/min").value();
      settings.mails = true;
    });
    const Millis lifetime = seconds(5 + random.below(40));
    for (int i = 0; i < 30; ++i) {
      const std::string id = "link-" + std::to_string(i);
      job::Submission submission =
          random.below(2) == 0 ? test::claimable_link(id) : test::mailed_link(id, id + "@example.com");
      submission.at = rig.begin + Millis(static_cast<std::int64_t>(random.below(60'000)));
      submission.lifetime = lifetime;
      submission.pace = random.below(4) == 0;
      rejected += complaint(rig, submission).empty() ? 0 : 1;
    }
    BOOST_TEST(run_dry(rig).empty(), "round " << round);
  }
  BOOST_TEST(rejected > 60);
}

// The promise of the door with random queues of one lifetime: whoever was let in is called while fresh.
BOOST_AUTO_TEST_CASE(what_was_let_in_is_called_while_fresh) {
  SeededRandom random(7);
  int rejected = 0;
  for (int round = 0; round < 20; ++round) {
    EngineRig rig(rate("20/min"));
    const Millis lifetime = seconds(5 + random.below(40));
    std::set<std::string> let_in;
    for (int i = 0; i < 40; ++i) {
      const std::string id = "mail-" + std::to_string(i);
      const TimePoint due = rig.begin + Millis(static_cast<std::int64_t>(random.below(60'000)));
      if (complaint(rig, mail_at(id, due, lifetime, random.below(4) == 0)).empty()) {
        let_in.insert(id);
      } else {
        ++rejected;
      }
    }
    BOOST_TEST(run_dry(rig).empty(), "round " << round);
  }
  BOOST_TEST(rejected > 100);
}

BOOST_AUTO_TEST_CASE(admission_is_estimated_by_what_is_queued_and_unknown_while_paused) {
  EngineRig rig(rate("20/min"));
  std::vector<TimePoint> admissions;
  rig.command([&](Context& context) {
    for (int i = 0; i < 3; ++i) {
      const job::Job job = submit(context, mail_at("mail-" + std::to_string(i), rig.begin)).job;
      admissions.push_back(context.forecasts.admission(Provider::Mayar, job.due_at).value());
    }
  });
  for (int i = 0; i < 3; ++i)
    BOOST_TEST((admissions.at(static_cast<std::size_t>(i)) == rig.begin + seconds(3 * i)));
  rig.command([&](Context& context) {
    const TimePoint later = rig.begin + minutes(5);
    submit(context, mail_at("later", later));
    BOOST_TEST((context.forecasts.admission(Provider::Mayar, later) == later));
    pause(context, Provider::Mayar, "test");
    BOOST_TEST(!context.forecasts.admission(Provider::Mayar, later));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
