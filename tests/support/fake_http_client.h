#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/http_client.h"

namespace latchkey {

/// What a FakeHttpClient was asked to send, in plain strings.
struct SentRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string authorization;
  std::string body;
  Millis timeout{0};
  Millis connect_timeout{0};
  Reach reach = Reach::Anywhere;
  std::string ca_file;
};

inline HttpAnswer http_answer(int status, std::string body,
                              std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpAnswer answer;
  answer.written = true;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.body = std::move(body);
  return answer;
}

inline HttpAnswer http_failure(HttpFailure failure, bool written) {
  HttpAnswer answer;
  answer.failure = failure;
  answer.written = written;
  return answer;
}

/// Answers from a script, in order; beyond it every call fails to connect. Asks may_write as the real client
/// does. Thread-safe, so that a test can look at it while a worker uses it.
class FakeHttpClient final : public HttpClient {
 public:
  /// Called for each request in turn; may block, for a test that wants a call in flight.
  using Answer = std::function<HttpAnswer(const HttpRequest&)>;

  void answer_with(HttpAnswer answer) {
    answer_with([answer = std::move(answer)](const HttpRequest&) { return answer; });
  }
  void answer_with(Answer answer) {
    std::lock_guard lock(mutex_);
    script_.push_back(std::move(answer));
  }

  HttpAnswer send(const HttpRequest& request) override {
    Answer next;
    {
      std::lock_guard lock(mutex_);
      if (aborted_) return http_failure(HttpFailure::Aborted, false);
      if (script_.empty()) return http_failure(HttpFailure::Connect, false);
      next = std::move(script_.front());
      script_.pop_front();
    }
    if (request.may_write && !request.may_write()) return http_failure(HttpFailure::Refused, false);
    {
      std::lock_guard lock(mutex_);
      sent_.push_back({request.method, request.url, request.headers,
                       std::string(request.authorization.reveal()), request.body, request.timeout,
                       request.connect_timeout, request.reach, request.ca_file});
    }
    return next(request);
  }
  void abort() override {
    std::lock_guard lock(mutex_);
    aborted_ = true;
  }

  std::vector<SentRequest> sent() const {
    std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Answer> script_;      // protected by mutex_
  std::vector<SentRequest> sent_;  // protected by mutex_
  bool aborted_ = false;           // protected by mutex_
};

}  // namespace latchkey
