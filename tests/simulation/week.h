#pragma once

#include <deque>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "engine/scheduler.h"
#include "support/made_up_definitions.h"
#include "support/run_rig.h"

namespace latchkey::test {

/// A week of a company that uses Latchkey, on a virtual clock and with the limits of the real providers:
///
/// - onboarding: once, 3,000 mails on Tuesday from 9:00 in Jakarta, on working days between 8:00 and 18:00;
/// - daily: 200 mails every night at 2:30 in Berlin, where the clocks are set back on Sunday;
/// - drop: files with customers of the energy portal, whose links are mailed;
/// - mayar cannot be reached for six hours on Wednesday night, and what failed then is reprocessed;
/// - the daemon is killed in the middle of the onboarding, and again in the middle of a drop;
/// - somebody plans a mass mailing to the wrong 1,500 people for Thursday afternoon, and cancels it in time.
class Week {
 public:
  explicit Week(std::uint64_t seed);
  /// Lives through it. Throws std::runtime_error where something is not as it was planned.
  void run();
  /// What was planned, and what became of it.
  void report(std::ostream& out);

 private:
  struct Call {
    TimePoint at;
    std::string address;
    std::string request_id;
  };
  void prepare();
  void live_until(TimePoint end);
  bool step(TimePoint end);
  void answer_calls();
  void answer_mails();
  provider::Result call(const engine::Attempt& attempt);
  void kill_daemon();
  void decide_about_held();
  void reprocess_failures();
  void plan_wrong_mailing(TimePoint at);
  void cancel_wrong_mailing();
  void check();
  void check_batches();
  void check_deliveries();
  void check_ledger();
  TimePoint berlin(int day, int hour, int minute = 0) const;
  bool away(TimePoint t) const { return t >= outage_begin_ && t < outage_end_; }

  RunRig rig_;
  MadeUpDefinitions source_;
  std::vector<std::string> told_;
  engine::Scheduler scheduler_;
  SeededRandom random_;
  TimePoint tick_at_{};
  engine::Wake wake_;
  TimePoint outage_begin_, outage_end_;
  std::string wrong_;  // the batch
  std::vector<std::string> reprocessed_;
  std::vector<Call> delivered_;        // what reached a customer
  std::deque<TimePoint> mayar_calls_;  // of the last minute
  std::deque<TimePoint> nomos_calls_;  // of the last second
  std::int64_t throttled_ = 0, links_ = 0, killed_ = 0, lost_calls_ = 0, entries_ = 0;
};

}  // namespace latchkey::test
