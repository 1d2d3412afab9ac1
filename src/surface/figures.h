#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "engine/published_checkpoint.h"
#include "job/gate.h"
#include "store/store.h"
#include "surface/provider_status.h"
#include "surface/read_stores.h"

namespace latchkey::surface {

/// What the database says about the queue as a whole: totals, no id.
struct Figures {
  JobCounts jobs;
  std::array<std::optional<TimePoint>, job::kProviders.size()> oldest_due;  ///< of what may be taken
  std::array<job::Gate, job::kProviders.size()> gates;
  store::EventCounts events;  ///< of the outbox
  std::int64_t schedules_armed = 0;
  std::int64_t schedules_disarmed = 0;
  std::int64_t runs_missed = 0;              ///< of schedules, within a day
  std::int64_t ledger_size = 0;              ///< entries
  std::optional<TimePoint> uncovered_since;  ///< the first entry that no published checkpoint covers
  std::int64_t wal_bytes = 0;
  /// A log of this size is not copied into the database any more: somebody reads an old state of it.
  static constexpr std::int64_t kWalHeld = 64 * 1024 * 1024;
  TimePoint at;           ///< when they were read
  bool readable = false;  ///< false: the database could not be read since; the figures are those of before

  /// How many jobs are in this state, of all providers.
  std::int64_t jobs_in(job::State state) const;
};

/// Reads all of them. `published`: the newest checkpoint, for what it does not cover.
Figures read_figures(store::Store& store, const std::filesystem::path& database,
                     const engine::PublishedCheckpoint::State& published, TimePoint now);

/// Keeps the figures, so that asking for them costs nothing however often it is done: they are read again
/// after 5 seconds at the earliest, and after 20 times as long as reading them took; by one thread, while the
/// others get the ones there are. Thread-safe.
class FigureBoard {
 public:
  FigureBoard(std::function<Figures(TimePoint)> read, Clock& clock) : read_(std::move(read)), clock_(clock) {}

  /// Never null. Waits only while the very first ones are read. Throws nothing: see Figures::readable.
  std::shared_ptr<const Figures> latest();

 private:
  std::shared_ptr<const Figures> read_again(const std::shared_ptr<const Figures>& before);

  const std::function<Figures(TimePoint)> read_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable first_;
  std::shared_ptr<const Figures> latest_;
  bool reading_ = false;
  Millis next_{0};  // boot time
};

}  // namespace latchkey::surface
