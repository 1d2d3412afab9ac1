#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/json.h"
#include "sandbox/arrival.h"
#include "sandbox/faults.h"

namespace latchkey::sandbox {

/// Decides which fault the next call meets. Thread-safe.
class FaultPlan {
 public:
  /// The next `count` calls (-1: all until clear()) of that route meet `fault`, after those ordered before.
  void order(Api api, Route route, Fault fault, int count);
  void clear();
  /// Also forgets how often each recipient was called.
  void reset();

  /// Takes one call from what was ordered; None when nothing is.
  Fault next_ordered(Api api, Route route);
  /// Takes one call from what the recipient's own tags ask for.
  Fault next_of_recipient(Api api, const std::string& recipient);
  /// What is ordered and not used up, for the control API.
  Json shown() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<Api, Route>, std::deque<FaultRun>> ordered_;
  std::map<std::string, int> met_;  // calls that each tagged recipient has made
};

}  // namespace latchkey::sandbox
