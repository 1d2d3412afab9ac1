#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "engine/engine.h"

namespace latchkey::engine {

/// Threads that do blocking HTTP and nothing else. Each has its own HttpClient and so its own connections.
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
  void run(std::stop_token stop);
  provider::Result call(const Attempt& attempt, HttpClient& http);

  Calls calls_;
  Inbox& inbox_;
  Clock& clock_;
  std::atomic<int> idle_;
  std::atomic<bool> aborted_{false};
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Attempt> attempts_;
  std::vector<HttpClient*> clients_;   // of the running threads, for abort()
  std::vector<std::jthread> threads_;  // last: they end before the rest goes
};

}  // namespace latchkey::engine
