#include "surface/figures.h"

#include <algorithm>
#include <system_error>

#include "ledger/entry.h"

namespace latchkey::surface {
namespace {

constexpr Millis kFiguresKept{5'000};
constexpr Millis kDay = std::chrono::hours(24);
constexpr int kShareOfTime = 20;  // reading takes a twentieth of one thread's time at most

std::size_t place(job::Provider provider) {
  return static_cast<std::size_t>(provider);
}

}  // namespace

std::int64_t Figures::jobs_in(job::State state) const {
  std::int64_t sum = 0;
  for (const auto& [key, count] : jobs) {
    if (key.second == state) sum += count;
  }
  return sum;
}

Figures read_figures(store::Store& store, const std::filesystem::path& database,
                     const engine::PublishedCheckpoint::State& published, TimePoint now) {
  Figures figures;
  figures.at = now;
  figures.jobs = store.count_jobs();
  for (const job::Provider provider : job::kProviders) {
    const std::vector<TimePoint> due = store.ready_due_times(provider, 1);
    const auto oldest = std::min_element(due.begin(), due.end());
    if (oldest != due.end() && *oldest <= now) figures.oldest_due.at(place(provider)) = *oldest;
    figures.gates.at(place(provider)) = store.gate(provider);
  }
  figures.events = store.count_events();
  const store::ScheduleCounts schedules = store.count_schedules();
  figures.schedules_armed = schedules.armed;
  figures.schedules_disarmed = schedules.disarmed;
  for (const store::MissedRuns& missed : store.missed_runs(now - kDay)) figures.runs_missed += missed.runs;
  figures.ledger_size = store.head().size;
  if (!published.note.empty() && published.size < figures.ledger_size) {
    if (const auto bytes = store.entry(published.size)) figures.uncovered_since = ledger::decode(*bytes).t;
  }
  // Looked at, never opened: closing it would drop SQLite's locks.
  std::error_code error;
  const auto size = std::filesystem::file_size(database.string() + "-wal", error);
  figures.wal_bytes = error ? 0 : static_cast<std::int64_t>(size);
  figures.readable = true;
  return figures;
}

std::shared_ptr<const Figures> FigureBoard::latest() {
  std::unique_lock lock(mutex_);
  if (reading_ || (latest_ && clock_.now().boot < next_)) {
    first_.wait(lock, [this] { return latest_ != nullptr; });
    return latest_;
  }
  reading_ = true;
  const std::shared_ptr<const Figures> before = latest_;
  lock.unlock();
  const Stopwatch watch;
  std::shared_ptr<const Figures> now = read_again(before);
  const auto cost = std::chrono::duration_cast<Millis>(watch.elapsed());
  lock.lock();
  latest_ = std::move(now);
  reading_ = false;
  next_ = clock_.now().boot + std::max(kFiguresKept, kShareOfTime * cost);
  first_.notify_all();
  return latest_;
}

std::shared_ptr<const Figures> FigureBoard::read_again(const std::shared_ptr<const Figures>& before) {
  try {
    return std::make_shared<const Figures>(read_(clock_.now().wall));
  } catch (const std::exception&) {  // what is wrong with the database is in the log of whoever writes to it
    auto old = std::make_shared<Figures>(before ? *before : Figures{});
    old->readable = false;
    return old;
  }
}

}  // namespace latchkey::surface
