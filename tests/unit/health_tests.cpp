#include <boost/test/unit_test.hpp>

#include "surface/health.h"

namespace latchkey::surface {
namespace {

using namespace std::chrono_literals;
using Trouble = engine::Pulse::Trouble;

/// All is well, and a test says what is not.
struct Well {
  Instant now{from_ms(1'780'000'000'000), Millis(1'000'000)};
  engine::Pulse::State pulse;
  engine::PublishedCheckpoint::State published{"a note", 7, now.wall, false};
  Figures figures;

  Well() {
    pulse.last_beat = now.boot;
    pulse.on = {true, true};
    figures.readable = true;
    figures.ledger_size = 7;
  }
  static std::string codes(const std::vector<HealthNote>& notes) {
    std::string text;
    for (const HealthNote& note : notes) text += (text.empty() ? "" : " ") + note.code;
    return text;
  }
  Health judged() const { return judge_health(pulse, published, figures, now); }
  std::string reasons() const { return codes(judged().reasons); }
  std::string warnings() const { return codes(judged().warnings); }
};

BOOST_FIXTURE_TEST_SUITE(health_tests, Well)

BOOST_AUTO_TEST_CASE(nothing_to_complain_about) {
  BOOST_TEST(reasons().empty());
  BOOST_TEST(warnings().empty());
}

BOOST_AUTO_TEST_CASE(engine_that_does_no_work_is_not_ready) {
  pulse.trouble = Trouble::DiskFull;
  BOOST_TEST(reasons() == "disk_full");
  pulse.trouble = Trouble::Database;
  BOOST_TEST(reasons() == "database_unwritable");
  pulse.trouble = Trouble::None;
  pulse.stopping = true;
  BOOST_TEST(reasons() == "stopping");
  pulse.stopping = false;
  pulse.last_beat.reset();
  BOOST_TEST(reasons() == "starting");
  pulse.last_beat = now.boot - 10s;
  BOOST_TEST(reasons().empty());
  pulse.last_beat = now.boot - 10'001ms;
  BOOST_TEST(reasons() == "stuck");
  figures.readable = false;
  BOOST_TEST(reasons() == "stuck database_unreadable");
}

BOOST_AUTO_TEST_CASE(providers_whose_calls_do_not_go_out_are_warnings) {
  pulse.on = {true, false};
  BOOST_TEST(warnings() == "provider_off");
  figures.gates.at(0).paused = true;
  figures.gates.at(0).pause_reason = "Budi has called";
  BOOST_TEST(warnings() == "provider_paused provider_off");
  BOOST_TEST(judged().warnings.front().message.find("Budi") == std::string::npos);
  figures.gates.at(0).paused = false;
  figures.gates.at(0).wait_until = now.wall + 1s;
  BOOST_TEST(warnings() == "provider_waiting provider_off");
  figures.gates.at(0).wait_until = now.wall;
  BOOST_TEST(warnings() == "provider_off");
}

BOOST_AUTO_TEST_CASE(what_a_person_must_decide_is_counted) {
  figures.jobs = {{{job::Provider::Mayar, job::State::Held}, 2},
                  {{job::Provider::Nomos, job::State::Held}, 1}};
  figures.events.given_up = 1;
  BOOST_TEST(warnings() == "jobs_held webhooks_given_up");
  BOOST_TEST(judged().warnings.front().message.find("3 jobs are held") == 0U);
}

BOOST_AUTO_TEST_CASE(schedules_that_do_not_fire_are_counted) {
  figures.schedules_armed = 3;
  BOOST_TEST(warnings().empty());
  figures.schedules_disarmed = 1;
  figures.runs_missed = 2;
  BOOST_TEST(warnings() == "schedule_disarmed runs_missed");
  BOOST_TEST(judged().reasons.empty());
}

BOOST_AUTO_TEST_CASE(log_that_a_reader_holds_is_a_warning) {
  figures.wal_bytes = 64 * 1024 * 1024;
  BOOST_TEST(warnings().empty());
  ++figures.wal_bytes;
  BOOST_TEST(warnings() == "log_held");
}

BOOST_AUTO_TEST_CASE(ledger_that_nothing_outside_shows_is_a_warning) {
  figures.uncovered_since = now.wall - 60s;
  BOOST_TEST(warnings().empty());
  figures.uncovered_since = now.wall - 61s;
  BOOST_TEST(warnings() == "checkpoint_late");
  published.failing = true;
  BOOST_TEST(warnings() == "anchors_unreachable");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface
