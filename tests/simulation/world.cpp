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
  configure();
  store::create_database(folder_ / "latchkey.db", clock_);
  other_ = std::make_unique<store::SqliteStore>(folder_ / "latchkey.db", clock_, store::Access::ReadWrite,
                                                Millis(0));
  name_ledger();
  start();
}

World::~World() = default;

void World::configure() {
  settings_.workers = static_cast<int>(1 + roll(8));
  settings_.retry.attempts = static_cast<int>(1 + roll(5));
  auto& mayar = settings_.of(job::Provider::Mayar);
  mayar.on = true;
  mayar.rate = job::parse_rate(chance(50) ? "20/min" : "unlimited").value();
  mayar.retry_unknown_once = chance(40);
  auto& nomos = settings_.of(job::Provider::Nomos);
  nomos.on = true;
  nomos.rate = job::parse_rate(chance(50) ? "10/s" : "2/s").value();
  if (chance(40)) nomos.link_lifetime = seconds(60);
  settings_.mails = true;
  settings_.verify_address = chance(75);
  mailers_ = static_cast<int>(1 + roll(3));
  settings_.posters = static_cast<int>(1 + roll(4));
  using handover::EventType;
  if (chance(90))
    settings_.webhooks.push_back({"all",
                                  {EventType::JobDone, EventType::JobFailed, EventType::JobStale,
                                   EventType::JobHeld, EventType::JobCancelled}});
  if (chance(70))
    settings_.webhooks.push_back({"some", {EventType::JobFailed, EventType::JobHeld}, seconds(10)});
  small_steps_ = chance(20);
  if (small_steps_) checker_.tolerate(Millis(250));
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

// Midnight calls for an entry each day: as long as nothing waits, that is nothing to wait for.
bool World::nothing_ahead() {
  if (wake_.at_once || wake_.boot) return false;
  if (!wake_.wall) return true;
  if (other_->count_events().waiting > 0) return false;
  for (const auto& [key, count] : other_->count_jobs()) {
    if (key.second == job::State::Queued || key.second == job::State::Running) return false;
  }
  return true;
}

bool World::under_way() {
  return !calls_.empty() || !callers_.empty() || !mails_.empty() || !posts_.empty() || !inbox_->empty();
}

void World::run(int steps) {
  for (int i = 0; i < steps; ++i) {
    step();
    if (i % 40 == 0) ledger_holds();
  }
  come_to_an_end();
  checker_.finished(*other_, moment());
  if (waiting_->size() != 0) broken("a link is kept at the end of a life");
  ledger_holds();
  no_secret_on_disk();
}

// Nobody asks for anything any more, and nothing breaks; what never came back has to be left behind.
void World::come_to_an_end() {
  calm_ = true;
  crash_in_.reset();
  crash_in_dispatch_ = false;
  disk_full_ = false;
  if (chance(80)) dead_endpoints_.clear();
  const auto never_back = [](const auto& carried) { return !carried.done_at; };
  if (std::any_of(mails_.begin(), mails_.end(), never_back) ||
      std::any_of(posts_.begin(), posts_.end(), never_back)) {
    stop_gracefully();
  }
  for (const job::Provider provider : job::kProviders) {
    by_command([&](engine::Context& context) { engine::resume(context, provider, ""); });
  }
  for (int i = 0; i < 20'000; ++i) {
    turn_if_due();
    if (nothing_ahead() && !under_way()) return;
    advance();
    move_calls();
    move_couriers();
    move_claimers();
    answer_callers();
  }
}

// Every link in memory is one that somebody may still get.
void World::links_are_wanted() {
  checker_.look(*other_, moment());
  std::set<std::string> looked_at;
  for (const std::string& id : minted_) {
    const handover::WaitingLink* link = waiting_->find(id);
    if (link == nullptr || !looked_at.insert(id).second) continue;
    checker_.link_is_kept(id, *link, moment());
  }
  if (looked_at.size() != waiting_->size()) broken("a link is kept that nobody has minted");
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
    if (!act()) advance();
    move_calls();
    move_couriers();
    move_claimers();
    answer_callers();
    turn_if_due();
  } catch (const Crash&) {
    crash();
  }
  checker_.look(*other_, moment());
}

