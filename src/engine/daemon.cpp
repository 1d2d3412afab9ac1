#include "engine/daemon.h"

#include <spdlog/spdlog.h>

namespace latchkey::engine {
namespace {

constexpr Millis kOthersSeenWithin{50};
constexpr Millis kAfterFailure{500};
constexpr Millis kAbortGrace{3000};

}  // namespace

Daemon::Daemon(Engine& engine, Workers& workers, Inbox& inbox, store::Store& store, Clock& clock,
               Signals& signals, Options options)
    : engine_(engine),
      workers_(workers),
      inbox_(inbox),
      store_(store),
      clock_(clock),
      signals_(signals),
      options_(std::move(options)) {
  engine_.on_paused([this](job::Provider provider) { log_pause(provider); });
  engine_.on_resumed([this](job::Provider provider) {
    const bool changed = read_credentials_again(provider);
    spdlog::info("provider resumed provider={} new_credentials={}", job::name(provider), changed);
  });
}

// The reason is the daemon's own or a person's, and neither can hold personal data: ledger::check_reason().
void Daemon::log_pause(job::Provider provider) {
  const job::Gate gate = store_.gate(provider);
  spdlog::warn("provider paused provider={} by={}: {}", job::name(provider), gate.paused_by,
               gate.pause_reason);
}

// What this daemon has found, so that the log of a restart tells whether somebody has to look.
void Daemon::log_what_waits() {
  for (const job::Provider provider : job::kProviders) {
    if (store_.gate(provider).paused) log_pause(provider);
  }
  for (const auto& [key, count] : store_.count_jobs()) {
    const auto& [provider, state] = key;
    if (state == job::State::Queued) {
      spdlog::info("jobs queued provider={} count={}", job::name(provider), count);
    }
    if (state == job::State::Held) {
      spdlog::warn("jobs held provider={} count={}: a person decides, see `latchkey jobs list --state held`",
                   job::name(provider), count);
    }
  }
}

void Daemon::run() {
  // However this ends, nobody may be left waiting for an answer.
  struct LeaveNobodyWaiting {
    Inbox& inbox;
    ~LeaveNobodyWaiting() { inbox.abandon(); }
  } const leave_nobody_waiting{inbox_};
  engine_.start();
  log_what_waits();
  while (signals_.stop == 0) {
    if (signals_.reload.exchange(false)) reload();
    const Wake wake = turn_or_wait();
    if (!publish()) sleep(wake);
  }
  stop();
}

// A busy or full database is no reason to die: nothing is sent meanwhile, and what is in hand is kept.
Wake Daemon::turn_or_wait() {
  if (!has_room()) return settle_and_wait();
  try {
    const Wake wake = engine_.turn();
    show(Pulse::Trouble::None);
    return wake;
  } catch (const store::EpochLost&) {
    throw;
  } catch (const store::SyncFailed&) {
    throw;
  } catch (const store::DiskFull& error) {
    spdlog::error("the turn could not be written; nothing was sent: {}", error.what());
    if (options_.reserve != nullptr) options_.reserve->free();
    return settle_and_wait();
  } catch (const Error& error) {
    spdlog::error("the turn could not be written; nothing was sent: {}", error.what());
    show(Pulse::Trouble::Database);
    return try_again();
  }
}

// No call may go out whose result could not be written: there must be room for all that can come back.
bool Daemon::has_room() {
  if (options_.reserve == nullptr || options_.reserve->whole()) return true;
  const bool room = options_.reserve->fill();
  if (!room && !short_of_room_) {
    spdlog::error("the disk is full: no request is stored and no job taken until there is room again");
  }
  if (room && short_of_room_) spdlog::info("there is room on the disk again: jobs are taken");
  short_of_room_ = !room;
  return room;
}

// Into the space that the reserve has given up.
Wake Daemon::settle_and_wait() {
  show(Pulse::Trouble::DiskFull);
  try {
    engine_.settle();
  } catch (const store::EpochLost&) {
    throw;
  } catch (const store::SyncFailed&) {
    throw;
  } catch (const Error& error) {
    spdlog::error("results in hand could not be written yet: {}", error.what());
  }
  return try_again();
}

void Daemon::show(Pulse::Trouble trouble) {
  if (options_.pulse == nullptr) return;
  options_.pulse->beat(clock_.now().boot);
  options_.pulse->turned(trouble);
}

Wake Daemon::try_again() {
  inbox_.wait_for_wake(kAfterFailure);
  Wake again;
  again.at_once = true;
  return again;
}

void Daemon::sleep(const Wake& wake) {
  while (signals_.stop == 0 && !signals_.reload && inbox_.empty() && !others_have_written()) {
    const Instant now = clock_.now();
    if (options_.pulse != nullptr) options_.pulse->beat(now.boot);
    const Millis rest = wake.rest(now, kOthersSeenWithin);
    if (rest == Millis(0)) return;
    inbox_.wait(rest);
    if (publish()) return;
  }
}

// What it writes may call for a turn: the day's entry follows the first checkpoint.
bool Daemon::publish() {
  return options_.publisher != nullptr && options_.publisher->tick(clock_.now());
}

// A database that cannot even be asked is for the next turn to complain about.
bool Daemon::others_have_written() {
  try {
    return engine_.others_have_written();
  } catch (const Error&) {
    return true;
  }
}

// SIGHUP: new key files lift an automatic pause; links minted from now on get the new key's fingerprint.
void Daemon::reload() {
  for (const job::Provider provider : job::kProviders) {
    const bool changed = read_credentials_again(provider);
    spdlog::info("key files read again provider={} changed={}", job::name(provider), changed);
    if (changed) inbox_.put(NewCredentials{provider});
  }
  spdlog::info("fingerprint key read again changed={}", options_.reload_fingerprint_key());
  options_.reload_couriers();
}

bool Daemon::read_credentials_again(job::Provider provider) {
  const bool changed = options_.reload_credentials(provider);
  if (changed) engine_.switch_on(provider);
  if (changed && options_.pulse != nullptr) options_.pulse->switch_on(provider);
  return changed;
}

void Daemon::stop() {
  if (options_.pulse != nullptr) options_.pulse->stopping();
  spdlog::info("stopping: no more jobs are taken; calls in flight have {} ms",
               options_.shutdown_grace.count());
  inbox_.close();
  engine_.stop_taking();
  Millis ends = clock_.now().boot + options_.shutdown_grace;
  bool aborted = false;
  for (turn_or_wait(); !engine_.idle(); turn_or_wait()) {
    const Millis now = clock_.now().boot;
    if (aborted && now >= ends) break;
    if (!aborted && (signals_.stop > 1 || now >= ends)) {
      // The calls still under way are cut off, and have a moment to say how far they had come.
      spdlog::warn("stopping now: calls in flight are cut off");
      workers_.abort();
      options_.abort_couriers();
      aborted = true;
      ends = now + kAbortGrace;
    }
    inbox_.wait(kOthersSeenWithin);
  }
  if (options_.reserve != nullptr) options_.reserve->free();  // for the last words
  engine_.finish();
  if (options_.publisher != nullptr) options_.publisher->stop(clock_.now());
}

}  // namespace latchkey::engine
