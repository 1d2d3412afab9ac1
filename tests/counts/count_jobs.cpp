// Does what a job costs the engine and a subject costs `audit verify`, so that job_counts.py can count it:
// count_jobs PART. Prints one line of JSON. What is counted happens within the function `counted` alone,
// which is what callgrind is told to look at.
#include <sqlite3.h>

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "ledger/subject_traces.h"
#include "tests/support/job_rig.h"
#include "tests/support/seeded_random.h"

namespace {

using latchkey::test::JobRig;

constexpr int kJobs = 960;
constexpr int kCallers = 8;    // requests that share a turn
constexpr int kAtOnce = 48;    // calls under way
constexpr int kBefore = 5000;  // jobs that are there already: an empty index has no depth
constexpr int kSubjects = 64'000;

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
extern "C" __attribute__((noinline)) void counted(const std::function<void()>& part) {
  part();
}

namespace {

// All within one millisecond, as an import may make them: their ids begin with the same 48 bits.
void count_subjects() {
  latchkey::SeededRandom random(7);
  std::vector<std::string> ids;
  for (int i = 0; i < kSubjects; ++i) {
    ids.push_back(latchkey::make_subject_id(latchkey::from_ms(1'800'000'000'000), random));
  }
  const std::string commitment(64, 'a');
  const latchkey::KeyedHash hash(random);
  latchkey::ledger::Findings findings;
  latchkey::ledger::SubjectTraces traces(findings, hash);
  counted([&] {
    latchkey::ledger::Facts facts{};
    facts.commitment = commitment;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      facts.subject = ids[i];
      traces.accepted(facts, static_cast<std::int64_t>(i));
    }
  });
  std::printf("{\"jobs\": %d, \"commits\": 0, \"pages\": 0}\n", kSubjects);
}

void count_jobs(void (*part)(JobRig&)) {
  JobRig rig(kAtOnce);
  rig.fill(kBefore);
  rig.turn(false);
  latchkey::store::SqliteStore& writer = part == bulk ? rig.command() : rig.store();
  sqlite3* database = writer.connection().database().getHandle();
  sqlite3_commit_hook(
      database, [](void*) { return ++commits, 0; }, nullptr);
  const long before = pages_written(database);
  counted([&] { part(rig); });
  std::printf("{\"jobs\": %d, \"commits\": %d, \"pages\": %ld}\n", kJobs, commits,
              pages_written(database) - before);
}

}  // namespace

int main(int count, char** words) {
  const std::string_view name = count == 2 ? words[1] : "";
  if (name == "enqueue") {
    count_jobs(enqueue);
  } else if (name == "drain") {
    count_jobs(drain);
  } else if (name == "bulk") {
    count_jobs(bulk);
  } else if (name == "subjects") {
    count_subjects();
  } else {
    std::fputs("usage: count_jobs enqueue|drain|bulk|subjects\n", stderr);
    return 2;
  }
  return 0;
}
