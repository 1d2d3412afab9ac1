#include "sandbox/fault_plan.h"

namespace latchkey::sandbox {

void FaultPlan::order(Api api, Route route, Fault fault, int count) {
  const std::lock_guard lock(mutex_);
  if (count != 0) ordered_[{api, route}].push_back({fault, count});
}

void FaultPlan::clear() {
  const std::lock_guard lock(mutex_);
  ordered_.clear();
}

void FaultPlan::reset() {
  const std::lock_guard lock(mutex_);
  ordered_.clear();
  met_.clear();
}

Fault FaultPlan::next_ordered(Api api, Route route) {
  const std::lock_guard lock(mutex_);
  const auto found = ordered_.find({api, route});
  if (found == ordered_.end() || found->second.empty()) return Fault::None;
  FaultRun& run = found->second.front();
  const Fault fault = run.fault;
  if (run.count > 0 && --run.count == 0) found->second.pop_front();
  return fault;
}

Fault FaultPlan::next_of_recipient(Api api, const std::string& recipient) {
  const std::vector<FaultRun> runs = faults_of_recipient(api, recipient);
  if (runs.empty()) return Fault::None;
  const std::lock_guard lock(mutex_);
  int before = met_[recipient]++;
  for (const FaultRun& run : runs) {
    if (run.count < 0 || before < run.count) return run.fault;
    before -= run.count;
  }
  return Fault::None;
}

Json FaultPlan::shown() const {
  const std::lock_guard lock(mutex_);
  Json all = Json::array();
  for (const auto& [where, runs] : ordered_) {
    for (const FaultRun& run : runs) {
      all.push_back({{"provider", name_of(where.first)},
                     {"route", name_of(where.second)},
                     {"fault", kind_of(run.fault).name},
                     {"count", run.count}});
    }
  }
  return all;
}

}  // namespace latchkey::sandbox
