#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/engine.h"

namespace latchkey::engine {

/// Threads that do blocking HTTP and nothing else. Each has its own HttpClient and so its own connections. A
/// call goes to the worker that has come back last: its connection is the one that may be fresh enough to be
/// used again. If they took turns, every call of a quiet evening would shake hands anew. Of those that sleep
/// one is woken at a time, who wakes the next while calls are left: with a provider that answers at once a
/// few threads make all calls, without falling asleep in between.
class Workers final : public Dispatcher {
 public:
  /// The providers and their clients; both are asked for on the worker's own thread.
  struct Calls {
    std::function<provider::Provider&(job::Provider)> provider;
    std::function<std::unique_ptr<HttpClient>(job::Provider)> client;
  };

  Workers(int count, Calls calls, Inbox& inbox, Clock& clock);
  /// Aborts what is under way and waits for the threads.
  ~Workers() override;

  int idle() override { return idle_; }
  void dispatch(Attempt attempt) override;
  /// Ends every call under way; their results still come.
  void abort();

 private:
  /// Where one thread waits to be woken.
  struct Seat {
    std::condition_variable called;
    bool awake = false;
  };

  void run();
  std::optional<Attempt> next(Seat& seat);
  void wake_one();
  provider::Result call(const Attempt& attempt, HttpClient& http);

  Calls calls_;
  Inbox& inbox_;
  Clock& clock_;
  std::atomic<int> idle_;
  std::atomic<bool> aborted_{false};
  std::mutex mutex_;
  std::deque<Attempt> attempts_;      // given, and taken by nobody yet
  std::vector<Seat*> free_;           // of those who sleep, the last to come back at the end
  bool waking_ = false;               // somebody has been woken and has not looked yet
  bool ending_ = false;
  std::vector<HttpClient*> clients_;  // of the running threads, for abort()
  std::vector<std::thread> threads_;
};

}  // namespace latchkey::engine
