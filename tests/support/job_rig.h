#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/submit.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/fake_clock.h"
#include "support/held_couriers.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"

namespace latchkey::test {

/// The engine on a store in a real file, with as many jobs as wanted and as little around them as can be: for
/// counting and timing what a job costs. Its calls are all accepted. The clock stands still, so that no job
/// goes stale meanwhile.
class JobRig {
 public:
  /// `at_once`: calls that may be under way.
  explicit JobRig(int at_once) : at_once_(at_once) {
    settings_.workers = (at_once * 4 + 2) / 3;  // one provider has three quarters of them
    settings_.of(job::Provider::Mayar).on = true;
    store::create_database(folder_ / "latchkey.db", clock_);
    store_ = open();
    command_ = open();
    engine_ = std::make_unique<engine::Engine>(
        engine::Parts{*store_, random_, inbox_, held_, couriers_, desk_, links_, denials_, fingerprint_key_},
        settings_);
    engine_->start();
  }

  /// Stores so many new jobs in one transaction, as a command does from a connection of its own.
  void fill(int jobs) {
    store::Transaction transaction(*command_);
    engine::Forecasts forecasts(*command_, settings_, transaction.now().wall);
    engine::Context context{*command_, random_, settings_, forecasts, transaction.now(), "uid:1000"};
    for (; jobs > 0; --jobs) engine::submit(context, next());
    transaction.commit();
  }
  /// Puts requests for so many new jobs into the inbox, as the API does.
  void ask(int jobs) {
    for (; jobs > 0; --jobs) {
      inbox_.put(engine::Request{"token:i6mykbwv",
                                 [one = next()](engine::Context& context) { submit(context, one); }, [] {},
                                 [](const std::exception_ptr& why) { std::rethrow_exception(why); }});
    }
  }
  /// Puts the results of all calls under way into the inbox.
  void report() {
    for (engine::Attempt& attempt : held_.attempts) {
      provider::Result result;
      result.outcome = job::Outcome::Accepted;
      result.http = 200;
      result.took = Millis(1);
      inbox_.put(engine::Finished{std::move(attempt), std::move(result)});
    }
    held_.attempts.clear();
  }
  /// One turn. `take`: it begins as many calls as may be under way, if there are jobs for them.
  void turn(bool take) {
    held_.room = take ? at_once_ - under_way() : 0;
    engine_->turn();
  }
  int under_way() const { return static_cast<int>(held_.attempts.size()); }

  /// The engine's, and that of who fills.
  store::SqliteStore& store() { return *store_; }
  store::SqliteStore& command() { return *command_; }

 private:
  // Workers who keep what they are given until it is asked for.
  struct Held final : engine::Dispatcher {
    int idle() override { return room; }
    void dispatch(engine::Attempt attempt) override { attempts.push_back(std::move(attempt)); }

    int room = 0;
    std::vector<engine::Attempt> attempts;
  };

  std::unique_ptr<store::SqliteStore> open() {
    return std::make_unique<store::SqliteStore>(folder_ / "latchkey.db", clock_);
  }
  job::Submission next() {
    const std::string name = "job-" + std::to_string(number_++);
    job::Submission submission;
    submission.request_id = name;
    submission.recipient = job::parse_recipient(job::Provider::Mayar, name + "@example.com");
    return submission;
  }

  const TempDir folder_;
  FakeClock clock_;
  SeededRandom random_{1};
  const int at_once_;
  engine::Settings settings_;
  engine::Inbox inbox_;
  Held held_;
  HeldCouriers couriers_;
  handover::ReplyDesk desk_;
  handover::WaitingLinks links_;
  engine::Denials denials_;
  const Secret fingerprint_key_{std::string(32, 'k')};
  std::unique_ptr<store::SqliteStore> store_, command_;
  std::unique_ptr<engine::Engine> engine_;
  std::int64_t number_ = 0;
};

}  // namespace latchkey::test
