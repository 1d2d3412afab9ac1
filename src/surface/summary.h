#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "job/names.h"

namespace latchkey::surface {

/// What is counted: the results of attempts by outcome, then jobs that were refused (stale), failed or held.
inline constexpr std::array<std::string_view, 8> kCounted{"accepted", "rejected", "throttled", "not_sent",
                                                          "unknown",  "refused",  "failed",    "held"};
inline constexpr std::size_t kOutcomes = 5;  ///< how many of them are outcomes, in the order of job::Outcome

/// So many of each.
struct Tally {
  std::array<std::int64_t, kCounted.size()> counts{};
  std::int64_t attempts() const;
  void add(const Tally& other);
};

/// Counts entries by local day and provider. Takes them in the order of the ledger, oldest first.
class Summary {
 public:
  using Key = std::pair<std::string, job::Provider>;  ///< "2026-01-02"

  /// Takes an entry's bytes; most say nothing that is counted.
  void add(std::string_view bytes);
  const std::map<Key, Tally>& tallies() const { return tallies_; }
  /// The zone of those days as their people call it: "WIB", or "CET/CEST" over a change.
  std::string zone() const;

 private:
  std::string day_of(std::string_view time);

  std::map<Key, Tally> tallies_;
  std::set<std::string> zones_;
  std::string minute_;  // of the entry before, and its day: most are of the same
  std::string day_;
};

}  // namespace latchkey::surface
