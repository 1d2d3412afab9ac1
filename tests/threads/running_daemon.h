#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/daemon.h"
#include "job/submission.h"
#include "provider/mayar.h"
#include "provider/nomos.h"
#include "store/sqlite_store.h"
#include "tests/support/faulty_store.h"
#include "tests/support/held_couriers.h"
#include "tests/support/provider_setup.h"
#include "tests/support/seeded_random.h"
#include "tests/threads/wire.h"

namespace latchkey::test {

/// A daemon as `serve` wires it, with real threads and a real database; only its clock and its network are
/// the test's. Everything here is called from the test's thread.
class RunningDaemon : public ProviderSetup {
 public:
  /// What differs from one test to the next. `deaf`: a call under way does not notice that it is cut off.
  struct Options {
    int workers = 4;
    bool deaf = false;
    std::size_t requests_max = 10'000;
  };

  RunningDaemon() : RunningDaemon(Options()) {}
  /// Returns when it has taken the database over.
  explicit RunningDaemon(Options options);
  /// Stops the daemon at once if it still runs.
  ~RunningDaemon();

  /// What became of a request that was put into the inbox.
  struct Answer {
    int commit = 0;        ///< which of the daemon's commits came before it
    std::string rejected;  ///< the InputError's code; empty: committed
  };
  /// Puts a submission into the inbox. Its answer is there once wait_for_answers has returned.
  std::shared_ptr<Answer> submit(job::Provider provider, const std::string& request_id);
  /// Waits for this many answers in all; false when they do not come.
  bool wait_for_answers(int count);
  /// Somebody who waits for a link.
  struct Caller {
    std::string request_id;
    std::shared_ptr<handover::ReplyDesk::Place> place;
  };
  /// Opens the caller's place and submits the job.
  Caller ask_for_link(const std::string& request_id);
  /// Waits for the caller's reply and reports that it was handed over.
  std::optional<handover::Reply> reply_to(const Caller& caller);

  /// What another process does to the database, in a transaction of its own.
  void from_outside(const std::function<void(engine::Context&)>& action);
  /// The job, and whether a provider is paused, as another process sees it.
  job::Job job(const std::string& request_id);
  bool paused(job::Provider provider) { return outside_->gate(provider).paused; }
  /// Waits until another process sees what `holds` looks for; looks again after each of the daemon's commits.
  bool eventually(const std::function<bool()>& holds);
  bool eventually_in(const std::string& request_id, job::State state);
  /// Its entries as "TYPE OUTCOME CODE", what is absent left out, without job.accepted.
  std::vector<std::string> history(const std::string& request_id);

  /// From now on the engine's thread stands still before its next transaction, until release().
  void hold();
  /// Waits until it stands there; it has taken from the inbox by then what that turn is about.
  bool stands_still();
  void release();
  /// So many commits fail as on a full disk.
  void fail_commits(int count) { commits_to_fail_ = count; }

  void stop(bool at_once = false);
  bool refuses_requests();
  /// Time passes, and the engine's thread looks at the clock.
  void advance(Millis by);
  /// Waits for the daemon's thread; what run() threw, if anything.
  std::exception_ptr join();

  Wire mayar_wire;
  Wire nomos_wire;
  engine::Inbox inbox;
  handover::ReplyDesk desk;
  engine::Signals signals;
  std::map<job::Provider, int> reloads;  ///< how often key files were read again; look at it after join()

 private:
  HeldCouriers couriers_;
  handover::WaitingLinks links_;
  engine::Denials denials_;
  engine::Workers::Calls calls(bool deaf);
  void before(const std::string& operation);

  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_:
  bool held_ = false;
  bool stands_ = false;
  int answers_ = 0;
  int commits_ = 0;
  std::atomic<int> commits_to_fail_{0};

  engine::Settings settings_;
  SeededRandom random_{1};
  SeededRandom outside_random_{2};
  Secret fingerprint_key_;
  std::unique_ptr<provider::Mayar> mayar_;
  std::unique_ptr<provider::Nomos> nomos_;
  std::unique_ptr<store::Store> outside_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Workers> workers_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::Daemon> daemon_;
  std::exception_ptr failure_;
  std::promise<void> ended_;
  std::thread thread_;
};

}  // namespace latchkey::test
