#include "simulation/world.h"

#include <algorithm>
#include <fstream>

#include "engine/operations.h"
#include "engine/verification.h"
#include "store/sqlite_evidence.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/engine_rig.h"

namespace latchkey::test {

using std::chrono::hours;
using std::chrono::seconds;

World::World(std::uint64_t seed)
    : dice_(seed),
      engine_random_(seed + 1),
      folder_(fast_folder()),
      fingerprint_key_(std::string(32, 'k')),
      signing_key_(std::string(32, 's')),
      checker_(settings_) {
  settings_.workers = static_cast<int>(1 + roll(8));
  settings_.retry.attempts = static_cast<int>(1 + roll(5));
  auto& mayar = settings_.of(job::Provider::Mayar);
  mayar.on = true;
  mayar.rate = job::parse_rate(chance(50) ? "20/min" : "unlimited").value();
  mayar.retry_unknown_once = chance(40);
  auto& nomos = settings_.of(job::Provider::Nomos);
  nomos.on = true;
  nomos.rate = job::parse_rate(chance(50) ? "10/s" : "2/s").value();
  small_steps_ = chance(20);
  if (small_steps_) checker_.tolerate(Millis(250));
  store::create_database(folder_ / "latchkey.db", clock_);
  other_ = std::make_unique<store::SqliteStore>(folder_ / "latchkey.db", clock_, store::Access::ReadWrite,
                                                Millis(0));
  name_ledger();
  start();
}

World::~World() = default;

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
  inbox_ = std::make_unique<engine::Inbox>();
  desk_ = std::make_unique<handover::ReplyDesk>();
  waiting_ = std::make_unique<handover::WaitingLinks>();
  couriers_ = std::make_unique<HeldCouriers>();
  const auto before = [this](const char* operation) {
    if (crash_in_ && --*crash_in_ <= 0 && !crash_after_commit_) throw Crash();
    if (disk_full_ && std::string(operation) == "commit") throw Error("the disk is full");
  };
  const auto after_commit = [this] {
    if (crash_in_ && *crash_in_ <= 0 && crash_after_commit_) throw Crash();
  };
  store_ =
      std::make_unique<FaultyStore>(std::make_unique<store::SqliteStore>(folder_ / "latchkey.db", clock_,
                                                                         store::Access::ReadWrite, Millis(0)),
                                    before, after_commit);
  engine_ =
      std::make_unique<engine::Engine>(engine::Parts{*store_, engine_random_, *inbox_, *this, *couriers_,
                                                     *desk_, *waiting_, denials_, fingerprint_key_},
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

// As the daemon does after each turn.
void World::publish() {
  try {
    if (publisher_->tick(clock_.now())) wake_.at_once = true;
  } catch (const AnchorMismatch& mismatch) {
    throw std::logic_error(mismatch.what());
  }
  engine::Publisher(*other_, anchors_, signing_key_).compare();
}

// Midnight calls for an entry each day: as long as no job waits, that is nothing to wait for.
bool World::nothing_ahead() {
  if (wake_.at_once || wake_.boot) return false;
  if (!wake_.wall) return true;
  for (const auto& [key, count] : other_->count_jobs()) {
    if (key.second == job::State::Queued || key.second == job::State::Running) return false;
  }
  return true;
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
  if (clock_step_unseen_) checker_.clock_was_set_unseen();
  if (chance(50)) pass(Millis(static_cast<std::int64_t>(roll(20 * 60'000))));
  if (chance(20)) clock_.set_boot(seconds(30));  // the whole machine was restarted
  start();
}

void World::stop_gracefully() {
  engine_->stop_taking();
  inbox_->close();
  turn();
  if (chance(50)) {
    pass(Millis(static_cast<std::int64_t>(roll(2000))));
    move_calls();
    answer_callers();
    turn();
  }
  if (chance(50)) abort_calls();
  try {
    engine_->finish();
  } catch (const Error&) {
    return crash();  // it could not even write its end
  }
  publisher_->stop(clock_.now());
  publisher_.reset();
  engine_.reset();
  store_.reset();
  checker_.look(*other_);
  if (chance(30)) pass(Millis(static_cast<std::int64_t>(roll(20 * 60'000))));
  start();
}

void World::run(int steps) {
  for (int i = 0; i < steps; ++i) {
    step();
    if (i % 40 == 0) ledger_holds();
  }
  crash_in_.reset();
  crash_in_dispatch_ = false;
  disk_full_ = false;
  for (const job::Provider provider : job::kProviders) {
    by_command([&](engine::Context& context) { engine::resume(context, provider, ""); });
  }
  for (int i = 0; i < 20'000; ++i) {
    turn_if_due();
    if (nothing_ahead() && calls_.empty() && callers_.empty() && inbox_->empty()) break;
    advance();
    move_calls();
    answer_callers();
  }
  checker_.finished(*other_);
  ledger_holds();
  no_secret_on_disk();
}

// Whatever a life was like, what it leaves must pass for history.
void World::ledger_holds() {
  const engine::VerifyReport report =
      engine::verify(store::sqlite_evidence(folder_ / "latchkey.db"), engine::VerifyQuestion());
  if (report.findings.empty()) return;
  const ledger::Finding& first = report.findings.kept().front();
  throw std::logic_error("the ledger does not hold: " + first.code + " seq " +
                         std::to_string(first.seq.value_or(-1)) + " requestId " + first.request_id + " " +
                         first.text);
}

void World::step() {
  try {
    switch (roll(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        submit();
        break;
      case 4:
        operate();
        break;
      case 5:
        if (chance(15)) set_clock();
        break;
      case 6:
        if (chance(30) && !crash_in_) {
          crash_in_ = static_cast<int>(1 + roll(60));
          crash_after_commit_ = chance(30);
        }
        if (chance(5)) crash_in_dispatch_ = true;
        break;
      case 7:
        disk_full_ = chance(20);
        break;
      case 8:
        if (chance(20)) import();
        break;
      case 9:
        if (chance(10)) stop_gracefully();
        if (chance(3)) another_daemon();
        break;
      case 10:
        if (chance(20)) new_credentials();
        break;
      default:
        advance();
    }
    move_calls();
    answer_callers();
    turn_if_due();
  } catch (const Crash&) {
    crash();
  }
  checker_.look(*other_);
}

// As the daemon's loop does: what the engine does not wake up for is not done.
bool World::turn_is_due() {
  if (!inbox_->empty() || engine_->others_have_written()) return true;
  return wake_.rest(clock_.now(), hours(1)) == Millis(0);
}

void World::turn_if_due() {
  if (turn_is_due()) return turn();
  if (chance(10)) look_for_neglected_work();
}

// When the engine rests there must be nothing that it could do.
void World::look_for_neglected_work() {
  if (crash_in_ || disk_full_) return;
  const std::int64_t before = other_->head().size;
  const std::size_t calls = calls_.size();
  turn();
  if (other_->head().size != before || calls_.size() != calls) {
    throw std::logic_error("the engine rested although there was something to do");
  }
}

void World::turn() {
  const bool asked_for = inbox_->empty() && !engine_->others_have_written();
  const std::int64_t before = other_->head().size;
  try {
    wake_ = engine_->turn();
    clock_step_unseen_ = false;
    publish();
  } catch (const store::EpochLost&) {
    throw;
  } catch (const Error&) {
    wake_ = {};
    wake_.at_once = true;
    idle_turns_ = 0;
    if (chance(50)) disk_full_ = false;
    return;
  }
  // The engine asked for this turn, did nothing in it, and asks for the next one.
  const bool again = inbox_->empty() && wake_.rest(clock_.now(), hours(1)) == Millis(0);
  idle_turns_ = asked_for && again && other_->head().size == before ? idle_turns_ + 1 : 0;
  if (idle_turns_ > 2) throw std::logic_error("the engine spins although nothing can be done");
}

// To the next thing that happens, or some way towards it.
void World::advance() {
  const Instant now = clock_.now();
  if (wake_.at_once && chance(80)) return;
  Millis longest = wake_.rest(now, hours(2));
  for (const SimCall& call : calls_) {
    longest = std::min(longest, (call.wired ? call.done_at : call.wire_at.boot) - now.boot);
  }
  if (longest < Millis(0)) longest = Millis(0);
  if (longest > Millis(1) && chance(20)) {
    longest = Millis(static_cast<std::int64_t>(roll(static_cast<std::uint64_t>(longest.count()))));
  } else if (longest > Millis(1) && chance(10)) {
    longest -= Millis(1);
  }
  pass(longest);
}

void World::pass(Millis time) {
  clock_.advance(time);
  elapsed_ += time;
  checker_.pass_time(clock_.now().wall, elapsed_);
}

std::string World::ledger() {
  std::string text;
  other_->each_entry({}, [&](const std::string& bytes) {
    text += bytes + "\n";
    return true;
  });
  return text;
}

// A link is in memory only; a recipient is in the subjects table only, which the ledger's bytes show.
void World::no_secret_on_disk() {
  other_->each_entry({}, [](const std::string& bytes) {
    if (bytes.find("canary") != std::string::npos) throw std::logic_error("a recipient is in the ledger");
    return true;
  });
  for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.find(kLinkCanary) != std::string::npos) throw std::logic_error("a link is on disk");
  }
}

}  // namespace latchkey::test