// Something happens besides the passing of time.
bool World::act() {
  switch (roll(24)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      submit();
      return true;
    case 6:
      operate();
      return true;
    case 7:
      if (chance(25)) set_clock();
      return true;
    case 8:
      if (chance(40) && !crash_in_) {
        crash_in_ = static_cast<int>(1 + roll(60));
        crash_after_commit_ = chance(30);
      }
      if (chance(8)) crash_in_dispatch_ = true;
      return true;
    case 9:
      disk_full_ = chance(20);
      return true;
    case 10:
      if (chance(30)) import();
      return true;
    case 11:
      if (chance(20)) stop_gracefully();
      if (chance(4)) another_daemon();
      return true;
    case 12:
      if (chance(20)) new_credentials();
      if (chance(20)) erase_somebody();
      if (chance(40)) deny();
      return true;
    case 13:
      if (!dead_endpoints_.erase("all") && chance(50)) dead_endpoints_.insert("all");
      if (chance(10)) try_events_again();
      return true;
    case 14:
      if (chance(50)) cancel_something();
      if (chance(30)) claim(some_link());
      return true;
    default:
      return false;
  }
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
  const std::size_t carried = calls_.size() + mails_.size() + posts_.size();
  turn();
  if (other_->head().size != before || calls_.size() + mails_.size() + posts_.size() != carried)
    broken("the engine rested although there was something to do");
}

void World::turn() {
  const bool asked_for = inbox_->empty() && !engine_->others_have_written();
  const std::int64_t before = other_->head().size;
  const std::size_t carried = calls_.size() + mails_.size() + posts_.size();
  turn_failed_ = true;
  try {
    wake_ = engine_->turn();
    turn_failed_ = false;
    clock_step_unseen_ = false;
    publish();
  } catch (const store::EpochLost&) {
    throw;
  } catch (const Error&) {
    wake_ = {};
    wake_.at_once = true;
    idle_turns_ = 0;
    if (chance(30)) settle();
    if (chance(50)) disk_full_ = false;
    return;
  }
  answer_callers();  // they are threads: a link is theirs as soon as it is delivered
  links_are_wanted();
  // The engine asked for this turn, did nothing in it, and asks for the next one.
  const bool again = inbox_->empty() && wake_.rest(clock_.now(), hours(1)) == Millis(0);
  const bool idle = other_->head().size == before && calls_.size() + mails_.size() + posts_.size() == carried;
  idle_turns_ = asked_for && again && idle ? idle_turns_ + 1 : 0;
  if (idle_turns_ > 2) broken("the engine spins although nothing can be done");
}

// As the daemon does when the disk is full: its reserve is given up for the results in hand.
void World::settle() {
  const bool full = std::exchange(disk_full_, false);
  try {
    engine_->settle();
  } catch (const Error&) {
    // Another process holds the database.
  }
  disk_full_ = full;
}

// To the next thing that happens, or some way towards it.
void World::advance() {
  const Instant now = clock_.now();
  if (turn_failed_ && chance(40)) return pass(chance(90) ? Millis(500) : some_time(20 * 60'000));
  if (wake_.at_once && chance(80)) return;
  Millis longest = wake_.rest(now, hours(2));
  for (const SimCall& call : calls_) {
    longest = std::min(longest, (call.wired ? call.done_at : call.wire_at.boot) - now.boot);
  }
  for (const SimMail& mail : mails_) {
    if (mail.done_at) longest = std::min(longest, *mail.done_at - now.boot);
  }
  for (const SimPost& post : posts_) {
    if (post.done_at) longest = std::min(longest, *post.done_at - now.boot);
  }
  for (const Claimer& claimer : claimers_) longest = std::min(longest, claimer.at - elapsed_);
  if (longest < Millis(0)) longest = Millis(0);
  if (!calm_ && chance(30)) longest = std::min(longest, some_time(20'000));
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
    if (bytes.find("canary") != std::string::npos) broken("a recipient is in the ledger");
    return true;
  });
  for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    std::string bytes(file.file_size(), '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (bytes.find(kLinkCanary) != std::string::npos) broken("a link is on disk");
  }
}

}  // namespace latchkey::test
