#include "ledger/finding.h"

#include <algorithm>
#include <limits>

#include "base/ids.h"

namespace latchkey::ledger {
namespace {

constexpr std::int64_t kKeptMax = 100;

}  // namespace

void Finding::set_request_id(std::string_view id) {
  if (is_id(id)) request_id = id;
}

void Findings::add(std::string_view code, std::optional<std::int64_t> seq, std::string_view request_id,
                   std::string text) {
  const auto count = counts_.try_emplace(std::string(code), 0).first;
  if (++count->second > kKeptMax) return;
  kept_.push_back({std::string(code), seq, {}, std::move(text)});
  kept_.back().set_request_id(request_id);
}

void Findings::merge(Findings other) {
  for (Finding& finding : other.kept_) {
    const auto have = std::count_if(kept_.begin(), kept_.end(),
                                    [&](const Finding& one) { return one.code == finding.code; });
    if (have < kKeptMax) kept_.push_back(std::move(finding));
  }
  for (const auto& [code, count] : other.counts_) counts_[code] += count;
}

void Findings::sort() {
  const auto place = [](const Finding& finding) {
    return finding.seq.value_or(std::numeric_limits<std::int64_t>::max());
  };
  std::stable_sort(kept_.begin(), kept_.end(),
                   [&](const Finding& a, const Finding& b) { return place(a) < place(b); });
}

std::int64_t Findings::total() const {
  std::int64_t total = 0;
  for (const auto& [code, count] : counts_) total += count;
  return total;
}

}  // namespace latchkey::ledger
