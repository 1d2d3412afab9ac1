#include "store/sqlite_wal_keeper.h"

#include <sqlite3.h>

#include "base/error.h"

namespace latchkey::store {
namespace {

constexpr int kPages = 1000;  // as SQLite's own
constexpr int kMost = 4 * kPages;

// Pages in the log that are not in the database yet. What an error leaves there is tried again later: the log
// is the truth until then.
int copy(sqlite3* database) {
  int in_log = 0;
  int copied = 0;
  sqlite3_wal_checkpoint_v2(database, nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
  return in_log > copied ? in_log : 0;
}

}  // namespace

void WalKeeper::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

WalKeeper::WalKeeper(sqlite3* writer, const std::filesystem::path& path)
    : writer_(writer), begin_at_(kPages) {
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  own_.reset(database);
  if (code != SQLITE_OK) throw Error("the database " + path.string() + " cannot be opened a second time");
  sqlite3_wal_hook(
      writer_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<WalKeeper*>(self)->committed(pages);
        return SQLITE_OK;
      },
      this);
  thread_ = std::thread([this] { run(); });
}

WalKeeper::~WalKeeper() {
  sqlite3_wal_autocheckpoint(writer_, kPages);
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  asked_.notify_one();
  thread_.join();
}

// On the writer's thread, after each of its commits.
void WalKeeper::committed(int pages) {
  {
    const std::lock_guard lock(mutex_);
    if (step_ == Step::Asked && pages < begin_at_ + kMost - kPages) return;
    if (step_ == Step::Rest) {
      if (pages < begin_at_) return;
      step_ = Step::Asked;
      asked_.notify_one();
      return;
    }
    if (step_ == Step::Copied) step_ = Step::Rest;
  }
  copy_here();
}

void WalKeeper::copy_here() {
  // A log that a reader keeps from being copied to its end is not tried again at every commit.
  begin_at_ = copy(writer_) + kPages;
}

void WalKeeper::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return ending_ || step_ == Step::Asked; });
    if (ending_) return;
    lock.unlock();
    copy(own_.get());
    lock.lock();
    step_ = Step::Copied;
  }
}

}  // namespace latchkey::store
