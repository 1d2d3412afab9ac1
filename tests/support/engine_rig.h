#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "job/submission.h"
#include "store/store.h"
#include "support/fake_clock.h"
#include "support/held_couriers.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"

namespace latchkey::test {

/// Where a database of a test may lie: syncs cost nothing there, and a crash of the process loses nothing
/// there either.
std::filesystem::path fast_folder();

/// A request for a mayar mail, due at once, with everything else left to the defaults.
job::Submission mail(const std::string& request_id, const std::string& email = "");
/// A request for a nomos link whose caller waits for it.
job::Submission link(const std::string& request_id, const std::string& customer_id = "");

/// One whose link waits to be claimed.
job::Submission claimable_link(const std::string& request_id, const std::string& customer_id = "");
/// One whose link is mailed to `address`, as given. The rig's settings must have `mails`.
job::Submission mailed_link(const std::string& request_id, const std::string& address,
                            const std::string& customer_id = "");

provider::Result accepted();
provider::Result minted(const std::string& link, std::uint64_t credential = 1);
provider::Result ended(job::Outcome outcome, job::Code code, int http = 0);

provider::Result copy_of(const provider::Result& result);

/// The workers of a test: they keep what they are given until the test answers it.
class HeldCalls final : public engine::Dispatcher {
 public:
  explicit HeldCalls(const int& workers) : workers_(workers) {}
  int idle() override { return workers_ - static_cast<int>(calls.size()); }
  void dispatch(engine::Attempt attempt) override { calls.push_back(std::move(attempt)); }

  std::deque<engine::Attempt> calls;

 private:
  const int& workers_;
};

/// The engine and its store on a virtual clock, with callers and workers who do what the test says. Mayar and
/// nomos are on, without limits unless `settings` says otherwise.
class EngineRig {
 public:
  explicit EngineRig(const std::function<void(engine::Settings&)>& adjust = {});
  /// Ends the process as kill -9 would, and starts another on the same database.
  void crash_and_restart();

  /// Puts a request into the inbox; what becomes of it is kept under its requestId.
  void ask(const job::Submission& submission);
  /// "stored", the code of the rejection, or empty while nothing was answered.
  std::string answer(const std::string& request_id) const;
  /// Runs `action` as a command in another process would.
  void command(const std::function<void(engine::Context&)>& action);

  engine::Wake turn() { return engine_->turn(); }
  /// Stores the submission and takes the turn in which it is. Returns the attempt that was dispatched for it.
  engine::Attempt start(const job::Submission& submission);
  /// Hands the oldest call under way back with its result, without a turn.
  void finish_call(const provider::Result& result);
  /// The same for one that the test keeps.
  void finish_call(const engine::Attempt& attempt, const provider::Result& result);

  /// Puts a claim of a job's link into the inbox, as the API does.
  void claim(const std::string& request_id);
  /// The link that the latest claim got, the code of its rejection, or empty while nothing was answered.
  std::string claimed(const std::string& request_id) const;
  /// Hands the oldest mail under way back with its result, without a turn.
  void finish_mail(const handover::MailResult& result);
  /// Stores the submission, mints `link` for it, and takes the turn in which its hand-over begins.
  void mint(const job::Submission& submission, const std::string& link);

  job::Job job_of(const std::string& request_id);
  std::string state(const std::string& request_id) {
    return std::string(name(job_of(request_id).standing.state));
  }
  /// "state code", e.g. "failed timeout".
  std::string end(const std::string& request_id);
  /// Types of the entries about a job, oldest first, in one line.
  std::string story(const std::string& request_id);
  /// The entries of a type, oldest first.
  std::vector<ledger::Entry> entries(ledger::EntryType type);
  std::int64_t entries() { return other->head().size; }

  FakeClock clock;
  TempDir folder{fast_folder()};
  engine::Settings settings;
  SeededRandom random{1};
  Secret fingerprint_key{std::string(32, 'k')};
  std::unique_ptr<engine::Inbox> inbox;
  std::unique_ptr<handover::ReplyDesk> desk;
  std::unique_ptr<handover::WaitingLinks> links;
  engine::Denials denials;
  engine::Tally tally;
  std::unique_ptr<HeldCalls> workers;
  std::unique_ptr<HeldCouriers> couriers;
  int mailers = 4;  ///< of the next process
  int posters = 4;
  std::string failing;                  ///< the engine's store throws at this operation
  std::unique_ptr<store::Store> other;  ///< another process's connection
  const TimePoint begin = clock.now().wall;

  engine::Engine& heart() { return *engine_; }

 private:
  void start_process();

  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::map<std::string, std::string> answers_;
  std::map<std::string, std::string> claims_;
};

}  // namespace latchkey::test
