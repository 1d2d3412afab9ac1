// One turn: what came in, what has gone stale, what may go out; one transaction; and only then its effects.
// Memory and effects of a turn are kept apart until the commit has succeeded, so that a turn that fails has
// not happened.
#include "engine/engine.h"

#include <limits>

#include "engine/batches.h"
#include "engine/clock_rules.h"
#include "engine/operations.h"
#include "engine/recovery.h"
#include "engine/submit.h"

namespace latchkey::engine {
namespace {

constexpr std::size_t kItemsPerTurn = 1000;
constexpr int kJobsPerTurn = 1000;
constexpr Millis kDenialsEvery{60'000};

std::size_t index(job::Provider provider) {
  return static_cast<std::size_t>(provider);
}

// The savepoint of one item: its writes count together or not at all.
class Savepoint {
 public:
  explicit Savepoint(store::Store& store) : store_(store) { store_.savepoint(); }
  ~Savepoint() {
    if (open_) store_.rollback_to_savepoint();
  }
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  void keep() {
    store_.release_savepoint();
    open_ = false;
  }

 private:
  store::Store& store_;
  bool open_ = true;
};

template <typename Value>
void earliest(std::optional<Value>& into, const std::optional<Value>& other) {
  if (other && (!into || *other < *into)) into = other;
}

}  // namespace

Millis Wake::rest(const Instant& now, Millis longest) const {
  if (at_once || clock_step(reference, now) != Millis(0)) return Millis(0);
  if (wall) longest = std::min(longest, *wall - now.wall);
  if (boot) longest = std::min(longest, *boot - now.boot);
  return std::max(longest, Millis(0));
}

Engine::Engine(Parts parts, Settings settings) : parts_(parts), settings_(std::move(settings)) {}

void Engine::start() {
  store::Transaction transaction(parts_.store);
  Forecasts forecasts(parts_.store, settings_, transaction.now().wall);
  Context context{parts_.store, parts_.random, settings_, forecasts, transaction.now(), "system"};
  OutcomeCounts counts;
  context.counts = &counts;
  HandOvers nobody(parts_.desk, parts_.links, 0);  // callers and links died with the process they waited in
  epoch_ = take_over(context, nobody);
  for (const job::Provider provider : job::kProviders) {
    memory_.paused.at(index(provider)) = parts_.store.gate(provider).paused;
  }
  memory_.clock_reference = transaction.now();
  transaction.commit();
  if (parts_.tally != nullptr) parts_.tally->add(counts, 0);
}

Wake Engine::turn() {
  const Stopwatch watch;
  Wake wake;
  const bool no_room = parts_.links.full();
  in_one_transaction(kItemsPerTurn, parts_.couriers.idle_mailers(),
                     [&](Context& context, Memory& memory, Effects& effects) {
                       wake = look_at_queue(context, memory, effects);
                     });
  others_wrote_ = false;
  // What could not be minted for want of room may have it now.
  wake.at_once = wake.at_once || !parts_.inbox.empty() || (no_room && !parts_.links.full());
  earliest(wake.boot, parts_.links.next());
  if (parts_.tally != nullptr) parts_.tally->add_turn(watch.elapsed());
  return wake;
}

void Engine::in_one_transaction(std::size_t items_max, int mailers,
                                const std::function<void(Context&, Memory&, Effects&)>& after_items) {
  std::vector<Item> items = parts_.inbox.take(items_max);
  Memory memory = memory_;
  Effects effects{HandOvers(parts_.desk, parts_.links, mailers), false, false, {}, {}, {}, {}, {}, {}, {}};
  try {
    store::Transaction transaction(parts_.store);
    if (parts_.store.epoch() != epoch_) throw store::EpochLost("another daemon has taken the database over");
    Forecasts forecasts(parts_.store, settings_, transaction.now().wall);
    Context context{parts_.store, parts_.random, settings_, forecasts, transaction.now(), "system"};
    context.counts = &effects.counts;
    effects.clock_was_set = keep_clock(context, memory);
    for (Item& item : items) apply(context, item, memory, effects);
    after_items(context, memory, effects);
    commit(transaction);
  } catch (const store::StoreBusy&) {
    put_back(std::move(items), true);
    throw;
  } catch (...) {
    put_back(std::move(items), false);
    throw;
  }
  memory_ = std::move(memory);
  carry_out(effects);
}

void Engine::commit(store::Transaction& transaction) {
  const Stopwatch watch;
  transaction.commit();
  if (parts_.tally != nullptr) parts_.tally->add_commit(watch.elapsed());
}

void Engine::settle() {
  put_back(parts_.inbox.take(std::numeric_limits<std::size_t>::max()), false);
  if (parts_.inbox.empty() && idle()) return;
  // No mail begins either.
  in_one_transaction(
      std::numeric_limits<std::size_t>::max(), 0,
      [&](Context& context, Memory& memory, Effects& effects) { give_up_overdue(context, memory, effects); });
}

bool Engine::others_have_written() {
  others_wrote_ = parts_.store.changed_by_others() || others_wrote_;
  return others_wrote_;
}

// What workers and callers report must be written in the end. A request has no such claim: while the database
// cannot be written its caller is told so.
void Engine::put_back(std::vector<Item> items, bool requests_too) {
  std::vector<Item> kept;
  for (Item& item : items) {
    auto* request = std::get_if<Request>(&item);
    if (request == nullptr || requests_too) {
      kept.push_back(std::move(item));
    } else {
      request->failed(std::make_exception_ptr(InputError(
          "try_later", "", "the request could not be stored: the database cannot be written now")));
    }
  }
  parts_.inbox.put_back(std::move(kept));
}

Wake Engine::look_at_queue(Context& context, Memory& memory, Effects& effects) {
  Wake wake;
  wake.reference = memory.clock_reference;
  give_up_overdue(context, memory, effects);
  look_at_links(context, effects);
  look_at_gates(context, memory, effects);
  if (others_have_written()) tell_callers_of_others(context, effects);
  wake.at_once = move_along(context, effects);
  wake.at_once = settle_batches(context) || wake.at_once;
  if (taking_) {
    take_jobs(context, memory, effects, wake);
  } else {
    end_waiting_callers(context, effects);
  }
  const store::NextTimes times = context.store.next_times();
  earliest(wake.wall, times.due);
  earliest(wake.wall, times.stale);
  write_daily(context, memory, wake);
  write_denials(context, memory, effects, false);
  take_posts(context, memory, effects, wake);
  earliest(wake.boot, memory.denials_due);
  for (const auto& [id, attempt] : memory.open) earliest(wake.boot, std::optional(attempt.boot_deadline));
  return wake;
}

// Readies what is due and refuses what is stale; whether there is more of either than a turn takes. What was
// just readied may be stale already.
bool Engine::move_along(Context& context, Effects& effects) {
  const auto come = [&](const std::optional<TimePoint>& time) { return time && *time <= context.now.wall; };
  const store::NextTimes times = context.store.next_times();
  const bool due = come(times.due);
  const bool more_due = due && context.store.ready_due_jobs(context.now.wall, kJobsPerTurn) == kJobsPerTurn;
  return ((due || come(times.stale)) && refuse_stale(context, effects)) || more_due;
}

void Engine::take_jobs(Context& context, Memory& memory, Effects& effects, Wake& wake) {
  const Capacity capacity{settings_.workers, parts_.dispatcher.idle(), memory.in_flight};
  Admitted admitted = admit(context, capacity, epoch_, effects.hand_overs);
  for (Attempt& attempt : admitted.attempts) {
    ++memory.in_flight.at(index(attempt.provider));
    memory.open[attempt.request_id] = attempt;
    effects.dispatches.push_back(std::move(attempt));
  }
  earliest(wake.wall, admitted.next);
  wake.at_once = wake.at_once || admitted.more;
}

// Links that nobody has got yet: their time, their mails, and what people have decided about them.
void Engine::look_at_links(Context& context, Effects& effects) {
  if (effects.requests || others_have_written()) effects.hand_overs.end_cancelled(context);
  effects.hand_overs.look_after(context, effects.clock_was_set);
}

void Engine::take_posts(Context& context, Memory& memory, Effects& effects, Wake& wake) {
  if (settings_.webhooks.empty()) return;
  effects.postings =
      take_due_posts(context, parts_.couriers.idle_posters(), settings_.posters, memory.posts, wake.wall);
}

// One entry for each token and minute, however often it was tried.
void Engine::write_denials(Context& context, Memory& memory, Effects& effects, bool at_once) {
  if (!at_once && (!memory.denials_due || context.now.boot < *memory.denials_due)) return;
  memory.denials_due.reset();
  effects.denials = parts_.denials.counts();
  for (const auto& [token, count] : effects.denials) {
    ledger::Entry entry;
    entry.type = ledger::EntryType::AuthDenied;
    if (!token.empty()) entry.token = token;
    entry.count = count;
    context.store.append(entry);
  }
}

void Engine::apply(Context& context, Item& item, Memory& memory, Effects& effects) {
  std::visit([&](auto& alternative) { apply(context, alternative, memory, effects); }, item);
}

void Engine::apply(Context& context, Finished& item, Memory& memory, Effects& effects) {
  const Attempt& attempt = item.attempt;
  --memory.in_flight.at(index(attempt.provider));
  auto job = context.store.find_job(attempt.request_id);
  LATCHKEY_CHECK(job.has_value());  // pruning keeps every job for longer than a call can take
  const auto open = memory.open.find(attempt.request_id);
  if (open == memory.open.end() || open->second.number != attempt.number) {
    return apply_late(context, *job, attempt.number, item.result, parts_.fingerprint_key,
                      memory.credentials.at(index(attempt.provider)));
  }
  memory.open.erase(open);
  apply_result(context, *job, attempt.intent, item.result, parts_.fingerprint_key,
               memory.credentials.at(index(attempt.provider)), effects.hand_overs);
}

void Engine::apply(Context& context, HandedOver& item, Memory& memory, Effects& effects) {
  const auto open = memory.handing_over.find(item.request_id);
  if (open == memory.handing_over.end() || open->second != item.attempt) return;
  memory.handing_over.erase(open);
  auto job = context.store.find_job(item.request_id);
  LATCHKEY_CHECK(job.has_value());
  effects.hand_overs.replied(context, *job, item.outcome);
}

void Engine::apply(Context& context, Mailed& item, Memory&, Effects& effects) {
  effects.hand_overs.mailed(context, {item.request_id, item.attempt, item.number}, item.result);
}

void Engine::apply(Context& context, Posted& item, Memory& memory, Effects&) {
  --memory.posts[item.event.endpoint];
  apply_posted(context, item.event, item.result);
}

void Engine::apply(Context& context, Denied&, Memory& memory, Effects&) {
  if (!memory.denials_due) memory.denials_due = context.now.boot + kDenialsEvery;
}

void Engine::apply(Context& context, WaitEnded& item, Memory&, Effects& effects) {
  auto job = context.store.find_job(item.request_id);
  if (!job || job->hand_over != job::HandOver::Reply || job->standing.state != job::State::Queued) return;
  end_without_caller(context, *job, job::Code::CallerGone, effects.hand_overs);
}

// What a person paused stays paused.
void Engine::apply(Context& context, NewCredentials& item, Memory&, Effects&) {
  if (context.store.gate(item.provider).paused_by_system) resume(context, item.provider, "");
}

void Engine::apply(Context& context, Request& item, Memory&, Effects& effects) {
  Context own{context.store, context.random, context.settings, context.forecasts, context.now, item.actor};
  OutcomeCounts counts;
  own.counts = &counts;
  effects.requests = true;
  try {
    Savepoint savepoint(context.store);
    item.apply(own);
    savepoint.keep();
    effects.counts.add(counts);
    effects.answers.push_back(item.committed);
  } catch (const InputError&) {
    const auto rejection = std::current_exception();
    effects.answers.push_back([failed = item.failed, rejection] { failed(rejection); });
  }
}

void Engine::give_up_overdue(Context& context, Memory& memory, Effects& effects) {
  for (auto open = memory.open.begin(); open != memory.open.end();) {
    if (context.now.boot < open->second.boot_deadline) {
      ++open;
      continue;
    }
    auto job = context.store.find_job(open->first);
    LATCHKEY_CHECK(job.has_value());
    open = memory.open.erase(open);
    apply_abandoned(context, *job, job::Code::Timeout, effects.hand_overs);
  }
}

bool Engine::refuse_stale(Context& context, Effects& effects) {
  std::vector<job::Job> stale = context.store.stale_jobs(context.now.wall, kJobsPerTurn);
  for (job::Job& job : stale) {
    refuse_as_stale(context, job);
    effects.hand_overs.tell_caller(job);
  }
  return stale.size() == static_cast<std::size_t>(kJobsPerTurn);
}

// Whoever cancelled a batch may have died over it.
bool Engine::settle_batches(Context& context) {
  for (store::Batch& batch : context.store.batches_to_settle(context.now.wall)) {
    if (settle_batch(context, batch, kJobsPerTurn)) return true;
  }
  return false;
}

// Silence is provable: a day on which nothing happened has this entry.
void Engine::write_daily(Context& context, Memory& memory, Wake& wake) {
  const auto today = std::chrono::floor<std::chrono::days>(context.now.wall);
  const std::int64_t day = today.time_since_epoch().count();
  if (memory.daily != day) {
    const auto note = context.store.last_checkpoint();
    if (!note) return;  // nobody publishes
    if (context.store.last_daily() < day) {
      ledger::Entry entry;
      entry.type = ledger::EntryType::CheckpointDaily;
      entry.last_checkpoint = ledger::checkpoint_hash(*note);
      context.store.append(entry);
      context.store.put_last_daily(day);
    }
    memory.daily = day;
  }
  earliest(wake.wall, std::optional<TimePoint>(today + std::chrono::days(1)));
}

// Another process may have resumed a provider; whoever keeps its credentials wants to know.
void Engine::look_at_gates(Context& context, Memory& memory, Effects& effects) {
  for (const job::Provider provider : job::kProviders) {
    const bool paused = context.store.gate(provider).paused;
    bool& was_paused = memory.paused.at(index(provider));
    if (was_paused && !paused) {
      memory.credentials.at(index(provider)).in_a_row = false;
      effects.resumed.push_back(provider);
    }
    if (paused && !was_paused) effects.paused.push_back(provider);
    was_paused = paused;
  }
}

// Another process may have cancelled a job whose caller waits here.
void Engine::tell_callers_of_others(Context& context, Effects& effects) {
  for (const std::string& request_id : parts_.desk.waiting_for()) {
    const auto job = context.store.find_job(request_id);
    if (job) effects.hand_overs.tell_caller(*job);
  }
}

// While the daemon stops, nobody needs to wait for what will not be taken any more.
void Engine::end_waiting_callers(Context& context, Effects& effects) {
  for (const std::string& request_id : parts_.desk.waiting_for()) {
    auto job = context.store.find_job(request_id);
    if (!job || job->hand_over != job::HandOver::Reply || job->standing.state != job::State::Queued) continue;
    end_without_caller(context, *job, job::Code::Shutdown, effects.hand_overs);
  }
}

bool Engine::keep_clock(Context& context, Memory& memory) {
  const Millis step = clock_step(memory.clock_reference, context.now);
  if (step == Millis(0)) return false;
  clock_was_set(context, step);
  memory.clock_reference = context.now;
  return true;
}

void Engine::carry_out(Effects& effects) {
  // Before any call goes out: it should go with the new keys.
  for (const job::Provider provider : effects.resumed) {
    if (resumed_) resumed_(provider);
  }
  // Calls first: each thread that is woken before delays them.
  for (Attempt& attempt : effects.dispatches) parts_.dispatcher.dispatch(std::move(attempt));
  for (const auto& answer : effects.answers) answer();
  effects.hand_overs.carry_out(parts_.couriers);
  if (parts_.tally != nullptr) parts_.tally->add(effects.counts, parts_.links.size());
  if (parts_.denials.written(effects.denials)) parts_.inbox.put(Denied{});
  for (Posting& posting : effects.postings) parts_.couriers.post(std::move(posting));
  for (Delivery& delivery : effects.hand_overs.deliveries()) {
    const bool link = !delivery.reply.link.empty();
    if (link) memory_.handing_over[delivery.request_id] = delivery.attempt;
    const bool taken = parts_.desk.deliver(delivery.request_id, std::move(delivery.reply));
    // The caller left between the turn and now: its link is wiped already, and the job must say so.
    if (link && !taken) {
      parts_.inbox.put(HandedOver{delivery.request_id, delivery.attempt, job::Outcome::NotSent});
    }
  }
  for (const job::Provider provider : effects.paused) {
    if (paused_) paused_(provider);
  }
}

void Engine::finish() {
  // A mail that began now would go out after the last entry.
  in_one_transaction(std::numeric_limits<std::size_t>::max(), 0,
                     [&](Context& context, Memory& memory, Effects& effects) {
                       abandon_running(context, job::Code::Shutdown, effects.hand_overs);
                       end_waiting_callers(context, effects);
                       write_denials(context, memory, effects, true);
                       ledger::Entry stop;
                       stop.type = ledger::EntryType::DaemonStop;
                       stop.epoch = epoch_;
                       context.store.append(stop);
                       memory.open.clear();
                       memory.handing_over.clear();
                     });
}

}  // namespace latchkey::engine
