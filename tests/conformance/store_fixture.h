#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"
#include "support/fake_clock.h"

namespace latchkey::store {

/// What the conformance suite needs of a kind of store: a fresh, empty database, and further connections to
/// it. A store's test file derives from this and sets `store` in its constructor.
class StoreFixture {
 public:
  virtual ~StoreFixture() = default;
  /// One more connection, as another process would have it. `wait`: how long its begin() waits for another
  /// writer.
  virtual std::unique_ptr<Store> open(Millis wait = std::chrono::seconds(5)) = 0;

  /// Closes the connection and opens it anew.
  void reopen() {
    store.reset();
    store = open();
  }

  /// Runs `work` in a transaction of its own.
  void commit(const std::function<void(Store&)>& work) {
    Transaction transaction(*store);
    work(*store);
    transaction.commit();
  }

  /// Runs `work` in another process that dies before it commits. Our own connection is closed meanwhile: a
  /// fork must not inherit one.
  void crash(const std::function<void(Store&)>& work) {
    store.reset();
    const pid_t child = fork();
    if (child == 0) {
      try {
        store = open();
        store->begin();
        work(*store);
      } catch (...) {
        _exit(1);
      }
      _exit(0);  // no destructor runs, as with kill -9
    }
    int status = -1;
    waitpid(child, &status, 0);
    if (status != 0) throw Error("the child that was to crash failed before");
    store = open();
  }

  FakeClock clock;
  std::unique_ptr<Store> store;
  const TimePoint start = clock.now().wall;
};

/// An entry that needs nothing else in the database.
inline ledger::Entry plain_entry(const std::string& reason = "test") {
  ledger::Entry entry;
  entry.type = ledger::EntryType::ConfigChanged;
  entry.reason = reason;
  return entry;
}

/// A queued job as the door makes it: due at `due_at`, fresh for a quarter of an hour, with a subject of its
/// own.
inline job::Job queued_job(const std::string& request_id, TimePoint due_at) {
  job::Job job;
  job.request_id = request_id;
  job.provider = job::Provider::Mayar;
  job.subject = "subject-of-" + request_id;
  job.payload_mac = std::string(32, 'm');
  job.due_at = due_at;
  job.lifetime = std::chrono::minutes(15);
  job.expires_at = job.fresh_until = due_at + job.lifetime;
  job.created_at = due_at;
  return job;
}

inline std::vector<std::string> ids_of(const std::vector<job::Job>& jobs) {
  std::vector<std::string> ids;
  for (const job::Job& job : jobs) ids.push_back(job.request_id);
  return ids;
}

// In no order.
inline std::vector<std::string> ids_of(const std::vector<Subject>& subjects) {
  std::vector<std::string> ids;
  for (const Subject& subject : subjects) ids.push_back(subject.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

inline std::vector<std::string> ids_of(const std::vector<Event>& events) {
  std::vector<std::string> messages;
  for (const Event& event : events) messages.push_back(event.message);
  return messages;
}

}  // namespace latchkey::store

// A macro because it must name the place of the case; BOOST's own compares ranges by iterators only.
#define LATCHKEY_CHECK_IDS(jobs, ...)                                                                        \
  do {                                                                                                       \
    const std::vector<std::string> found_ids = ids_of(jobs);                                                 \
    const std::vector<std::string> wanted_ids{__VA_ARGS__};                                                  \
    BOOST_CHECK_EQUAL_COLLECTIONS(found_ids.begin(), found_ids.end(), wanted_ids.begin(), wanted_ids.end()); \
  } while (false)
