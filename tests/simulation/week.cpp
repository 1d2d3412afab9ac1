#include "simulation/week.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "base/json.h"
#include "base/time_text.h"
#include "engine/operations.h"
#include "engine/preview.h"
#include "engine/reprocess.h"
#include "engine/verification.h"
#include "store/sqlite_evidence.h"

namespace latchkey::test {
namespace {

using job::State;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Millis kLatency{300};

[[noreturn]] void not_as_planned(const std::string& what) {
  throw std::runtime_error(what);
}

TimeZone zone(const char* name) {
  return *TimeZone::named(name);
}

job::Definition definition_of(const std::string& name) {
  job::Definition definition;
  definition.name = name;
  definition.file = name + ".toml";
  definition.digest = std::string(64, name.front());
  return definition;
}

std::string customers(int from, int count) {
  std::string text = "customerId,deliverTo\n";
  for (int i = from; i < from + count; ++i) {
    const std::string number = std::to_string(i);
    text += "cus_" + number + ",c" + number + "@example.net\n";
  }
  return text;
}

std::string mailed(const char* domain, int count) {
  std::string text = "email\n";
  for (int i = 0; i < count; ++i) text += "p" + std::to_string(i) + "@" + domain + "\n";
  return text;
}

}  // namespace

Week::Week(std::uint64_t seed)
    : rig_([](engine::Settings& with) {
        with.of(job::Provider::Mayar).rate = *job::parse_rate("20/min");
        with.of(job::Provider::Nomos).rate = *job::parse_rate("10/s");
        with.mails = true;
        with.verify_address = true;
      }),
      scheduler_(rig_.parts, source_, [this](const std::string& text, bool) { told_.push_back(text); }),
      random_(seed) {
  rig_.parts.actor = "system";
}

// The week of Monday, 19 October 2026; Sunday is the 25th.
TimePoint Week::berlin(int day, int hour, int minute) const {
  return zone("Europe/Berlin").resolve({2026, 10, day, hour, minute, 0}).first;
}

void Week::prepare() {
  const TimePoint begin = berlin(19, 6);
  rig_.clock.advance(begin - rig_.clock.now().wall);
  outage_begin_ = berlin(21, 1);
  outage_end_ = berlin(21, 7);

  job::Definition onboarding = definition_of("onboarding");
  const TimeZone jakarta = zone("Asia/Jakarta");
  onboarding.recipients.file = "onboarding.csv";
  onboarding.schedule.emplace(job::DefinitionSchedule{
      job::Schedule(jakarta, LocalTime{2026, 10, 20, 9, 0, 0}, job::GapPolicy::Next, job::FoldPolicy::First),
      std::nullopt, job::Overlap::Skip});
  onboarding.window.emplace(jakarta, *job::parse_weekdays("MON-FRI"), hours(8), hours(18));
  source_.recipients["onboarding.csv"] = mailed("new.example", 3000);

  job::Definition daily = definition_of("daily");
  daily.recipients.file = "daily.csv";
  daily.recipients.repeat = true;
  daily.schedule.emplace(
      job::DefinitionSchedule{job::Schedule(zone("Europe/Berlin"), job::Cron::parse("30 2 * * *", "cron"),
                                            job::GapPolicy::Next, job::FoldPolicy::First),
                              std::nullopt, job::Overlap::Skip});
  source_.recipients["daily.csv"] = mailed("daily.example", 200);

  job::Definition drop = definition_of("drop");
  drop.provider = job::Provider::Nomos;
  drop.hand_over = job::HandOver::Email;
  drop.recipients.folder = "drop";
  for (const job::Definition& definition : {onboarding, daily, drop}) {
    source_.put(definition);
    rig_.command([&](engine::Context& context) { engine::enable_schedule(context, definition); });
  }
}

void Week::run() {
  prepare();
  const auto drop = [&](const std::string& name, int from, int count) {
    source_.recipients["drop/" + name] = customers(from, count);
    source_.changed["drop/" + name] += 1;
  };
  live_until(berlin(19, 10));
  drop("monday.csv", 0, 400);
  live_until(berlin(20, 4, 30));  // 9:30 in Jakarta, where the onboarding has begun at 9:00
  kill_daemon();
  live_until(berlin(21, 9));
  decide_about_held();
  reprocess_failures();
  live_until(berlin(21, 12));
  drop("wednesday.csv", 400, 900);
  drop("monday-again.csv", 0, 400);  // the same bytes
  live_until(berlin(21, 12) + seconds(50));
  kill_daemon();
  live_until(berlin(21, 13));
  decide_about_held();
  live_until(berlin(22, 10));
  plan_wrong_mailing(berlin(22, 14));
  live_until(berlin(22, 13, 58));
  cancel_wrong_mailing();
  live_until(berlin(26, 6));
  check();
}

// Everything that somebody waits for, in the order of time.
void Week::live_until(TimePoint end) {
  while (step(end)) {
  }
}

bool Week::step(TimePoint end) {
  const TimePoint now = rig_.clock.now().wall;
  if (now >= tick_at_) tick_at_ = scheduler_.tick();
  answer_calls();
  answer_mails();
  if (!rig_.inbox->empty() || rig_.heart().others_have_written() ||
      wake_.rest(rig_.clock.now(), hours(1)) == Millis(0)) {
    wake_ = rig_.turn();
    return true;
  }
  TimePoint next = std::min({end, tick_at_, now + wake_.rest(rig_.clock.now(), hours(1))});
  if (!rig_.workers->calls.empty()) next = std::min(next, rig_.workers->calls.front().intent.wall + kLatency);
  if (next <= now) return now < end;
  rig_.clock.advance(next - now);
  return next < end;
}

void Week::answer_calls() {
  while (!rig_.workers->calls.empty() &&
         rig_.workers->calls.front().intent.wall + kLatency <= rig_.clock.now().wall) {
    const provider::Result result = call(rig_.workers->calls.front());
    rig_.finish_call(copy_of(result));
  }
}

void Week::answer_mails() {
  while (!rig_.couriers->mails.empty()) {
    delivered_.push_back({rig_.clock.now().wall, "", rig_.couriers->mails.front().mail.request_id});
    rig_.finish_mail({job::Outcome::Accepted, std::nullopt, Millis(40), 0});
  }
}

// The provider's side: its limit as a window that slides, an outage, and otherwise success.
provider::Result Week::call(const engine::Attempt& attempt) {
  const TimePoint now = rig_.clock.now().wall;
  const bool mayar = attempt.provider == job::Provider::Mayar;
  if (mayar && away(now)) return ended(job::Outcome::NotSent, job::Code::Connect);
  auto& calls = mayar ? mayar_calls_ : nomos_calls_;
  const Millis span = mayar ? Millis(60'000) : Millis(1'000);
  const std::size_t most = mayar ? 20 : 10;
  const int made = attempt.expect_email ? 2 : 1;  // the customer's address is asked for first
  while (!calls.empty() && calls.front() <= now - span) calls.pop_front();
  if (calls.size() + static_cast<std::size_t>(made) > most) {
    ++throttled_;
    provider::Result result = ended(job::Outcome::Throttled, job::Code::RateLimited, 429);
    result.wait = seconds(30);
    return result;
  }
  for (int i = 0; i < made; ++i) calls.push_back(now);
  if (mayar) {
    delivered_.push_back({now, attempt.address, attempt.request_id});
    return accepted();
  }
  return minted("https://acme.customerportal.energy/auth/confirm?token_hash=" + std::to_string(++links_));
}

// Calls under way are lost: some had reached the provider, some had not.
void Week::kill_daemon() {
  while (rig_.workers->calls.empty()) step(rig_.clock.now().wall + seconds(10));
  for (const engine::Attempt& attempt : rig_.workers->calls) {
    ++lost_calls_;
    if (attempt.provider == job::Provider::Mayar && random_.below(2) == 0)
      delivered_.push_back({rig_.clock.now().wall, attempt.address, attempt.request_id});
  }
  ++killed_;
  rig_.clock.advance(seconds(20));
  rig_.crash_and_restart();
  wake_ = {};
  wake_.at_once = true;
}

// A person asks the provider what became of each, and says so.
void Week::decide_about_held() {
  std::set<std::string> sent;
  for (const Call& call : delivered_) sent.insert(call.request_id);
  store::JobFilter held;
  held.states = {State::Held};
  std::vector<std::string> ids;
  rig_.other->each_job(held, [&](const job::Job& job) {
    ids.push_back(job.request_id);
    return true;
  });
  for (const std::string& id : ids) {
    rig_.command([&](engine::Context& context) {
      engine::close(context, id, sent.contains(id), "asked the provider");
    });
  }
}

// Both steps, as `jobs reprocess` does.
void Week::reprocess_failures() {
  engine::Selector selector;
  selector.filter.provider = job::Provider::Mayar;
  selector.filter.states = {State::Failed, State::Stale};
  const auto preview = engine::make_preview(*rig_.other, rig_.settings, rig_.clock.now().wall, selector);
  rig_.command([&](engine::Context& context) {
    const auto kept = engine::keep_preview(context, preview);
    reprocessed_.push_back(engine::execute_preview(context, kept.id, "the outage of Wednesday").batch);
  });
}

void Week::plan_wrong_mailing(TimePoint at) {
  job::Definition definition = definition_of("newsletter");
  const std::string recipients = mailed("wrong.example", 1500);
  const engine::Run run{definition, "", at, "",
                        [&] { return std::make_unique<std::istringstream>(recipients); }};
  wrong_ = engine::submit_run(rig_.parts, run).batch.id;
}

void Week::cancel_wrong_mailing() {
  rig_.command([&](engine::Context& context) { engine::cancel_batch(context, wrong_, "the wrong list"); });
}

void Week::check() {
  check_batches();
  check_deliveries();
  check_ledger();
}

void Week::check_batches() {
  int daily = 0;
  rig_.other->each_batch({}, [&](const store::Batch& batch) {
    const auto counts = rig_.other->batch_counts(batch.id);
    if (counts.open() > 0) not_as_planned(batch.id + " has not ended");
    if (!batch.finished_at) not_as_planned(batch.id + " was not finished");
    if (batch.id == wrong_) {
      if (counts.cancelled != counts.all())
        not_as_planned("something of the wrong mailing was not cancelled");
      return true;
    }
    if (batch.definition == "daily") ++daily;
    for (const job::Job& job : rig_.jobs(batch.id)) {
      // Our own pace makes nothing stale: whatever was not sent was due in the outage, or lost with the
      // process.
      if (job.standing.state == State::Done) continue;
      const bool outage = job.due_at >= outage_begin_ - minutes(15) && job.due_at < outage_end_ + minutes(1);
      if (job.standing.state == State::Failed && job.code == job::Code::Closed) continue;
      if (job.hand_over == job::HandOver::Email && job.code == job::Code::LinkExpired) continue;
      if (!outage) not_as_planned(job.request_id + " is " + std::string(name(job.standing.state)));
      if (!job.reprocessed_as) not_as_planned(job.request_id + " was forgotten");
    }
    return true;
  });
  if (daily != 7)
    not_as_planned("the nightly mailing ran " + std::to_string(daily) + " times in seven nights");
  if (throttled_ > 0) not_as_planned("the provider throttled " + std::to_string(throttled_) + " calls");
}

// Nobody is written to twice by one run, whether or not it was reprocessed, and nobody is left out.
void Week::check_deliveries() {
  std::map<std::string, std::map<std::string, int>> by_run;  // run -> whom -> how often
  for (const Call& call : delivered_) {
    job::Job job = rig_.job_of(call.request_id);
    while (job.reprocess_of) job = rig_.job_of(*job.reprocess_of);
    if (++by_run[job.batch][job.subject] > 1) not_as_planned("somebody got two mails of " + job.batch);
  }
  if (by_run.contains(wrong_)) not_as_planned("the wrong mailing went out");
  rig_.other->each_batch({}, [&](const store::Batch& batch) {
    if (batch.id == wrong_ || batch.definition == "reprocess") return true;
    const auto planned = parse_json(batch.plan)->at("jobs").get<std::size_t>();
    std::size_t lost = 0;  // of calls that the killed process had under way
    for (const job::Job& job : rig_.jobs(batch.id)) {
      lost += job.standing.state == State::Failed && !job.reprocessed_as;
    }
    if (by_run[batch.id].size() + lost != planned)
      not_as_planned(batch.id + " reached " + std::to_string(by_run[batch.id].size()) + " of " +
                     std::to_string(planned));
    return true;
  });
}

void Week::check_ledger() {
  const auto report = engine::verify(store::sqlite_evidence(rig_.folder / "latchkey.db"), {});
  entries_ = report.entries;
  if (!report.findings.empty())
    not_as_planned("the ledger does not hold: " + report.findings.kept().front().text);
}

void Week::report(std::ostream& out) {
  const TimeZone here = zone("Europe/Berlin");
  const auto show = [&](const std::optional<TimePoint>& t) {
    return t ? format_local_time(here.local(*t)) : std::string("-");
  };
  out << "A week from " << show(berlin(19, 6)) << " to " << show(berlin(26, 6))
      << " in Berlin, mayar 20/min, nomos 10/s\n\n";
  std::vector<store::Batch> batches;
  rig_.other->each_batch({}, [&](const store::Batch& batch) {
    batches.push_back(batch);
    return true;
  });
  for (const store::Batch& batch : batches) {
    const auto plan = parse_json(batch.plan);
    const auto text = [&](const char* key) {
      const auto t = plan->contains(key) && plan->at(key).is_string()
                         ? parse_rfc3339(plan->at(key).get<std::string>())
                         : std::nullopt;
      return show(t);
    };
    const auto counts = rig_.other->batch_counts(batch.id);
    out << "  " << batch.id << " (" << store::name(batch.state) << ")\n      planned  " << text("firstDueAt")
        << " to " << text("lastDueAt") << ", " << plan->at("jobs") << " jobs\n      happened "
        << show(counts.first_end) << " to " << show(counts.last_end) << ": " << rig_.counts(batch.id) << "\n";
  }
  out << "\n  outage of mayar from " << show(outage_begin_) << " to " << show(outage_end_)
      << "; the daemon was killed " << killed_ << " times with " << lost_calls_ << " calls under way\n  "
      << delivered_.size() << " mails reached somebody, none of them twice; the provider throttled "
      << throttled_ << " calls; none went stale through our own pace\n  " << entries_
      << " entries, and the ledger holds\n";
}

}  // namespace latchkey::test
