#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "config.h"
#include "engine/inbox.h"
#include "handover/reply_desk.h"
#include "job/submission.h"
#include "surface/api.h"

namespace latchkey::surface {

/// One caller of POST /v1/links: what it asks for, its place at the desk, and how its hand-over ends.
/// Whatever happens to the connection, the engine hears of the end exactly once.
class LinkCall {
 public:
  /// Reads `{"customerId", "requestId"?, "wait"?}`. Throws InputError with the fields that are wrong.
  LinkCall(const std::string& body, const Config& config, TimePoint now, Random& random);
  ~LinkCall();
  LinkCall(const LinkCall&) = delete;
  LinkCall& operator=(const LinkCall&) = delete;

  /// Submits the job in the caller's name and waits for the link. Throws InputError when it is rejected at
  /// the door. The reply holds a link, or the state in which the job ended without one.
  handover::Reply mint(const ApiCaller& caller, engine::Inbox& inbox, handover::ReplyDesk& desk);
  /// The answer with the link was written without a socket error.
  void written() { written_ = true; }

  const std::string& request_id() const { return submission_.request_id; }

 private:
  handover::Reply give_up();
  void refuse_link();

  job::Submission submission_;
  Millis wait_{0};
  engine::Inbox* inbox_ = nullptr;
  std::shared_ptr<handover::ReplyDesk::Place> place_;
  int attempt_ = 0;  // whose link we hold; 0: none
  bool written_ = false;
};

}  // namespace latchkey::surface
