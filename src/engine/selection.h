#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/selector.h"
#include "engine/settings.h"
#include "store/store.h"

namespace latchkey::engine {

/// How many jobs one execution takes: it is one transaction, and other writers wait for it.
inline constexpr std::int64_t kBulkJobsMost = 50'000;

/// Why a job that the filter finds is left alone.
enum class LeftOut {
  AlreadyReprocessed,
  Erased,      ///< nobody knows any more whom it was for
  Suppressed,  ///< who it was for wants no more mail
  CallerGone,  ///< its link was for a caller who waited, and nobody does
  ProviderOff,
  Reached,    ///< the same recipient by a later job, or by a late answer
  LaterOne,   ///< a later job of the same recipient is selected itself
  OnTheWay,   ///< a later job of the same recipient has not come to an end
  Refused,    ///< the provider would refuse it again
  Stale       ///< its time is over: it can be reprocessed or closed
};

/// The one spelling of each, for programs.
std::string_view name(LeftOut why);
/// One plain phrase for people: "the recipient was reached by a later job".
std::string_view meaning(LeftOut why);

/// What a selector comes to.
struct Selection {
  struct Reason {
    job::State state = job::State::Failed;
    std::optional<job::Code> code;
    auto operator<=>(const Reason&) const = default;
  };
  struct Sampled {
    std::string request_id;
    job::Provider provider = job::Provider::Mayar;
    Reason reason;
    TimePoint at;  ///< when it ended, or was accepted if it has not
  };
  struct Left {
    std::int64_t jobs = 0;
    std::vector<std::string> sample;  ///< requestIds
  };

  std::int64_t jobs = 0;
  std::map<Reason, std::int64_t> reasons;
  std::map<job::Provider, std::int64_t> providers;
  std::map<LeftOut, Left> left_out;
  std::vector<Sampled> sample;           ///< the newest ten
  std::vector<std::string> request_ids;  ///< oldest first; empty when there are more than kBulkJobsMost
  Millis lifetime{0};                    ///< of the new jobs, the shortest
  int calls = 1;                         ///< that one of them makes, at most
  std::string digest;                    ///< hex SHA-256 of what is selected and left out
};

/// Looks at every job that fits. Reads only; what it reads over a large queue is no snapshot. Memory: eight
/// bytes a job, and more for recipients with several. `selector` is settled.
Selection select(store::Store& store, const Settings& settings, TimePoint now, const Selector& selector);

}  // namespace latchkey::engine
