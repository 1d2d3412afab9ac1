#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/random.h"
#include "config.h"
#include "engine/pulse.h"
#include "engine/scheduler.h"
#include "store/sqlite_store.h"

namespace latchkey::surface {

/// Definitions and recipients as files.
class DefinitionFiles final : public engine::DefinitionSource {
 public:
  job::Definition load(const std::filesystem::path& file) override;
  std::optional<engine::FileMark> mark(const std::filesystem::path& file) override;
  std::unique_ptr<std::istream> open(const std::filesystem::path& recipients) override;
  std::vector<engine::DroppedFile> list(const std::filesystem::path& folder) override;
};

/// The thread of the daemon that fires what is armed. It is another writer, as a command is: it has a store
/// of its own, and a long import lets the engine's turns in between. Its trouble never ends the daemon.
class ScheduleThread {
 public:
  /// All must outlive this object. `tell` is called on its thread.
  ScheduleThread(const Config& config, engine::Settings settings, Clock& clock, engine::Pulse& pulse,
                 engine::Scheduler::Tell tell);
  /// Stops it; a run that is being stored is given up.
  ~ScheduleThread();
  ScheduleThread(const ScheduleThread&) = delete;
  ScheduleThread& operator=(const ScheduleThread&) = delete;
  void start();

 private:
  void run();
  Millis tick(engine::Scheduler& scheduler);
  void complain(const std::string& text);

  engine::Settings settings_;
  Clock& clock_;
  engine::Pulse& pulse_;
  engine::Scheduler::Tell tell_;
  SystemRandom random_;
  store::SqliteStore store_;
  DefinitionFiles files_;
  std::string complaint_;  // the last one
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace latchkey::surface
