#include "engine/inbox.h"

namespace latchkey::engine {

void Inbox::put(Item item) {
  std::unique_lock lock(mutex_);
  if (std::holds_alternative<Request>(item)) {
    if (closed_) throw InputError("try_later", "", "the daemon is stopping: try again when it is back");
    if (requests_ >= requests_max_)
      throw InputError("try_later", "", "too many requests wait: try again in a second");
    ++requests_;
  }
  items_.push_back(std::move(item));
  if (!waiting_) return;
  // Without the lock, which the one that wakes needs.
  lock.unlock();
  arrived_.notify_one();
}

std::vector<Item> Inbox::take(std::size_t most) {
  const std::lock_guard lock(mutex_);
  std::vector<Item> taken;
  while (!items_.empty() && taken.size() < most) {
    if (std::holds_alternative<Request>(items_.front())) --requests_;
    taken.push_back(std::move(items_.front()));
    items_.pop_front();
  }
  return taken;
}

void Inbox::put_back(std::vector<Item> items) {
  const std::lock_guard lock(mutex_);
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (std::holds_alternative<Request>(*item)) ++requests_;
    items_.push_front(std::move(*item));
  }
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void Inbox::abandon() {
  std::deque<Item> left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    left.swap(items_);
    requests_ = 0;
  }
  for (Item& item : left) {
    auto* request = std::get_if<Request>(&item);
    if (request == nullptr) continue;
    request->failed(
        std::make_exception_ptr(InputError("try_later", "", "the daemon has stopped: try again")));
  }
}

bool Inbox::empty() {
  const std::lock_guard lock(mutex_);
  return items_.empty();
}

void Inbox::wait(Millis longest) {
  std::unique_lock lock(mutex_);
  waiting_ = true;
  arrived_.wait_for(lock, longest, [this] { return woken_ || !items_.empty(); });
  waiting_ = false;
  woken_ = false;
}

void Inbox::wait_for_wake(Millis longest) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, longest, [this] { return woken_; });
  woken_ = false;
}

void Inbox::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  arrived_.notify_one();
}

}  // namespace latchkey::engine
