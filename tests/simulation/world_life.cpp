// How processes of a simulated life begin and end.
#include "simulation/world.h"
#include "store/sqlite_store.h"

namespace latchkey::test {

using std::chrono::seconds;

// As `latchkey init` does.
void World::name_ledger() {
  store::Transaction transaction(*other_);
  ledger::Entry init;
  init.type = ledger::EntryType::LogInit;
  init.origin = "simulation";
  other_->append(init);
  transaction.commit();
}

void World::start() {
  calls_.clear();
  callers_.clear();
  mails_.clear();
  posts_.clear();
  minted_.clear();
  last_words_ = false;
  inbox_ = std::make_unique<engine::Inbox>();
  desk_ = std::make_unique<handover::ReplyDesk>();
  waiting_ = std::make_unique<handover::WaitingLinks>();
  denials_ = std::make_unique<engine::Denials>();
  const auto before = [this](const char* operation) {
    if (crash_in_ && --*crash_in_ <= 0 && !crash_after_commit_) throw Crash();
    if (disk_full_ && std::string(operation) == "commit") throw Error("the disk is full");
  };
  const auto after_commit = [this] {
    if (crash_in_ && *crash_in_ <= 0 && crash_after_commit_) throw Crash();
    if (!last_words_ && chance(3)) deny();  // callers are denied by other threads, at any time
  };
  store_ =
      std::make_unique<FaultyStore>(std::make_unique<store::SqliteStore>(folder_ / "latchkey.db", clock_,
                                                                         store::Access::ReadWrite, Millis(0)),
                                    before, after_commit);
  engine_ = std::make_unique<engine::Engine>(engine::Parts{*store_, engine_random_, *inbox_, *this, *this,
                                                           *desk_, *waiting_, *denials_, fingerprint_key_},
                                             settings_);
  wake_ = {};
  wake_.at_once = true;
  idle_turns_ = 0;
  try {
    // However the last process ended, no checkpoint may be ahead of what is durable.
    publisher_ = std::make_unique<engine::Publisher>(*store_, anchors_, signing_key_);
    publisher_->compare();
    engine_->start();
  } catch (const Crash&) {
    crash();
  } catch (const AnchorMismatch& mismatch) {
    throw std::logic_error(mismatch.what());
  } catch (const Error&) {
    disk_full_ = false;
    crash();
  }
}

// The process dies: calls that have reached a provider have happened, nothing that was in memory has.
void World::crash() {
  ++crashes_;
  crash_in_.reset();
  crash_after_commit_ = false;
  crash_in_dispatch_ = false;
  publisher_.reset();
  engine_.reset();
  store_.reset();
  checker_.look(*other_, moment());
  checker_.process_ended();
  if (clock_step_unseen_) checker_.clock_was_set_unseen();
  if (chance(50)) pass(some_time(20 * 60'000));
  if (chance(20)) clock_.set_boot(seconds(30));  // the whole machine was restarted
  start();
}

void World::stop_gracefully() {
  engine_->stop_taking();
  inbox_->close();
  turn();
  if (chance(50)) {
    pass(some_time(2000));
    move_calls();
    move_couriers();
    answer_callers();
    turn();
  }
  if (chance(50)) {
    abort_calls();
    abort_mails();
    if (chance(50)) turn();
  }
  last_words_ = true;
  try {
    engine_->finish();
  } catch (const Error&) {
    return crash();  // it could not even write its end
  }
  if (waiting_->size() != 0) broken("a link is kept after the daemon's last word");
  publisher_->stop(clock_.now());
  publisher_.reset();
  engine_.reset();
  store_.reset();
  checker_.look(*other_, moment());
  checker_.process_ended();
  if (chance(30)) pass(some_time(20 * 60'000));
  start();
}

// The machine's clock, its lock file and an administrator have all failed: two daemons on one database.
void World::another_daemon() {
  by_command([&](engine::Context& context) { context.store.take_epoch(); });
  const std::int64_t before = other_->head().size;
  try {
    engine_->turn();
    broken("a daemon went on although another one had taken the database over");
  } catch (const store::EpochLost&) {
    if (other_->head().size != before) broken("a daemon wrote after it had lost the database");
  } catch (const Error&) {
    // The disk is full: it notices next time.
  }
  crash();
}

}  // namespace latchkey::test
