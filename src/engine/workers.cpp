#include "engine/workers.h"

namespace latchkey::engine {

Workers::Workers(int count, Calls calls, Inbox& inbox, Clock& clock)
    : calls_(std::move(calls)), inbox_(inbox), clock_(clock), idle_(count) {
  for (int i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
  abort();
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (Seat* seat : free_) seat->called.notify_one();
  }
  for (std::thread& thread : threads_) thread.join();
}

void Workers::dispatch(Attempt attempt) {
  --idle_;
  const std::lock_guard lock(mutex_);
  attempts_.push_back(std::move(attempt));
  if (!waking_) wake_one();
}

// With the mutex held, as next().
void Workers::wake_one() {
  waking_ = !attempts_.empty() && !free_.empty();
  if (!waking_) return;
  Seat& seat = *free_.back();
  free_.pop_back();
  seat.awake = true;
  seat.called.notify_one();
}

// A call for a thread that is awake; nullopt: there is none, and it has taken its seat.
std::optional<Attempt> Workers::next(Seat& seat) {
  if (attempts_.empty()) {
    free_.push_back(&seat);
    return std::nullopt;
  }
  std::optional<Attempt> attempt(std::move(attempts_.front()));
  attempts_.pop_front();
  return attempt;
}

void Workers::abort() {
  aborted_ = true;
  const std::lock_guard lock(mutex_);
  for (HttpClient* client : clients_) client->abort();
}

void Workers::run() {
  std::array<std::unique_ptr<HttpClient>, job::kProviders.size()> clients;
  for (const job::Provider provider : job::kProviders) {
    auto& client = clients.at(static_cast<std::size_t>(provider));
    client = calls_.client(provider);
    const std::lock_guard lock(mutex_);
    clients_.push_back(client.get());
    if (aborted_) client->abort();
  }
  Seat seat;
  std::unique_lock lock(mutex_);
  std::optional<Attempt> attempt = next(seat);
  while (!ending_) {
    if (!attempt) {
      seat.called.wait(lock, [&] { return seat.awake || ending_; });
      if (ending_) break;
      seat.awake = false;
      attempt = next(seat);
      wake_one();
      continue;
    }
    lock.unlock();
    Finished finished{std::move(*attempt), {}};
    finished.result =
        call(finished.attempt, *clients.at(static_cast<std::size_t>(finished.attempt.provider)));
    // Before anybody can hear of the result, who may have the next call ready.
    lock.lock();
    attempt = next(seat);
    lock.unlock();
    ++idle_;
    inbox_.put(std::move(finished));
    lock.lock();
  }
  for (const auto& client : clients) std::erase(clients_, client.get());
}

provider::Result Workers::call(const Attempt& attempt, HttpClient& http) {
  const auto fresh = [&] { return still_fresh(attempt, clock_.now()); };
  try {
    return calls_.provider(attempt.provider)
        .call({attempt.request_id, attempt.address, fresh, attempt.expect_email}, http);
  } catch (const std::exception&) {
    // Something of our own broke in the middle of a call: what the provider saw is not known, and saying so
    // is the one safe answer. The text may hold what was received, so it goes nowhere.
    provider::Result result;
    result.code = job::Code::BadAnswer;
    return result;
  }
}

}  // namespace latchkey::engine
