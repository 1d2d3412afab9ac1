#include "handover/reply_desk.h"

namespace latchkey::handover {

std::optional<Reply> ReplyDesk::Place::wait(Millis longest) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, longest, [this] { return reply_.has_value(); });
  std::optional<Reply> reply = std::move(reply_);
  reply_.reset();
  return reply;
}

bool ReplyDesk::Place::leave() {
  const std::lock_guard lock(mutex_);
  left_ = true;
  return !delivered_;
}

std::shared_ptr<ReplyDesk::Place> ReplyDesk::open(const std::string& request_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(places_, [](const auto& entry) { return entry.second.expired(); });
  auto& place = places_[request_id];
  if (const auto taken = place.lock()) {
    const std::lock_guard lock_of_place(taken->mutex_);
    if (!taken->left_ && !taken->delivered_) return nullptr;
  }
  auto opened = std::make_shared<Place>();
  place = opened;
  return opened;
}

std::shared_ptr<ReplyDesk::Place> ReplyDesk::find(const std::string& request_id) {
  const std::lock_guard lock(mutex_);
  const auto at = places_.find(request_id);
  return at == places_.end() ? nullptr : at->second.lock();
}

bool ReplyDesk::waiting(const std::string& request_id) {
  const auto place = find(request_id);
  if (!place) return false;
  const std::lock_guard lock(place->mutex_);
  return !place->left_ && !place->delivered_;
}

std::vector<std::string> ReplyDesk::waiting_for() {
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, place] : places_) ids.push_back(id);
  }
  std::erase_if(ids, [this](const std::string& id) { return !waiting(id); });
  return ids;
}

bool ReplyDesk::deliver(const std::string& request_id, Reply reply) {
  const auto place = find(request_id);
  if (!place) return false;
  const std::lock_guard lock(place->mutex_);
  if (place->left_ || place->delivered_) return false;
  place->reply_ = std::move(reply);
  place->delivered_ = true;
  place->arrived_.notify_all();
  return true;
}

}  // namespace latchkey::handover
