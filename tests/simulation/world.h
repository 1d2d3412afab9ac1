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
#include "support/memory_anchors.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"

namespace latchkey::test {

/// How every link of a simulated provider begins, so that it is recognised where it must not be.
inline constexpr const char* kLinkCanary = "CANARY-LINK-";

/// A whole life of Latchkey from one seed: the real engine and the real SQLite store under a virtual clock,
/// with scripted providers, mail servers and endpoints of webhooks, callers who wait and leave, people who
/// claim links, cancel, erase or are denied, commands that write to the same database, a clock that is set,
/// disks that fill up, and a crash at any operation of any turn.
class World final : private engine::Dispatcher, private engine::Couriers {
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
    Millis dispatched{0};  // time that had really passed
    bool wired = false;
    provider::Result result;
  };
  struct Caller {
    std::string request_id;
    std::shared_ptr<handover::ReplyDesk::Place> place;
  };
  // A mail, or a try to post an event, under way; without an end it never comes back.
  struct SimMail {
    engine::Mailing mailing;
    std::optional<Millis> done_at;
  };
  struct SimPost {
    store::Event event;
    std::optional<Millis> done_at;
  };

  struct Claimer {
    std::string request_id;
    Millis at{0};  // in time that has really passed
  };

  // engine::Dispatcher
  int idle() override;
  void dispatch(engine::Attempt attempt) override;
  // engine::Couriers
  int idle_mailers() override { return mailers_ - static_cast<int>(mails_.size()); }
  void mail(engine::Mailing mailing) override;
  int idle_posters() override { return settings_.posters - static_cast<int>(posts_.size()); }
  void post(engine::Posting posting) override;

  bool chance(int percent) { return dice_.below(100) < static_cast<std::uint64_t>(percent); }
  std::uint64_t roll(std::uint64_t bound) { return dice_.below(bound); }
  Millis some_time(int longest_ms) {
    return Millis(static_cast<std::int64_t>(roll(static_cast<std::uint64_t>(longest_ms))));
  }
  Moment moment() { return {clock_.now(), elapsed_}; }
  void configure();
  // world_life.cpp: processes that begin and end
  void name_ledger();
  void start();
  void crash();
  void stop_gracefully();
  void another_daemon();

  // world.cpp: time, turns, and what must hold after them
  void step();
  bool act();
  bool turn_is_due();
  void turn_if_due();
  void turn();
  void settle();
  void publish();
  bool nothing_ahead();
  bool under_way();
  void look_for_neglected_work();
  void advance();
  void pass(Millis time);
  void come_to_an_end();
  void links_are_wanted();
  void ledger_holds();
  void no_secret_on_disk();

  // world_calls.cpp, world_couriers.cpp: the far ends
  void move_calls();
  void abort_calls();
  provider::Result script(const SimCall& call);
  std::string mint(const SimCall& call);
  void answer_callers();
  void move_couriers();
  void abort_mails();
  handover::MailResult mail_result();
  handover::PostResult post_result(const store::Event& event);

  // world_people.cpp, world_links.cpp: people and other processes
  job::Submission random_submission(job::Provider provider);
  void hand_over_somehow(job::Submission& submission);
  void submit();
  void submit_over_api(const job::Submission& submission);
  void submit_from_command(const job::Submission& submission);
  void submit_with_caller(const job::Submission& submission);
  void stored(const std::string& request_id);
  void import();
  void operate();
  void new_credentials();
  void try_events_again();
  void set_clock();
  void by_command(const std::function<void(engine::Context&)>& action);
  void ask(engine::Request request);
  void by_api(const std::function<void(engine::Context&)>& action);
  void by_either(const std::function<void(engine::Context&)>& action);
  std::string some_request_id();
  std::string some_link();
  void expect_claims(const std::string& request_id);
  void move_claimers();
  void claim(const std::string& request_id);
  void cancel_something();
  void meanwhile(const std::string& request_id);
  void erase_somebody();
  void deny();

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
  std::unique_ptr<engine::Denials> denials_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::Publisher> publisher_;
  std::vector<SimCall> calls_;
  std::vector<Caller> callers_;
  std::vector<SimMail> mails_;
  std::vector<SimPost> posts_;
  std::vector<std::string> minted_;  // requestIds whose link this process was given
  std::vector<Claimer> claimers_;    // whatever becomes of the process
  bool last_words_ = false;          // it has been told to write its last entry

  int mailers_ = 1;
  std::set<std::string> dead_endpoints_;
  std::unique_ptr<store::Store> other_;  // what another process sees
  std::optional<int> crash_in_;          // operations until a crash
  bool crash_after_commit_ = false;
  bool disk_full_ = false;
  bool crash_in_dispatch_ = false;
  int crashes_ = 0;
  int links_ = 0;
  bool calm_ = false;  // the end of a life: what is under way comes back
  std::vector<std::string> request_ids_;
  std::set<std::string> importing_;  // rows whose import is not complete
  std::set<std::string> erasing_;    // recipients who have asked to be forgotten
  bool small_steps_ = false;         // this world's clock is set by fractions of a second only
  engine::Wake wake_;
  int idle_turns_ = 0;  // turns in a row that the engine asked for and did nothing in
  bool turn_failed_ = false;
  Millis elapsed_{0};
  bool clock_step_unseen_ = false;
};

}  // namespace latchkey::test
