#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "tests/support/fake_http_client.h"

namespace latchkey::test {

/// How long a test waits for what must happen. Nothing ever waits for it to pass unless the test is about to
/// fail.
constexpr std::chrono::seconds kPatience{60};

/// The way to one provider: what a worker sends stays on the wire until the test answers it, or until its
/// client is aborted. Thread-safe; outlives its clients.
class Wire {
 public:
  /// `deaf`: abort() does not reach the request, as when a system call does not come back.
  std::unique_ptr<HttpClient> client(bool deaf = false) { return std::make_unique<Client>(*this, deaf); }

  /// Waits until `count` requests in all have been put on the wire; false when that does not happen.
  bool carries(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return sent_ >= count; });
  }
  /// Waits until an abort has been asked for.
  bool aborted() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return aborted_; });
  }
  int sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  /// Answers one request that is on the wire, or the next one.
  void answer_one(HttpAnswer answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
    changed_.notify_all();
  }
  /// Answers all that are on the wire and all that come.
  void answer_all(HttpAnswer answer) {
    const std::lock_guard lock(mutex_);
    always_ = std::move(answer);
    changed_.notify_all();
  }

 private:
  class Client final : public HttpClient {
   public:
    Client(Wire& wire, bool deaf) : wire_(wire), deaf_(deaf) {}
    HttpAnswer send(const HttpRequest& request) override {
      std::unique_lock lock(wire_.mutex_);
      if (cut_) return http_failure(HttpFailure::Aborted, false);
      if (request.may_write && !request.may_write()) return http_failure(HttpFailure::Refused, false);
      ++wire_.sent_;
      wire_.changed_.notify_all();
      wire_.changed_.wait(lock, [this] { return cut_ || wire_.always_ || !wire_.answers_.empty(); });
      if (cut_) return http_failure(HttpFailure::Aborted, true);
      if (wire_.answers_.empty()) return *wire_.always_;
      HttpAnswer answer = std::move(wire_.answers_.front());
      wire_.answers_.pop_front();
      return answer;
    }
    void abort() override {
      const std::lock_guard lock(wire_.mutex_);
      wire_.aborted_ = true;
      cut_ = !deaf_;
      wire_.changed_.notify_all();
    }

   private:
    Wire& wire_;
    const bool deaf_;
    bool cut_ = false;  // protected by wire_.mutex_
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_:
  int sent_ = 0;
  bool aborted_ = false;
  std::deque<HttpAnswer> answers_;
  std::optional<HttpAnswer> always_;
};

}  // namespace latchkey::test
