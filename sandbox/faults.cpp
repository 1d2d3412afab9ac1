#include "sandbox/faults.h"

#include <charconv>

#include "base/text.h"

namespace latchkey::sandbox {
namespace {

/// The kind whose name `text` begins with (the longest such name), nullptr when there is none.
const FaultKind* kind_at_start(Api api, std::string_view text) {
  const FaultKind* best = nullptr;
  for (const FaultKind& kind : fault_kinds()) {
    const std::string_view name = kind.name;
    if (!(api == Api::Mayar ? kind.mayar : kind.nomos) || !text.starts_with(name)) continue;
    if (!best || name.size() > std::string_view(best->name).size()) best = &kind;
  }
  return best;
}

/// Cuts a tag and its number off the front of `text`; nullopt when no tag stands there.
std::optional<FaultRun> cut_tag(Api api, std::string_view& text) {
  const FaultKind* kind = kind_at_start(api, text);
  if (!kind) return std::nullopt;
  text.remove_prefix(std::string_view(kind->name).size());
  FaultRun run{kind->fault, -1};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), run.count);
  if (error != std::errc() || run.count < 0) run.count = -1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return run;
}

std::vector<FaultRun> faults_of_email(std::string_view email) {
  std::vector<FaultRun> runs;
  std::string_view local = email.substr(0, email.rfind('@'));
  for (std::size_t plus = local.find('+'); plus != std::string_view::npos; plus = local.find('+')) {
    local.remove_prefix(plus + 1);
    std::string_view part = local.substr(0, local.find('+'));
    const auto run = cut_tag(Api::Mayar, part);
    if (run && part.empty()) runs.push_back(*run);
  }
  return runs;
}

std::vector<FaultRun> faults_of_customer_id(std::string_view id) {
  std::vector<FaultRun> runs;
  if (!id.starts_with("cus_")) return runs;
  id.remove_prefix(4);
  while (const auto run = cut_tag(Api::Nomos, id)) {
    runs.push_back(*run);
    if (!id.starts_with('_')) break;
    id.remove_prefix(1);
  }
  return runs;
}

}  // namespace

const std::vector<FaultKind>& fault_kinds() {
  static const std::vector<FaultKind> kinds = {
      // name, fault, applied, mayar, nomos
      {"badrequest", Fault::BadRequest, false, true, true},
      {"unauthorized", Fault::Unauthorized, false, true, true},
      {"payment", Fault::Payment, false, true, true},
      {"forbidden", Fault::Forbidden, false, true, true},
      {"notfound", Fault::NotFound, false, true, true},
      {"nestednotfound", Fault::NestedNotFound, false, false, true},
      {"conflict", Fault::Conflict, false, false, true},
      {"unprocessable", Fault::Unprocessable, false, false, true},
      {"throttle", Fault::Throttle, false, true, true},
      {"throttledate", Fault::ThrottleDate, false, true, true},
      {"throttlebare", Fault::ThrottleBare, false, true, true},
      {"error500", Fault::Error500, false, true, true},
      {"hidden404", Fault::Hidden404, false, true, false},
      {"hidden429", Fault::Hidden429, false, true, false},
      {"redirect", Fault::Redirect, false, true, true},
      {"drop", Fault::Drop, false, true, true},
      {"proxy502", Fault::Proxy502, true, true, true},
      {"garbage", Fault::Garbage, true, true, true},
      {"huge", Fault::Huge, true, true, true},
      {"cutbefore", Fault::CutBefore, true, true, true},
      {"cutafter", Fault::CutAfter, true, true, true},
      {"hang", Fault::Hang, true, true, true},
      {"slow", Fault::Slow, true, true, true},
      {"drip", Fault::Drip, true, true, true},
      {"unexpectedlink", Fault::UnexpectedLink, true, true, false},
      {"foreignhost", Fault::ForeignHost, true, false, true},
      {"httplink", Fault::HttpLink, true, false, true},
      {"checkout", Fault::Checkout, true, false, true},
  };
  return kinds;
}

const FaultKind& kind_of(Fault fault) {
  static const FaultKind none = {"", Fault::None, true, true, true};
  for (const FaultKind& kind : fault_kinds()) {
    if (kind.fault == fault) return kind;
  }
  return none;
}

std::optional<Fault> fault_named(Api api, std::string_view name) {
  const FaultKind* kind = kind_at_start(api, name);
  if (!kind || kind->name != name) return std::nullopt;
  return kind->fault;
}

std::vector<FaultRun> faults_of_recipient(Api api, std::string_view recipient) {
  const std::string lower = to_lower(recipient);
  return api == Api::Mayar ? faults_of_email(lower) : faults_of_customer_id(lower);
}

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
