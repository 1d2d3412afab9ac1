#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "engine/couriers.h"
#include "engine/settings.h"
#include "simulation/moment.h"

namespace latchkey::test {

/// Follows the outbox of webhooks: every outcome becomes one event for each endpoint that wants it, nothing
/// else becomes one, and none is lost before the endpoint has taken it or it was given up for a reason.
class OutboxChecker {
 public:
  explicit OutboxChecker(const engine::Settings& settings) : settings_(settings) {}

  /// An entry has moved a job to this state.
  void reached(const std::string& request_id, job::State state);
  /// Compares the outbox with what it must hold. Everything that the ledger holds must have been told by
  /// now.
  void look(store::Store& store, const Moment& moment);
  /// A poster was given an event, and is back: the endpoint has taken it, or not.
  void post_begun(const store::Event& event, const Moment& moment);
  void post_ended(const store::Event& event, const handover::PostResult& result);
  /// A person has it tried again, although it was given up.
  void begun_anew(std::int64_t id, const Moment& moment);
  /// The daemon has ended: its posters are no more.
  void process_ended();
  /// Nothing is left to be posted.
  void finished() const;

  /// Something happened that the ledger does not show: the next look must be at the outbox, too.
  void look_again() { moved_ = true; }
  bool moved() const { return moved_; }

 private:
  struct Expected {
    std::string request_id;
    std::string type;
  };
  struct Known {
    store::Event event;  // as last seen
    Millis elapsed{0};   // when it was first seen
    bool delivered = false;
    bool gone = false;
    std::map<int, Millis> under_way;  // try -> elapsed time at which its lease ends
  };
  Millis lease(const std::string& endpoint) const;
  void first_seen(const store::Event& event, const Moment& moment);
  void seen_again(Known& known, const store::Event& event, const Moment& moment);

  const engine::Settings& settings_;
  std::map<std::string, std::deque<Expected>> expected_;  // by endpoint
  std::map<std::int64_t, Known> known_;
  std::map<std::string, std::string> bodies_;  // by message
  std::int64_t last_id_ = 0;
  bool moved_ = false;
};

}  // namespace latchkey::test
