#include "engine/admission.h"

#include <algorithm>
#include <set>

#include "engine/record.h"
#include "job/recipient.h"

namespace latchkey::engine {
namespace {

using job::Job;

constexpr int kBatchEvery = 10;

// Merges both queues in the order of admission and leaves out a second job of one subject: it runs when the
// first has ended.
class Order {
 public:
  Order(std::vector<Job> singles, std::vector<Job> batch, int since_batch)
      : singles_(std::move(singles)), batch_(std::move(batch)), since_batch_(since_batch) {}

  std::optional<Job> next() {
    while (single_ < singles_.size() || batch_at_ < batch_.size()) {
      const bool batch_turn =
          batch_at_ < batch_.size() && (single_ == singles_.size() || since_batch_ + 1 >= kBatchEvery);
      Job& job = batch_turn ? batch_[batch_at_++] : singles_[single_++];
      if (!subjects_.insert(job.subject).second) {
        left_out_ = true;
        continue;
      }
      since_batch_ = batch_turn ? 0 : std::min(since_batch_ + 1, kBatchEvery);
      return std::move(job);
    }
    return std::nullopt;
  }
  int since_batch() const { return since_batch_; }
  bool left_out() const { return left_out_; }

 private:
  std::vector<Job> singles_;
  std::vector<Job> batch_;
  std::size_t single_ = 0;
  std::size_t batch_at_ = 0;
  int since_batch_;
  std::set<std::string> subjects_;
  bool left_out_ = false;
};

Attempt start(Context& context, Job& job, std::int64_t epoch, const store::Subject& subject) {
  ++job.attempts;
  job.epoch = epoch;
  ledger::Entry intent;
  intent.type = ledger::EntryType::AttemptIntent;
  intent.attempt = job.attempts;
  record(context, job, std::move(intent));
  context.store.update_job(job);

  Attempt attempt;
  attempt.request_id = job.request_id;
  attempt.provider = job.provider;
  attempt.number = job.attempts;
  attempt.address = subject.address;
  if (job.hand_over == job::HandOver::Email && context.settings.verify_address) {
    attempt.expect_email = job::parse_recipient(job::Provider::Mayar, subject.deliver_to.value()).normalised;
  }
  attempt.intent = context.now;
  attempt.fresh_until = job.fresh_until;
  attempt.boot_fresh_until = context.now.boot + (job.fresh_until - context.now.wall);
  attempt.boot_deadline = context.now.boot + context.settings.of(job.provider).deadline;
  return attempt;
}

// A queued job that nobody could get the link of any more.
bool end_in_vain(Context& context, Job& job, HandOvers& hand_overs) {
  if (job.hand_over == job::HandOver::Reply && !hand_overs.caller_waits(job.request_id)) {
    end_without_caller(context, job, job::Code::CallerGone, hand_overs);
    return true;
  }
  if (job.hand_over == job::HandOver::Email &&
      !context.settings.mails) {  // the configuration has changed since
    record(context, job, ledger::EntryType::JobFailed, job::Code::SmtpDeferred);
    context.store.update_job(job);
    return true;
  }
  return false;
}

void admit_for(Context& context, job::Provider provider, Capacity& capacity, std::int64_t epoch,
               HandOvers& hand_overs, Admitted& admitted) {
  const int room = capacity.room(provider);
  if (room == 0 || !context.settings.of(provider).on) return;
  if (provider == job::Provider::Nomos && hand_overs.no_room())
    return;  // until some link is claimed or expires
  const job::Rate& rate = context.settings.of(provider).rate;
  const TimePoint now = context.now.wall;
  job::Gate gate = context.store.gate(provider);
  const int count = job::admits(gate, rate, now, room);
  const auto wake_when_gate_opens = [&] {
    const auto opens = job::opens_at(gate, rate, now);
    if (opens && (!admitted.next || *opens < *admitted.next)) admitted.next = opens;
  };
  if (count == 0) {
    const bool waiting = !context.store.takeable_jobs(provider, false, now, 1).empty() ||
                         !context.store.takeable_jobs(provider, true, now, 1).empty();
    if (waiting) wake_when_gate_opens();
    return;
  }
  Order order(context.store.takeable_jobs(provider, false, now, count),
              context.store.takeable_jobs(provider, true, now, count), gate.since_batch);
  int taken = 0;
  int spent = 0;
  while (spent < count && taken < room) {
    auto job = order.next();
    if (!job) break;
    if (end_in_vain(context, *job, hand_overs)) {
      admitted.more = true;
      continue;
    }
    const auto subject = context.store.subject(job->subject);
    LATCHKEY_CHECK(subject.has_value());  // an erased subject's jobs are cancelled in the same transaction
    admitted.attempts.push_back(start(context, *job, epoch, *subject));
    capacity.take(provider);
    ++taken;
    spent += rate.unlimited() ? 1 : context.settings.calls_of(job->hand_over);
  }
  if (spent == 0) return;
  job::spend(gate, rate, now, spent);
  gate.since_batch = order.since_batch();
  context.store.put_gate(gate);
  if (spent < count) {
    admitted.more = admitted.more || order.left_out();
  } else if (taken < room) {
    wake_when_gate_opens();
  }
}

}  // namespace

int Capacity::room(job::Provider provider) const {
  const int share = std::max(1, workers * 3 / 4);
  return std::max(0, std::min(idle, share - in_flight.at(static_cast<std::size_t>(provider))));
}

Admitted admit(Context& context, Capacity capacity, std::int64_t epoch, HandOvers& hand_overs) {
  Admitted admitted;
  for (const job::Provider provider : job::kProviders) {
    admit_for(context, provider, capacity, epoch, hand_overs, admitted);
  }
  return admitted;
}

}  // namespace latchkey::engine
