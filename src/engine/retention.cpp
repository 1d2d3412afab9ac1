#include "engine/retention.h"

#include <algorithm>
#include <utility>

#include "base/crypto.h"
#include "base/encoding.h"
#include "engine/erasure.h"

namespace latchkey::engine {
namespace {

// What is left of the promised 50 ms is for the commit.
constexpr Millis kShortly{30};

// Does `one` for each of the items, in as many transactions as it takes, and `last` at the end of each.
template <typename One, typename Last>
void in_short_transactions(const RetentionParts& parts, const std::vector<std::string>& items, One one,
                           Last last) {
  std::size_t done = 0;
  while (done < items.size()) {
    store::Transaction transaction(parts.store);
    const Instant begun = transaction.now();
    Forecasts forecasts(parts.store, parts.settings, begun.wall);
    Context context{parts.store, parts.random, parts.settings, forecasts, begun, parts.actor};
    do {
      one(context, items[done++]);
    } while (done < items.size() && parts.clock.now().boot - begun.boot < kShortly);
    last(context);
    transaction.commit();
    if (done < items.size() && parts.let_others_write) parts.let_others_write();
  }
}

std::string digest_of(std::vector<std::string> request_ids) {
  std::sort(request_ids.begin(), request_ids.end());
  Sha256 digest;
  for (const std::string& request_id : request_ids) {
    digest.update(request_id);
    digest.update("\n");
  }
  return to_hex(digest.finish());
}

// All jobs there ever were for a subject, those that were pruned included.
std::vector<std::string> request_ids_of(store::Store& store, const store::Subject& subject) {
  std::vector<std::string> request_ids;
  std::optional<std::int64_t> seq = subject.last_accepted_seq;
  while (seq) {
    const auto bytes = store.entry(*seq);
    const auto lost = [&] { return Error("the ledger's links lead nowhere at " + std::to_string(*seq)); };
    if (!bytes) throw lost();
    const ledger::Entry accepted = ledger::decode(*bytes);
    if (!accepted.request_id || accepted.subject_prev >= seq) throw lost();
    request_ids.push_back(*accepted.request_id);
    seq = accepted.subject_prev;
  }
  return request_ids;
}

// The end of the subject's last job, from the ledger; nullopt while one has its row.
std::optional<TimePoint> last_moved(store::Store& store, const store::Subject& subject) {
  TimePoint last;
  for (const std::string& request_id : request_ids_of(store, subject)) {
    const auto seq = store.pruned_job(request_id);
    if (!seq) return std::nullopt;
    const auto bytes = store.entry(*seq);
    if (!bytes) throw Error("the ledger has no entry " + std::to_string(*seq));
    last = std::max(last, ledger::decode(*bytes).t);
  }
  return last;
}

}  // namespace

std::size_t prune_jobs(const RetentionParts& parts, const std::vector<std::string>& request_ids,
                       TimePoint cut_off) {
  std::size_t count = 0;
  std::vector<std::string> pruned;  // by the open transaction
  const auto one = [&](Context& context, const std::string& request_id) {
    if (context.store.prune_job(request_id)) pruned.push_back(request_id);
  };
  const auto last = [&](Context& context) {
    if (pruned.empty()) return;  // another command was faster
    ledger::Entry entry;
    entry.type = ledger::EntryType::JobsPruned;
    entry.actor = context.actor;
    entry.count = static_cast<std::int64_t>(pruned.size());
    entry.cut_off = cut_off;
    count += pruned.size();
    entry.digest = digest_of(std::exchange(pruned, {}));
    context.store.append(entry);
  };
  in_short_transactions(parts, request_ids, one, last);
  return count;
}

std::vector<std::string> erase_unused_subjects(const RetentionParts& parts, TimePoint cut_off,
                                               const std::string& reason, std::size_t& count) {
  std::vector<std::string> erased;
  count = 0;
  in_short_transactions(
      parts, parts.store.subjects_without_jobs(cut_off),
      [&](Context& context, const std::string& id) {
        const auto subject = context.store.subject(id);
        if (!subject) return;
        const auto last = last_moved(context.store, *subject);
        if (!last || *last >= cut_off) return;
        forget(context, *subject, reason, std::nullopt);
        ++count;
        erased.push_back(subject->recipient);
        if (subject->address != subject->recipient) erased.push_back(subject->address);
        if (subject->deliver_to) erased.push_back(*subject->deliver_to);
      },
      [](Context&) {});
  return erased;
}

}  // namespace latchkey::engine
