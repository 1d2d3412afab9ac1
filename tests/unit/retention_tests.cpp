#include <boost/test/unit_test.hpp>

#include "base/crypto.h"
#include "base/encoding.h"
#include "engine/operations.h"
#include "engine/retention.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using ledger::EntryType;
using std::chrono::hours;
using test::EngineRig;
using test::mail;

// Jobs that have ended now.
void end_jobs(EngineRig& rig, const std::vector<std::string>& request_ids, const std::string& email = "") {
  for (const std::string& id : request_ids) {
    rig.command([&](Context& context) {
      job::Submission submission = mail(id, email);
      submission.at = rig.clock.now().wall + hours(1);
      submit(context, submission);
      cancel(context, id, "test");
    });
  }
}

RetentionParts parts_of(EngineRig& rig) {
  return {*rig.other, rig.clock, rig.random, rig.settings, "uid:1000", {}};
}

std::size_t prune(EngineRig& rig, TimePoint cut_off) {
  return prune_jobs(parts_of(rig), rig.other->jobs_finished_before(cut_off), cut_off);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retention_tests)

BOOST_AUTO_TEST_CASE(entry_says_what_went) {
  EngineRig rig;
  end_jobs(rig, {"b", "a"});
  rig.clock.advance(hours(2));
  end_jobs(rig, {"young"});
  const TimePoint cut_off = rig.clock.now().wall - hours(1);
  const auto before = rig.entries();
  BOOST_TEST(prune(rig, cut_off) == 2U);
  BOOST_TEST(rig.entries() == before + 1);
  const auto entry = rig.entries(EntryType::JobsPruned).front();
  BOOST_TEST(entry.count.value() == 2);
  BOOST_TEST((entry.cut_off == cut_off));
  BOOST_TEST(entry.digest.value() == to_hex(sha256("a\nb\n")));
  BOOST_TEST(entry.actor == "uid:1000");
  BOOST_TEST(!rig.other->find_job("a"));
  BOOST_TEST(rig.other->pruned_job("a").has_value());
  BOOST_TEST(rig.state("young") == "cancelled");
}

BOOST_AUTO_TEST_CASE(nothing_to_prune_writes_nothing) {
  EngineRig rig;
  end_jobs(rig, {"a"});
  const auto before = rig.entries();
  BOOST_TEST(prune(rig, rig.clock.now().wall - hours(1)) == 0U);
  BOOST_TEST(rig.entries() == before);
}

// One transaction a job: the clock runs on with every look at it.
BOOST_AUTO_TEST_CASE(rows_go_in_short_transactions_and_others_write_between_them) {
  struct RunningClock final : Clock {
    explicit RunningClock(Clock& clock) : inner(clock) {}
    Instant now() override {
      Instant now = inner.now();
      now.boot += Millis(40 * ++looks);
      return now;
    }
    Clock& inner;
    int looks = 0;
  };
  EngineRig rig;
  end_jobs(rig, {"a", "b", "c"});
  rig.clock.advance(hours(2));
  RunningClock clock(rig.clock);
  int pauses = 0;
  RetentionParts parts{
      *rig.other, clock, rig.random, rig.settings, "uid:1000", [&] {
        ++pauses;
        // What an end of the process would leave: each job is in one of the two places.
        for (const char* id : {"a", "b", "c"}) {
          BOOST_TEST(rig.other->find_job(id).has_value() != rig.other->pruned_job(id).has_value());
        }
        rig.ask(mail("d" + std::to_string(pauses)));
        rig.turn();
        BOOST_TEST(rig.answer("d" + std::to_string(pauses)) == "stored");
      }};
  prune_jobs(parts, {"a", "b", "c"}, rig.clock.now().wall);
  BOOST_TEST(pauses == 2);
  const auto entries = rig.entries(EntryType::JobsPruned);
  BOOST_REQUIRE_EQUAL(entries.size(), 3U);
  BOOST_TEST(entries[1].count.value() == 1);
  BOOST_TEST(entries[1].digest.value() == to_hex(sha256("b\n")));
  BOOST_TEST(!rig.other->find_job("c"));
}

BOOST_AUTO_TEST_CASE(name_of_a_pruned_job_stays_taken) {
  EngineRig rig;
  end_jobs(rig, {"a"});
  rig.clock.advance(hours(2));
  prune(rig, rig.clock.now().wall);
  rig.ask(mail("a"));
  rig.turn();
  BOOST_TEST(rig.answer("a") == "request_id_used");
}

BOOST_AUTO_TEST_CASE(subject_goes_when_its_last_job_is_pruned_and_old) {
  EngineRig rig;
  end_jobs(rig, {"old"});
  end_jobs(rig, {"kept-1"}, "kept@example.com");
  rig.clock.advance(hours(100));
  end_jobs(rig, {"kept-2"}, "kept@example.com");
  end_jobs(rig, {"recent"});
  rig.clock.advance(hours(2));
  const TimePoint now = rig.clock.now().wall;
  std::size_t count = 0;
  const auto forget = [&](TimePoint cut_off) {
    return erase_unused_subjects(parts_of(rig), cut_off, "retention", count);
  };
  BOOST_TEST(forget(now).empty());  // all have a job still
  prune(rig, now - hours(50));
  const std::vector<std::string> wanted{"old@example.com"};
  BOOST_TEST(forget(now - hours(50)) == wanted);
  BOOST_TEST(count == 1U);
  BOOST_TEST(rig.entries(EntryType::SubjectErased).front().reason.value() == "retention");
  BOOST_TEST(!rig.other->find_subject(job::Provider::Mayar, "old@example.com"));
  prune(rig, now);
  BOOST_TEST(forget(now - hours(50)).empty());  // pruned, and not long ago
  BOOST_TEST(forget(now).size() == 2U);
  BOOST_TEST(rig.entries(EntryType::SubjectErased).size() == 3U);
}

// The job accepted last need not be the one that ended last.
BOOST_AUTO_TEST_CASE(subject_whose_earlier_job_ended_late_is_kept) {
  EngineRig rig;
  rig.command([&](Context& context) {
    job::Submission submission = mail("a", "kept@example.com");
    submission.at = rig.begin + hours(100);
    submit(context, submission);
  });
  end_jobs(rig, {"b"}, "kept@example.com");
  rig.clock.advance(hours(100));
  rig.command([](Context& context) { cancel(context, "a", "test"); });
  rig.clock.advance(hours(2));
  prune(rig, rig.clock.now().wall);
  std::size_t count = 0;
  erase_unused_subjects(parts_of(rig), rig.clock.now().wall - hours(50), "retention", count);
  BOOST_TEST(count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
