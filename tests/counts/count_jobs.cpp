// Does what a job costs the engine, so that job_counts.py can count it: count_jobs PART. Prints one line of
// JSON. What is counted happens within the function `counted` alone, which is what callgrind is told to look
// at.
#include <sqlite3.h>

#include <cstdio>
#include <string_view>

#include "base/error.h"
#include "tests/support/job_rig.h"

namespace {

using latchkey::test::JobRig;

constexpr int kJobs = 960;
constexpr int kCallers = 8;    // requests that share a turn
constexpr int kAtOnce = 48;    // calls under way
constexpr int kBefore = 5000;  // jobs that are there already: an empty index has no depth

int commits = 0;

long pages_written(sqlite3* database) {
  int now = 0;
  int most = 0;
  sqlite3_db_status(database, SQLITE_DBSTATUS_CACHE_WRITE, &now, &most, 0);
  return now;
}

void enqueue(JobRig& rig) {
  for (int i = 0; i < kJobs; i += kCallers) {
    rig.ask(kCallers);
    rig.turn(false);
  }
}

void drain(JobRig& rig) {
  rig.turn(true);
  for (int i = kAtOnce; i < kJobs; i += kAtOnce) {
    rig.report();
    rig.turn(true);
  }
  rig.report();
  rig.turn(false);
}

void bulk(JobRig& rig) {
  rig.fill(kJobs);
}

}  // namespace

// Not in a namespace and not inlined: callgrind is given its name.
extern "C" __attribute__((noinline)) void counted(JobRig& rig, void (*part)(JobRig&)) {
  part(rig);
}

int main(int count, char** words) {
  const std::string_view name = count == 2 ? words[1] : "";
  void (*const part)(JobRig&) = name == "enqueue" ? enqueue
                                   : name == "drain" ? drain
                                   : name == "bulk"  ? bulk
                                                     : nullptr;
  if (part == nullptr) {
    std::fputs("usage: count_jobs enqueue|drain|bulk\n", stderr);
    return 2;
  }
  JobRig rig(kAtOnce);
  rig.fill(kBefore);
  rig.turn(false);
  latchkey::store::SqliteStore& writer = part == bulk ? rig.command() : rig.store();
  sqlite3* database = writer.connection().database().getHandle();
  sqlite3_commit_hook(
      database, [](void*) { return ++commits, 0; }, nullptr);
  const long before = pages_written(database);
  counted(rig, part);
  std::printf("{\"jobs\": %d, \"commits\": %d, \"pages\": %ld}\n", kJobs, commits,
              pages_written(database) - before);
  return 0;
}
