#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "job/names.h"

namespace latchkey::handover {

/// What a waiting caller gets in the end.
struct Reply {
  Secret link;  ///< empty: there is none, and the rest says why
  int attempt = 0;
  TimePoint link_expires_at;
  job::State state = job::State::Failed;
  std::optional<job::Code> code;
};

/// Where callers wait for the link of their job. A link goes from the worker through here to the caller and
/// is never anywhere else. Thread-safe: callers wait on their own threads, the engine delivers from its.
class ReplyDesk {
 public:
  /// A caller's place. Given up when the last holder lets go of it.
  class Place {
   public:
    /// Waits for the reply; nullopt when `longest` has passed. A reply is given out once.
    std::optional<Reply> wait(Millis longest);
    /// The caller will not take a link any more. False when one has been delivered already: it must be taken.
    bool leave();

   private:
    friend class ReplyDesk;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::optional<Reply> reply_;
    bool delivered_ = false;
    bool left_ = false;
  };

  /// Opens the place for a job that is about to be submitted; nullptr when a caller waits for that requestId
  /// already.
  std::shared_ptr<Place> open(const std::string& request_id);
  /// Whether somebody still waits.
  bool waiting(const std::string& request_id);
  /// The requestIds for which somebody waits.
  std::vector<std::string> waiting_for();
  /// Hands the reply to the waiting caller. False, and the link is wiped, when nobody waits any more.
  bool deliver(const std::string& request_id, Reply reply);

 private:
  std::shared_ptr<Place> find(const std::string& request_id);

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Place>> places_;
};

}  // namespace latchkey::handover
