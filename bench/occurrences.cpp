// How long it takes to walk through ten years of a schedule's runs.
//
//     occurrences [ZONE]                 (Europe/Berlin)
#include <chrono>
#include <cstdio>
#include <string>

#include "base/clock.h"
#include "base/time_zone.h"
#include "job/cron.h"
#include "job/schedule.h"

namespace latchkey {
namespace {

using job::Cron;
using job::FoldPolicy;
using job::GapPolicy;
using job::Schedule;
using std::chrono::sys_days;
using std::chrono::year;

constexpr TimePoint kBegin = sys_days(year(2027) / 1 / 1);
constexpr TimePoint kEnd = sys_days(year(2037) / 1 / 1);
constexpr const char* kExpressions[] = {
    "0 12 29 2 *", "0 0 1 1 *",    "0 9 * * MON",          "30 2 * * *",      "0 0 13 * FRI",
    "0 * * * *",   "*/15 * * * *", "*/5 8-17 * * MON-FRI", "59 23 31 12 SUN", "* * * * *"};

void measure(const TimeZone& zone, const char* expression, FoldPolicy fold) {
  const Schedule schedule(zone, Cron::parse(expression, "cron"), GapPolicy::Next, fold);
  const Stopwatch watch;
  int count = 0;
  for (auto run = schedule.next(kBegin); run && run->at < kEnd; run = schedule.next(*run)) ++count;
  const std::chrono::duration<double, std::milli> took = watch.elapsed();
  std::printf("%-22s %-5s %9d runs %10.2f ms %8.2f us each\n", expression,
              fold == FoldPolicy::Both ? "both" : "first", count, took.count(), 1000 * took.count() / count);
}

}  // namespace
}  // namespace latchkey

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "Europe/Berlin";
  const auto zone = latchkey::TimeZone::named(name);
  if (!zone) {
    std::fprintf(stderr, "no zone %s\n", name.c_str());
    return 2;
  }
  for (const char* expression : latchkey::kExpressions) {
    latchkey::measure(*zone, expression, latchkey::FoldPolicy::First);
    latchkey::measure(*zone, expression, latchkey::FoldPolicy::Both);
  }
  return 0;
}
