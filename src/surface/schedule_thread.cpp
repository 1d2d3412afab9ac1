#include "surface/schedule_thread.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "definition_file.h"

namespace latchkey::surface {
namespace {

// Long enough for a daemon that sleeps between two tries for the lock, short beside a transaction.
constexpr Millis kLetEngineWrite{10};
constexpr Millis kAfterTrouble{2000};

// Ends a long import while the daemon stops.
class Stopping : public Error {
 public:
  Stopping() : Error("the daemon stops") {}
};

bool is_recipients_file(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return !name.starts_with('.') && (path.extension() == ".csv" || path.extension() == ".jsonl");
}

}  // namespace

job::Definition DefinitionFiles::load(const std::filesystem::path& file) {
  return load_definition(file);
}

// The time of the last change cannot be set by whoever writes the file.
std::optional<engine::FileMark> DefinitionFiles::mark(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return std::nullopt;
  return engine::FileMark{status.st_ino, static_cast<std::uintmax_t>(status.st_size),
                          status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec};
}

std::unique_ptr<std::istream> DefinitionFiles::open(const std::filesystem::path& recipients) {
  std::error_code error;
  if (std::filesystem::is_directory(recipients, error))
    throw engine::RecipientsUnreadable(recipients.string() + " is a folder, not a file");
  auto in = std::make_unique<std::ifstream>(recipients, std::ios::binary);
  if (!*in)
    throw engine::RecipientsUnreadable(recipients.string() +
                                       " cannot be opened: check that it exists and may be read");
  return in;
}

std::vector<engine::DroppedFile> DefinitionFiles::list(const std::filesystem::path& folder) {
  std::vector<engine::DroppedFile> files;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (!is_recipients_file(entry->path()) || !entry->is_regular_file(error)) continue;
    const auto size = entry->file_size(error);
    const auto changed = entry->last_write_time(error);
    if (!error) files.push_back({entry->path(), size, changed.time_since_epoch().count()});
  }
  std::sort(files.begin(), files.end());
  return files;
}

ScheduleThread::ScheduleThread(const Config& config, engine::Settings settings, Clock& clock,
                               engine::Pulse& pulse, engine::Scheduler::Tell tell)
    : settings_(std::move(settings)),
      clock_(clock),
      pulse_(pulse),
      tell_(std::move(tell)),
      store_(config.database(), clock) {}

ScheduleThread::~ScheduleThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ScheduleThread::start() {
  thread_ = std::thread([this] { run(); });
}

void ScheduleThread::run() {
  engine::ImportParts parts{store_, clock_, random_, settings_, "system", {}, {}};
  parts.let_others_write = [this] {
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, kLetEngineWrite, [this] { return stopping_.load(); })) throw Stopping();
  };
  engine::Scheduler scheduler(parts, files_, tell_);
  while (!stopping_) {
    const Millis rest = tick(scheduler);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, rest, [this] { return stopping_.load(); });
  }
}

Millis ScheduleThread::tick(engine::Scheduler& scheduler) {
  // A provider that was off may have been given its key meanwhile.
  for (const job::Provider id : job::kProviders)
    settings_.of(id).on = pulse_.state().on.at(static_cast<std::size_t>(id));
  try {
    const TimePoint next = scheduler.tick();
    complaint_.clear();
    return std::clamp(next - clock_.now().wall, Millis(1), engine::Scheduler::kLookAgain);
  } catch (const Stopping&) {
    return Millis(0);
  } catch (const store::StoreBusy&) {
    return kAfterTrouble;
  } catch (const std::exception& error) {
    complain(error.what());
    return kAfterTrouble;
  }
}

// Once, however long it lasts.
void ScheduleThread::complain(const std::string& text) {
  if (text == complaint_) return;
  complaint_ = text;
  tell_("schedules do not fire: " + text, true);
}

}  // namespace latchkey::surface
