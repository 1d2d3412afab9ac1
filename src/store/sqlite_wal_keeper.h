#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

struct sqlite3;

namespace latchkey::store {

/// Keeps a connection's write-ahead log short while its commits wait as little as possible. SQLite itself
/// would copy the log into the database within every thousandth page's commit. Here a thread with a
/// connection of its own does so; what was written meanwhile is little, and is copied by the commit that
/// follows, for only a log that is copied to its end begins anew. A log that grows to four times that length
/// all the same (the thread gets no processor, a reader holds an old snapshot) is copied as SQLite would do
/// it.
class WalKeeper {
 public:
  /// Of the connection `writer` to the database at `path`, for as long as this object lives, which ends
  /// before the connection does. Throws Error when no second connection can be opened.
  WalKeeper(sqlite3* writer, const std::filesystem::path& path);
  ~WalKeeper();
  WalKeeper(const WalKeeper&) = delete;
  WalKeeper& operator=(const WalKeeper&) = delete;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  enum class Step { Rest, Asked, Copied };

  void committed(int pages);
  void copy_here();
  void run();

  sqlite3* writer_;
  std::unique_ptr<sqlite3, Close> own_;
  int begin_at_;  // of the writer's thread: pages in the log
  std::mutex mutex_;
  std::condition_variable asked_;
  Step step_ = Step::Rest;
  bool ending_ = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace latchkey::store
