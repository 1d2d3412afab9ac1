#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace latchkey::engine {

/// Threads that each do one blocking task at a time. Tasks that were given and not begun when this object
/// goes are dropped.
template <typename Task>
class Crew {
 public:
  /// What does the tasks of one thread. Must not throw.
  using Worker = std::function<void(Task)>;

  /// `make_worker` is called once on each thread, so that what a worker keeps belongs to its thread.
  Crew(int count, std::function<Worker()> make_worker) : idle_(count) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back(
          [this, make_worker](std::stop_token stop) { run(std::move(stop), make_worker()); });
    }
  }

  /// Threads that have nothing to do.
  int idle() const { return idle_; }
  /// Gives a task to an idle thread.
  void give(Task task) {
    --idle_;
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    arrived_.notify_one();
  }

 private:
  void run(std::stop_token stop, const Worker& work) {
    std::unique_lock lock(mutex_);
    while (arrived_.wait(lock, stop, [this] { return !tasks_.empty(); })) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      work(std::move(task));
      lock.lock();
    }
  }

  std::atomic<int> idle_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Task> tasks_;
  std::vector<std::jthread> threads_;  // last: they end before the rest goes

 public:
  /// Called by a worker that is done with its task, before it tells so: whoever hears of it may give the
  /// thread the next.
  void done() { ++idle_; }
};

}  // namespace latchkey::engine
