#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "engine/attempt.h"
#include "engine/couriers.h"

namespace latchkey::engine {

/// A worker is back with what became of its attempt.
struct Finished {
  Attempt attempt;
  provider::Result result;
};

/// A waiting caller's answer was written (accepted), failed on the way (unknown), or nobody was there
/// (not_sent).
struct HandedOver {
  std::string request_id;
  int attempt = 0;
  job::Outcome outcome = job::Outcome::Accepted;
};

/// A mailer is back.
struct Mailed {
  std::string request_id;
  int attempt = 0;  ///< whose link it was
  int number = 0;   ///< of this link's mails
  handover::MailResult result;
};

/// A poster is back with what became of its try.
struct Posted {
  store::Event event;
  handover::PostResult result;
};

/// Callers are being denied: the first since their number was last written.
struct Denied {};

/// A caller waits no longer.
struct WaitEnded {
  std::string request_id;
};

/// A provider's key files have been read again and hold something new: an automatic pause is over.
struct NewCredentials {
  job::Provider provider = job::Provider::Mayar;
};

/// Something that is to be done inside the turn's transaction, in a savepoint of its own: a submission or an
/// operator's action. Exactly one of the two ends is called, on the engine's thread, after the commit.
struct Request {
  std::string actor;
  std::function<void(Context&)> apply;  ///< throws InputError to reject
  std::function<void()> committed;      ///< it is durable
  std::function<void(std::exception_ptr)> failed;
};

using Item = std::variant<Finished, HandedOver, Mailed, Posted, Denied, WaitEnded, NewCredentials, Request>;

/// The one way to the engine from other threads. Thread-safe.
class Inbox {
 public:
  explicit Inbox(std::size_t requests_max = 10'000) : requests_max_(requests_max) {}

  /// Always takes what workers and callers report. A Request is refused with InputError try_later when
  /// `requests_max` of them wait already, or the inbox is closed.
  void put(Item item);
  /// At most `most` items, oldest first.
  std::vector<Item> take(std::size_t most);
  /// What could not be made durable comes back to the front, in its order.
  void put_back(std::vector<Item> items);
  /// From now on requests are refused.
  void close();
  /// Nobody will ever look into it again: closes it and fails the requests that wait, so that no caller is
  /// left.
  void abandon();
  bool empty();

  /// Returns when something is in it, wake() was called, or `longest` has passed.
  void wait(Millis longest);
  /// Returns when wake() was called or `longest` has passed, whatever is in it.
  void wait_for_wake(Millis longest);
  void wake();

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Item> items_;
  std::size_t requests_ = 0;
  const std::size_t requests_max_;
  bool closed_ = false;
  bool woken_ = false;
  bool waiting_ = false;  // somebody wants to hear of what comes
};

}  // namespace latchkey::engine
