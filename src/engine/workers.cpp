#include "engine/workers.h"

namespace latchkey::engine {

Workers::Workers(int count, Calls calls, Inbox& inbox, Clock& clock)
    : calls_(std::move(calls)), inbox_(inbox), clock_(clock), idle_(count) {
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this](std::stop_token stop) { run(std::move(stop)); });
  }
}

Workers::~Workers() {
  abort();
}

void Workers::dispatch(Attempt attempt) {
  --idle_;
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    attempts_.push_back(std::move(attempt));
    return;
  }
  Seat& seat = *free_.back();
  free_.pop_back();
  seat.attempt = std::move(attempt);
  seat.arrived.notify_one();
}

// With the mutex held.
void Workers::sit_down(Seat& seat) {
  if (attempts_.empty()) return free_.push_back(&seat);
  seat.attempt = std::move(attempts_.front());
  attempts_.pop_front();
}

void Workers::abort() {
  aborted_ = true;
  const std::lock_guard lock(mutex_);
  for (HttpClient* client : clients_) client->abort();
}

void Workers::run(std::stop_token stop) {
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
  sit_down(seat);
  while (seat.arrived.wait(lock, stop, [&] { return seat.attempt.has_value(); })) {
    Finished finished{std::move(*seat.attempt), {}};
    seat.attempt.reset();
    lock.unlock();
    finished.result =
        call(finished.attempt, *clients.at(static_cast<std::size_t>(finished.attempt.provider)));
    // Before anybody can hear of the result, who may have the next call ready.
    lock.lock();
    sit_down(seat);
    lock.unlock();
    ++idle_;
    inbox_.put(std::move(finished));
    lock.lock();
  }
  std::erase(free_, &seat);
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
