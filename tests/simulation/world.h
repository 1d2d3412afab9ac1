#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/publisher.h"
#include "job/submission.h"
#include "simulation/checker.h"
#include "support/fake_clock.h"
#include "support/faulty_store.h"
#include "support/held_couriers.h"
#include "support/memory_anchors.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"

namespace latchkey::test {

/// How every link of a simulated provider begins, so that it is recognised where it must not be.
inline constexpr const char* kLinkCanary = "CANARY-LINK-";

/// A whole life of Latchkey from one seed: the real engine and the real SQLite store under a virtual clock,
/// with scripted providers, callers who wait and leave, commands that write to the same database, a clock
/// that is set, disks that fill up, and a crash at any operation of any turn.
class World final : private engine::Dispatcher {
 public:
  explicit World(std::uint64_t seed);
  ~World() override;

  /// Runs `steps` random steps, then lets everything come to its end. Throws std::logic_error when a
  /// guarantee breaks.
  void run(int steps);
  const Checker& checker() const { return checker_; }
  int crashes() const { return crashes_; }
  /// The ledger so far, a line an entry, for a person who looks into a failure.
  std::string ledger();

 private:
  // A call under way at a provider.
  struct SimCall {
    engine::Attempt attempt;
    Instant wire_at;  // when the connection stands and the request would be written (boot clock counts)
    Millis done_at{0};
    bool wired = false;
    provider::Result result;
  };
  struct Caller {
    std::string request_id;
    std::shared_ptr<handover::ReplyDesk::Place> place;
  };

  // engine::Dispatcher
  int idle() override;
  void dispatch(engine::Attempt attempt) override;

  bool chance(int percent) { return dice_.below(100) < static_cast<std::uint64_t>(percent); }
  std::uint64_t roll(std::uint64_t bound) { return dice_.below(bound); }
  void start();
  void crash();
  void stop_gracefully();
  void abort_calls();
  void step();
  bool turn_is_due();
  void turn_if_due();
  void turn();
  void publish();
  bool nothing_ahead();
  void look_for_neglected_work();
  void advance();
  void move_calls();
  void answer_callers();
  provider::Result script(const engine::Attempt& attempt);
  void submit();
  void submit_from_command(const job::Submission& submission);
  void submit_with_caller(const job::Submission& submission);
  void stored(const std::string& request_id);
  void import();
  void another_daemon();
  job::Submission random_submission(job::Provider provider);
  void operate();
  void new_credentials();
  void set_clock();
  void pass(Millis time);
  void by_command(const std::function<void(engine::Context&)>& action);
  std::string some_request_id();
  void name_ledger();
  void ledger_holds();
  void no_secret_on_disk();

  SeededRandom dice_;
  SeededRandom engine_random_;
  FakeClock clock_;
  TempDir folder_;
  engine::Settings settings_;
  Secret fingerprint_key_;
  Secret signing_key_;
  MemoryAnchors anchors_;
  Checker checker_;

  // One life of the daemon.
  std::unique_ptr<engine::Inbox> inbox_;
  std::unique_ptr<handover::ReplyDesk> desk_;
  std::unique_ptr<handover::WaitingLinks> waiting_;
  std::unique_ptr<HeldCouriers> couriers_;
  engine::Denials denials_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::Publisher> publisher_;
  std::vector<SimCall> calls_;
  std::vector<Caller> callers_;

  std::unique_ptr<store::Store> other_;  // what another process sees
  std::optional<int> crash_in_;          // operations until a crash
  bool crash_after_commit_ = false;
  bool disk_full_ = false;
  bool crash_in_dispatch_ = false;
  int crashes_ = 0;
  int links_ = 0;
  std::vector<std::string> request_ids_;
  std::set<std::string> importing_;  // rows whose import is not complete
  bool small_steps_ = false;         // this world's clock is set by fractions of a second only
  engine::Wake wake_;
  int idle_turns_ = 0;  // turns in a row that the engine asked for and did nothing in
  Millis elapsed_{0};
  bool clock_step_unseen_ = false;
};

}  // namespace latchkey::test
