#include <boost/test/unit_test.hpp>

#include "surface/metrics.h"

namespace latchkey::surface {
namespace {

using namespace std::chrono_literals;

/// Figures of a quiet day.
struct Quiet {
  Instant now{from_ms(1'780'000'100'000), Millis(1'000'000)};
  engine::Tally tally;
  engine::Pulse::State pulse;
  engine::PublishedCheckpoint::State published{"a note", 7, now.wall - 2500ms, false};
  engine::Settings settings;
  Figures figures;

  Quiet() {
    pulse.on = {true, false};
    figures.readable = true;
    figures.at = now.wall - 1s;
    settings.providers.at(0).rate = job::parse_rate("20/min").value();
    settings.providers.at(1).rate = job::parse_rate("unlimited").value();
  }
  std::string text() const {
    return metrics_text(
        {figures, tally.snapshot(), pulse, published, settings, 5, true, from_ms(1'780'000'000'500), now});
  }
  bool has(const std::string& line) const {
    return ("\n" + text()).find("\n" + line + "\n") != std::string::npos;
  }
};

BOOST_FIXTURE_TEST_SUITE(metrics_tests, Quiet)

BOOST_AUTO_TEST_CASE(every_state_of_every_provider_has_a_number) {
  figures.jobs = {{{job::Provider::Nomos, job::State::Held}, 3}};
  BOOST_TEST(has("latchkey_jobs{provider=\"nomos\",state=\"held\"} 3"));
  BOOST_TEST(has("latchkey_jobs{provider=\"mayar\",state=\"held\"} 0"));
  BOOST_TEST(has("# TYPE latchkey_jobs gauge"));
}

BOOST_AUTO_TEST_CASE(times_are_told_in_seconds) {
  figures.oldest_due.at(1) = now.wall - 90s;
  BOOST_TEST(has("latchkey_queue_age_seconds{provider=\"nomos\"} 90"));
  BOOST_TEST(has("latchkey_queue_age_seconds{provider=\"mayar\"} 0"));
  BOOST_TEST(has("latchkey_checkpoint_age_seconds 2.5"));
  BOOST_TEST(has("latchkey_figures_age_seconds 1"));
  BOOST_TEST(has("process_start_time_seconds 1780000000.5"));
}

BOOST_AUTO_TEST_CASE(gates_say_when_they_open) {
  figures.gates.at(0).wait_until = now.wall + 30s;
  figures.gates.at(1).paused = true;
  BOOST_TEST(has("latchkey_gate_wait_seconds{provider=\"mayar\"} 30"));
  BOOST_TEST(has("latchkey_gate_wait_seconds{provider=\"nomos\"} +Inf"));
  BOOST_TEST(has("latchkey_gate_paused{provider=\"nomos\"} 1"));
  BOOST_TEST(has("latchkey_provider_on{provider=\"nomos\"} 0"));
}

BOOST_AUTO_TEST_CASE(outcomes_have_labels_of_closed_lists) {
  engine::OutcomeCounts counts;
  counts.attempts[{job::Provider::Mayar, job::Outcome::Throttled, job::Code::RateLimited}] = 2;
  counts.attempts[{job::Provider::Mayar, job::Outcome::Accepted, std::nullopt}] = 1;
  counts.hand_overs[{job::HandOver::Email, job::Outcome::Rejected, job::Code::SmtpRefused}] = 4;
  counts.ends[{job::Provider::Nomos, job::State::Stale, job::Code::ExpiredBeforeSend}] = 6;
  tally.add(counts, 9);
  BOOST_TEST(
      has("latchkey_attempts_total{provider=\"mayar\",outcome=\"throttled\",code=\"rate_limited\"} 2"));
  BOOST_TEST(has("latchkey_attempts_total{provider=\"mayar\",outcome=\"accepted\",code=\"\"} 1"));
  BOOST_TEST(
      has("latchkey_handovers_total{handover=\"email\",outcome=\"rejected\",code=\"smtp_refused\"} 4"));
  BOOST_TEST(
      has("latchkey_jobs_ended_total{provider=\"nomos\",state=\"stale\",code=\"expired_before_send\"} 6"));
  BOOST_TEST(has("latchkey_links_waiting 9"));
  BOOST_TEST(has("latchkey_auth_denied_total 5"));
}

BOOST_AUTO_TEST_CASE(buckets_are_cumulated) {
  tally.add_turn(300us);
  tally.add_turn(2ms);
  tally.add_turn(60s);
  BOOST_TEST(has("latchkey_turn_seconds_bucket{le=\"0.00025\"} 0"));
  BOOST_TEST(has("latchkey_turn_seconds_bucket{le=\"0.0005\"} 1"));
  BOOST_TEST(has("latchkey_turn_seconds_bucket{le=\"0.0025\"} 2"));
  BOOST_TEST(has("latchkey_turn_seconds_bucket{le=\"10\"} 2"));
  BOOST_TEST(has("latchkey_turn_seconds_bucket{le=\"+Inf\"} 3"));
  BOOST_TEST(has("latchkey_turn_seconds_count 3"));
}

BOOST_AUTO_TEST_CASE(what_could_not_be_read_is_not_shown_as_nothing) {
  figures.readable = false;
  BOOST_TEST(text().find("latchkey_jobs{") == std::string::npos);
  BOOST_TEST(text().find("latchkey_ledger_entries") == std::string::npos);
  BOOST_TEST(text().find("latchkey_ready 1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface
