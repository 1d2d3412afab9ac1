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
/// used again. If they took turns, every call of a quiet evening would shake hands anew.
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
  /// Where one thread waits for its next call.
  struct Seat {
    std::condition_variable_any arrived;
    std::optional<Attempt> attempt;
  };

  void run(std::stop_token stop);
  void sit_down(Seat& seat);
  provider::Result call(const Attempt& attempt, HttpClient& http);

  Calls calls_;
  Inbox& inbox_;
  Clock& clock_;
  std::atomic<int> idle_;
  std::atomic<bool> aborted_{false};
  std::mutex mutex_;
  std::vector<Seat*> free_;            // of those who have nothing to do, the last to come back at the end
  std::deque<Attempt> attempts_;       // given before a thread has sat down
  std::vector<HttpClient*> clients_;   // of the running threads, for abort()
  std::vector<std::jthread> threads_;  // last: they end before the rest goes
};

}  // namespace latchkey::engine
