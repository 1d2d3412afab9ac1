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
      // name, fault, status, mayar, nomos, look-up
      {"badrequest", Fault::BadRequest, 400, true, true, true},
      {"unauthorized", Fault::Unauthorized, 401, true, true, true},
      {"payment", Fault::Payment, 402, true, true, true},
      {"forbidden", Fault::Forbidden, 403, true, true, true},
      {"notfound", Fault::NotFound, 404, true, true, true},
      {"nestednotfound", Fault::NestedNotFound, 404, false, true, true},
      {"conflict", Fault::Conflict, 409, false, true, true},
      {"unprocessable", Fault::Unprocessable, 422, false, true, true},
      {"throttle", Fault::Throttle, 429, true, true, true},
      {"throttledate", Fault::ThrottleDate, 429, true, true, true},
      {"throttlebare", Fault::ThrottleBare, 429, true, true, true},
      {"error500", Fault::Error500, 500, true, true, true},
      {"hidden404", Fault::Hidden404, 404, true, false, false},
      {"hidden429", Fault::Hidden429, 429, true, false, false},
      {"redirect", Fault::Redirect, 302, true, true, true},
      {"drop", Fault::Drop, 500, true, true, true},
      {"proxy502", Fault::Proxy502, 0, true, true, true},
      {"garbage", Fault::Garbage, 0, true, true, true},
      {"huge", Fault::Huge, 0, true, true, true},
      {"cutbefore", Fault::CutBefore, 0, true, true, true},
      {"cutafter", Fault::CutAfter, 0, true, true, true},
      {"hang", Fault::Hang, 0, true, true, true},
      {"slow", Fault::Slow, 0, true, true, true},
      {"drip", Fault::Drip, 0, true, true, true},
      {"unexpectedlink", Fault::UnexpectedLink, 0, true, false, false},
      {"foreignhost", Fault::ForeignHost, 0, false, true, false},
      {"httplink", Fault::HttpLink, 0, false, true, false},
      {"checkout", Fault::Checkout, 0, false, true, false},
      {"noemail", Fault::NoEmail, 0, false, false, true},
  };
  return kinds;
}

const FaultKind& kind_of(Fault fault) {
  static const FaultKind none = {"", Fault::None, 0, true, true, true};
  for (const FaultKind& kind : fault_kinds()) {
    if (kind.fault == fault) return kind;
  }
  return none;
}

int status_of(Fault fault) {
  return kind_of(fault).status;
}

std::optional<Fault> fault_named(Api api, Route route, std::string_view name) {
  for (const FaultKind& kind : fault_kinds()) {
    const bool has = route == Route::Customer ? kind.look_up : api == Api::Mayar ? kind.mayar : kind.nomos;
    if (has && kind.name == name) return kind.fault;
  }
  return std::nullopt;
}

std::vector<FaultRun> faults_of_recipient(Api api, std::string_view recipient) {
  const std::string lower = to_lower(recipient);
  return api == Api::Mayar ? faults_of_email(lower) : faults_of_customer_id(lower);
}

}  // namespace latchkey::sandbox
