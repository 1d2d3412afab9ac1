#include "simulation/world.h"

#include <algorithm>
#include <fstream>

#include "engine/operations.h"
#include "engine/submit.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/engine_rig.h"

namespace latchkey::test {
namespace {

using job::Code;
using job::Outcome;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kLinkCanary = "CANARY-LINK-";

provider::Result result_of(Outcome outcome, std::optional<Code> code, int http) {
  provider::Result result;
  result.outcome = outcome;
  result.code = code;
  result.http = http;
  return result;
}

}  // namespace

World::World(std::uint64_t seed)
    : dice_(seed),
      engine_random_(seed + 1),
      folder_(fast_folder()),
      fingerprint_key_(std::string(32, 'k')),
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
  other_ = std::make_unique<store::SqliteStore>(folder_ / "latchkey.db", clock_, store::Access::ReadWrite, Millis(0));
  start();
}

World::~World() = default;

void World::start() {
  calls_.clear();
  callers_.clear();
  inbox_ = std::make_unique<engine::Inbox>();
  desk_ = std::make_unique<handover::ReplyDesk>();
  const auto before = [this](const char* operation) {
    if (crash_in_ && --*crash_in_ <= 0 && !crash_after_commit_) throw Crash();
    if (disk_full_ && std::string(operation) == "commit") throw Error("the disk is full");
  };
  const auto after_commit = [this] {
    if (crash_in_ && *crash_in_ <= 0 && crash_after_commit_) throw Crash();
  };
  store_ = std::make_unique<FaultyStore>(
      std::make_unique<store::SqliteStore>(folder_ / "latchkey.db", clock_, store::Access::ReadWrite, Millis(0)), before,
      after_commit);
  engine_ = std::make_unique<engine::Engine>(
      engine::Parts{*store_, engine_random_, *inbox_, *this, *desk_, fingerprint_key_}, settings_);
  wake_ = {};
  wake_.at_once = true;
  idle_turns_ = 0;
  try {
    engine_->start();
  } catch (const Crash&) {
    crash();
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
  engine_.reset();
  store_.reset();
  checker_.look(*other_);
  if (chance(30)) pass(Millis(static_cast<std::int64_t>(roll(20 * 60'000))));
  start();
}

// What the workers do when they are stopped: the calls say how far they had come.
void World::abort_calls() {
  for (SimCall& call : calls_) {
    const Outcome outcome = call.wired ? Outcome::Unknown : Outcome::NotSent;
    inbox_->put(engine::Finished{std::move(call.attempt), result_of(outcome, Code::Shutdown, 0)});
  }
  calls_.clear();
}

void World::run(int steps) {
  for (int i = 0; i < steps; ++i) step();
  crash_in_.reset();
  crash_in_dispatch_ = false;
  disk_full_ = false;
  for (const job::Provider provider : job::kProviders) {
    by_command([&](engine::Context& context) { engine::resume(context, provider, ""); });
  }
  for (int i = 0; i < 20'000; ++i) {
    turn_if_due();
    const bool nothing_ahead = !wake_.at_once && !wake_.wall && !wake_.boot;
    if (nothing_ahead && calls_.empty() && callers_.empty() && inbox_->empty()) break;
    advance();
    move_calls();
    answer_callers();
  }
  checker_.finished(*other_);
  no_secret_on_disk();
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

int World::idle() { return settings_.workers - static_cast<int>(calls_.size()); }

void World::dispatch(engine::Attempt attempt) {
  checker_.dispatched(*other_, attempt, clock_.now(), elapsed_);
  if (importing_.contains(attempt.request_id)) throw std::logic_error("a row of an import was taken too early");
  if (crash_in_dispatch_) throw Crash();
  SimCall call;
  const Instant now = clock_.now();
  const Millis connect(static_cast<std::int64_t>(chance(10) ? roll(20'000) : roll(200)));
  call.wire_at = {now.wall + connect, now.boot + connect};
  Millis answer(static_cast<std::int64_t>(roll(400)));
  if (chance(8)) answer = Millis(static_cast<std::int64_t>(roll(60'000)));  // beyond the deadline: a late answer
  call.done_at = call.wire_at.boot + answer;
  call.attempt = std::move(attempt);
  calls_.push_back(std::move(call));
}

void World::move_calls() {
  const Instant now = clock_.now();
  for (SimCall& call : calls_) {
    if (call.wired || now.boot < call.wire_at.boot) continue;
    call.wired = true;
    call.result = script(call.attempt);
  }
  for (auto call = calls_.begin(); call != calls_.end();) {
    if (!call->wired || now.boot < call->done_at) {
      ++call;
      continue;
    }
    inbox_->put(engine::Finished{std::move(call->attempt), std::move(call->result)});
    call = calls_.erase(call);
  }
}

// What the provider and the network make of a call at the moment its request would be written.
provider::Result World::script(const engine::Attempt& attempt) {
  if (chance(4)) return result_of(Outcome::NotSent, chance(50) ? Code::Dns : Code::Connect, 0);
  if (attempt.provider == job::Provider::Nomos) {
    if (chance(2)) return result_of(Outcome::NotSent, Code::TokenFailed, 0);
    if (chance(1)) {
      auto result = result_of(Outcome::NotSent, Code::BadCredentials, 400);
      result.pause = true;
      return result;
    }
  }
  if (!engine::still_fresh(attempt, clock_.now())) return result_of(Outcome::NotSent, Code::ExpiredBeforeSend, 0);
  checker_.look(*other_);
  checker_.wire({attempt.request_id, attempt.number, attempt.provider, clock_.now().wall, elapsed_});
  const std::uint64_t die = roll(100);
  if (die < 5) return result_of(Outcome::Unknown, chance(50) ? Code::Timeout : Code::Reset, 0);
  if (die < 8) return result_of(Outcome::Unknown, Code::BadAnswer, 502);
  if (die < 14) return result_of(Outcome::Rejected, Code::ProviderError, 500);
  if (die < 18) return result_of(Outcome::Rejected, Code::InvalidRequest, 400);
  if (die < 22) {
    auto result = result_of(Outcome::Throttled, Code::RateLimited, 429);
    result.wait = seconds(1 + roll(90));
    return result;
  }
  if (die < 25) {
    auto result = result_of(Outcome::Rejected, Code::Unauthorized, 401);
    result.pause = attempt.provider == job::Provider::Mayar;
    result.credential = 1 + roll(3);
    return result;
  }
  if (die < 26) {
    auto result = result_of(Outcome::Rejected, Code::Forbidden, 403);
    result.pause = true;
    return result;
  }
  provider::Result result = result_of(Outcome::Accepted, std::nullopt, 200);
  result.credential = 1;
  if (attempt.provider == job::Provider::Nomos) result.link = Secret(kLinkCanary + std::to_string(++links_));
  return result;
}

void World::answer_callers() {
  for (auto caller = callers_.begin(); caller != callers_.end();) {
    auto reply = caller->place->wait(Millis(0));
    if (reply) {
      if (!reply->link.empty()) {
        const bool written = chance(90);
        checker_.look(*other_);
        if (written) checker_.handed_over(caller->request_id, std::string(reply->link.reveal()));
        inbox_->put(engine::HandedOver{caller->request_id, reply->attempt,
                                       written ? Outcome::Accepted : Outcome::Unknown});
      }
      caller = callers_.erase(caller);
    } else if (chance(5) && caller->place->leave()) {
      inbox_->put(engine::WaitEnded{caller->request_id});
      caller = callers_.erase(caller);
    } else {
      ++caller;
    }
  }
}

job::Submission World::random_submission(job::Provider provider) {
  job::Submission submission;
  submission.provider = provider;
  const std::string who = std::to_string(roll(40));  // few enough that subjects repeat
  submission.recipient.normalised =
      provider == job::Provider::Mayar ? "user" + who + "@canary.example" : "cus_canary" + who;
  submission.recipient.address = submission.recipient.normalised;
  if (chance(80)) submission.request_id = "req-" + std::to_string(roll(400));
  if (chance(30)) {
    const auto offset = static_cast<std::int64_t>(roll(3'600'000)) - 1'200'000;
    submission.at = clock_.now().wall + Millis(offset);
  }
  if (chance(30)) submission.lifetime = Millis(static_cast<std::int64_t>(1 + roll(600'000)));
  submission.pace = chance(30);
  return submission;
}

void World::submit() {
  job::Submission submission = random_submission(chance(60) ? job::Provider::Mayar : job::Provider::Nomos);
  if (submission.provider == job::Provider::Nomos) return submit_with_caller(submission);
  if (chance(40)) return submit_from_command(submission);
  auto id = std::make_shared<std::string>();
  inbox_->put(engine::Request{"token:tk_1",
                              [submission, id](engine::Context& context) {
                                *id = engine::submit(context, submission).job.request_id;
                              },
                              [this, id] { stored(*id); },
                              [](std::exception_ptr) {}});
}

void World::submit_with_caller(const job::Submission& given) {
  job::Submission submission = given;
  submission.hand_over = job::HandOver::Reply;
  if (submission.request_id.empty()) submission.request_id = "link-" + std::to_string(roll(1'000'000));
  auto place = desk_->open(submission.request_id);
  if (!place) return;
  auto created = std::make_shared<bool>(false);
  inbox_->put(engine::Request{"token:tk_1",
                              [submission, created](engine::Context& context) {
                                *created = engine::submit(context, submission).created;
                                if (!*created) throw InputError("link_gone", "requestId", "was used");
                              },
                              [this, id = submission.request_id, place] {
                                stored(id);
                                callers_.push_back({id, place});
                              },
                              [](std::exception_ptr) {}});
}

void World::by_command(const std::function<void(engine::Context&)>& action) {
  try {
    store::Transaction transaction(*other_);
    engine::Forecasts forecasts(*other_, settings_, transaction.now().wall);
    engine::Context context{*other_, dice_, settings_, forecasts, transaction.now(), "uid:1000"};
    action(context);
    transaction.commit();
  } catch (const InputError&) {
    // A command that is told why it cannot be done.
  }
}

void World::submit_from_command(const job::Submission& submission) {
  std::string id;
  by_command([&](engine::Context& context) { id = engine::submit(context, submission).job.request_id; });
  if (!id.empty()) stored(id);
}

// The caller was told so.
void World::stored(const std::string& request_id) {
  checker_.acknowledged(request_id);
  request_ids_.push_back(request_id);
  importing_.erase(request_id);  // whatever an import has left of it is this caller's now
}

// A large import in several transactions, which may die in the middle.
void World::import() {
  std::int64_t import = 0;
  by_command([&](engine::Context& context) { import = context.store.open_import(); });
  std::set<std::string> rows;
  const std::uint64_t parts = 1 + roll(3);
  for (std::uint64_t part = 0; part < parts; ++part) {
    for (std::uint64_t row = 0; row < 3; ++row) {
      job::Submission submission = random_submission(job::Provider::Mayar);
      submission.pace = true;
      by_command([&](engine::Context& context) {
        const engine::Submitted submitted = engine::submit(context, submission, import);
        const std::string& id = submitted.job.request_id;
        if (submitted.job.import == import) rows.insert(id);
      });
    }
    importing_.insert(rows.begin(), rows.end());
    turn_if_due();
    if (chance(10)) return;
  }
  by_command([&](engine::Context& context) { context.store.complete_import(import); });
  for (const std::string& id : rows) importing_.erase(id);
}

// The machine's clock, its lock file and an administrator have all failed: two daemons on one database.
void World::another_daemon() {
  by_command([&](engine::Context& context) { context.store.take_epoch(); });
  const std::int64_t before = other_->head().size;
  try {
    engine_->turn();
    throw std::logic_error("a daemon went on although another one had taken the database over");
  } catch (const store::EpochLost&) {
    if (other_->head().size != before) throw std::logic_error("a daemon wrote after it had lost the database");
  } catch (const Error&) {
    // The disk is full: it notices next time.
  }
  crash();
}

std::string World::some_request_id() {
  std::vector<std::string> held;
  store::JobFilter filter;
  filter.states = {job::State::Held};
  other_->each_job(filter, [&](const job::Job& job) {
    held.push_back(job.request_id);
    return true;
  });
  if (!held.empty() && chance(70)) return held[roll(held.size())];
  return request_ids_.empty() ? "none" : request_ids_[roll(request_ids_.size())];
}

void World::operate() {
  const std::string id = some_request_id();
  const auto provider = chance(50) ? job::Provider::Mayar : job::Provider::Nomos;
  switch (roll(6)) {
    case 0:
      return by_command([&](engine::Context& context) { engine::cancel(context, id, ""); });
    case 1:
    case 2:
      return by_command([&](engine::Context& context) { engine::release(context, id, "asked the customer"); });
    case 3:
      return by_command([&](engine::Context& context) { engine::close(context, id, chance(50), "seen in the mailbox"); });
    case 4:
      return by_command([&](engine::Context& context) {
        if (chance(30)) engine::pause(context, provider, "maintenance");
      });
    default:
      return by_command([&](engine::Context& context) { engine::resume(context, provider, "over"); });
  }
}

void World::new_credentials() {
  inbox_->put(engine::NewCredentials{chance(50) ? job::Provider::Mayar : job::Provider::Nomos});
}

void World::set_clock() {
  const std::uint64_t span = small_steps_ ? 600 : 7'200'000;
  const auto by = Millis(static_cast<std::int64_t>(roll(span)) - static_cast<std::int64_t>(span / 2));
  clock_.step_wall(by);
  clock_step_unseen_ = true;
  for (SimCall& call : calls_) call.wire_at.wall += by;
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
