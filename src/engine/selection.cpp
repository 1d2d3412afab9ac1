#include "engine/selection.h"

#include <algorithm>
#include <array>

#include "base/crypto.h"
#include "base/encoding.h"
#include "engine/door.h"
#include "engine/later_jobs.h"
#include "job/recipient.h"
#include "ledger/member.h"

namespace latchkey::engine {
namespace {

using job::State;

constexpr std::size_t kSampleMost = 10;

struct LeftOutWords {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array<LeftOutWords, 10> kLeftOutWords{{
    {"already_reprocessed", "reprocessed before"},
    {"erased", "the recipient was erased"},
    {"suppressed", "the recipient is not to be written to again"},
    {"caller_gone", "its link was for a caller who waited; ask for a new link"},
    {"provider_off", "the provider, or the way its link goes, is off"},
    {"reached", "the recipient was reached by a later job, or by a late answer"},
    {"later_one", "a later job of the same recipient is among these"},
    {"on_the_way", "a later job of the same recipient has not ended"},
    {"refused", "the provider would refuse it again (--include-refused takes it)"},
    {"stale", "its time is over; reprocess or close it"},
}};

/// Takes one job after the other, from the newest to the oldest.
class Sieve {
 public:
  Sieve(store::Store& store, const Settings& settings, TimePoint now, const Selector& selector)
      : store_(store), settings_(settings), now_(now), selector_(selector), later_(store) {
    if (store.has_suppressions()) suppressions_ = true;
  }

  void look(const job::Job& job) {
    if (const auto why = left_out(job)) return leave(job, *why);
    take(job);
  }

  Selection finish() {
    if (selection_.jobs > kBulkJobsMost) selection_.request_ids.clear();
    std::reverse(selection_.request_ids.begin(), selection_.request_ids.end());
    selection_.digest = to_hex(digest_.finish());
    return std::move(selection_);
  }

 private:
  void take(const job::Job& job) {
    const Selection::Reason reason{job.standing.state, job.code};
    ++selection_.reasons[reason];
    ++selection_.providers[job.provider];
    const Millis lifetime = std::min(job.lifetime, settings_.of(job.provider).link_lifetime);
    if (selection_.jobs == 0 || lifetime < selection_.lifetime) selection_.lifetime = lifetime;
    selection_.calls = std::max(selection_.calls, settings_.calls_of(job.hand_over));
    if (selection_.sample.size() < kSampleMost) {
      const TimePoint at = job.finished_at.value_or(job.created_at);
      selection_.sample.push_back({job.request_id, job.provider, reason, at});
    }
    if (++selection_.jobs <= kBulkJobsMost) selection_.request_ids.push_back(job.request_id);
    later_.select(job);
    digest_.update("s " + job.request_id + " " + std::to_string(job.last_seq) + "\n");
  }

  void leave(const job::Job& job, LeftOut why) {
    Selection::Left& left = selection_.left_out[why];
    ++left.jobs;
    if (left.sample.size() < kSampleMost) left.sample.push_back(job.request_id);
    // A later job that comes to its end meanwhile changes nothing of what is to be done.
    const bool later = why == LeftOut::Reached || why == LeftOut::OnTheWay;
    digest_.update("l " + job.request_id + " " + std::string(later ? "later" : name(why)) + "\n");
  }

  std::optional<LeftOut> left_out(const job::Job& job) {
    switch (selector_.action) {
      case BulkAction::Reprocess:
        return not_reprocessed(job);
      case BulkAction::Release:
        return not_released(job);
      case BulkAction::CloseSent:
      case BulkAction::CloseNotSent:
        return std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<LeftOut> not_reprocessed(const job::Job& job) {
    if (job.reprocessed_as) return LeftOut::AlreadyReprocessed;
    const auto subject = store_.subject(job.subject);
    if (!subject) return LeftOut::Erased;
    if (suppressions_ && is_suppressed(job, *subject)) return LeftOut::Suppressed;
    if (job.hand_over == job::HandOver::Reply || job.code == job::Code::CallerGone)
      return LeftOut::CallerGone;
    if (!is_offered(job, *subject)) return LeftOut::ProviderOff;
    if (was_sent_late(job)) return LeftOut::Reached;
    const LaterJobs later = later_.of(job, *subject);
    if (const auto why = later_of(job, later)) return why;
    const bool refused = (job.code && is_refusal(*job.code)) || later.refused > job.id;
    if (refused && !selector_.include_refused) return LeftOut::Refused;
    return std::nullopt;
  }

  std::optional<LeftOut> not_released(const job::Job& job) {
    if (job.reprocessed_as) return LeftOut::AlreadyReprocessed;
    if (now_ >= job.fresh_until) return LeftOut::Stale;
    if (job.hand_over == job::HandOver::Reply) return LeftOut::CallerGone;
    const auto subject = store_.subject(job.subject);
    if (!subject) return LeftOut::Erased;
    return later_of(job, later_.of(job, *subject));
  }

  static std::optional<LeftOut> later_of(const job::Job& job, const LaterJobs& later) {
    if (later.done > job.id) return LeftOut::Reached;
    if (later.selected > job.id) return LeftOut::LaterOne;
    if (later.open > job.id) return LeftOut::OnTheWay;
    return std::nullopt;
  }

  bool is_offered(const job::Job& job, const store::Subject& subject) const {
    const bool mailed = job.hand_over == job::HandOver::Email;
    return settings_.of(job.provider).on && (!mailed || (settings_.mails && subject.deliver_to));
  }

  bool is_suppressed(const job::Job& job, const store::Subject& subject) {
    if (suppressed(store_, settings_, job.provider, subject.recipient)) return true;
    if (job.hand_over != job::HandOver::Email || !subject.deliver_to) return false;
    const std::string address = job::parse_email(*subject.deliver_to, "deliverTo").normalised;
    return suppressed(store_, settings_, job::Provider::Mayar, address);
  }

  // An end stays what it was, even if its mail has gone out: the answer that said so came too late.
  bool was_sent_late(const job::Job& job) {
    if (job.provider != job::Provider::Mayar || job.attempts == 0) return false;
    const auto entry = store_.entry(job.last_seq);
    return entry && ledger::text_member(*entry, "type") == "attempt.late" &&
           ledger::text_member(*entry, "outcome") == "accepted";
  }

  store::Store& store_;
  const Settings& settings_;
  const TimePoint now_;
  const Selector& selector_;
  LaterJobsFinder later_;
  bool suppressions_ = false;
  Sha256 digest_;
  Selection selection_;
};

}  // namespace

std::string_view name(LeftOut why) {
  return kLeftOutWords.at(static_cast<std::size_t>(why)).name;
}

std::string_view meaning(LeftOut why) {
  return kLeftOutWords.at(static_cast<std::size_t>(why)).meaning;
}

Selection select(store::Store& store, const Settings& settings, TimePoint now, const Selector& selector) {
  Sieve sieve(store, settings, now, selector);
  store::JobFilter filter = selector.filter;
  filter.newest_first = true;  // so that a recipient's newest job comes first
  store.each_job(filter, [&](const job::Job& job) {
    sieve.look(job);
    return true;
  });
  return sieve.finish();
}

}  // namespace latchkey::engine
