// What people and other processes do in a simulated life: submit, import, operate, set the clock.
#include "engine/operations.h"
#include "engine/submit.h"
#include "simulation/world.h"
#include "store/sqlite_store.h"

namespace latchkey::test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

job::Submission World::random_submission(job::Provider provider) {
  job::Submission submission;
  submission.provider = provider;
  const std::string who = std::to_string(roll(40));  // few enough that subjects repeat
  submission.recipient.normalised =
      provider == job::Provider::Mayar ? "user" + who + "@canary.example" : "cus_canary" + who;
  submission.recipient.address = submission.recipient.normalised;
  if (chance(80)) submission.request_id = "req-" + std::to_string(roll(400));
  if (chance(30)) {
    const auto offset = static_cast<std::int64_t>(roll(3'600'000)) - 1'200'000;
    submission.at = clock_.now().wall + Millis(offset);
  }
  if (chance(30)) submission.lifetime = Millis(static_cast<std::int64_t>(1 + roll(600'000)));
  submission.pace = chance(30);
  return submission;
}

void World::submit() {
  job::Submission submission = random_submission(chance(45) ? job::Provider::Mayar : job::Provider::Nomos);
  if (submission.provider == job::Provider::Nomos) hand_over_somehow(submission);
  if (submission.hand_over == job::HandOver::Reply) return submit_with_caller(submission);
  if (chance(40)) return submit_from_command(submission);
  submit_over_api(submission);
}

void World::by_command(const std::function<void(engine::Context&)>& action) {
  try {
    store::Transaction transaction(*other_);
    engine::Forecasts forecasts(*other_, settings_, transaction.now().wall);
    engine::Context context{*other_, dice_, settings_, forecasts, transaction.now(), "uid:1000"};
    action(context);
    transaction.commit();
  } catch (const InputError&) {
    // A command that is told why it cannot be done.
  }
}

void World::by_api(const std::function<void(engine::Context&)>& action) {
  ask({"token:tk_1", action, [] {}, [](std::exception_ptr) {}});
}

void World::ask(engine::Request request) {
  try {
    inbox_->put(std::move(request));
  } catch (const InputError&) {
    // A caller who is told that the daemon is stopping.
  }
}

void World::by_either(const std::function<void(engine::Context&)>& action) {
  chance(50) ? by_api(action) : by_command(action);
}

void World::submit_from_command(const job::Submission& submission) {
  std::string id;
  by_command([&](engine::Context& context) {
    const engine::Submitted submitted = engine::submit(context, submission);
    id = submitted.job.request_id;
    if (submitted.created && submission.deliver_to)
      checker_.mails_go_to(id, submission.deliver_to->normalised);
  });
  if (!id.empty()) stored(id);
}

// The caller was told so.
void World::stored(const std::string& request_id) {
  checker_.acknowledged(request_id);
  request_ids_.push_back(request_id);
  importing_.erase(request_id);  // whatever an import has left of it is this caller's now
}

// A large import in several transactions, which may die in the middle.
void World::import() {
  std::int64_t import = 0;
  by_command([&](engine::Context& context) { import = context.store.open_import(); });
  std::set<std::string> rows;
  const std::uint64_t parts = 1 + roll(3);
  for (std::uint64_t part = 0; part < parts; ++part) {
    for (std::uint64_t row = 0; row < 3; ++row) {
      job::Submission submission = random_submission(job::Provider::Mayar);
      submission.pace = true;
      by_command([&](engine::Context& context) {
        const engine::Submitted submitted = engine::submit(context, submission, import);
        const std::string& id = submitted.job.request_id;
        if (submitted.job.import == import) rows.insert(id);
      });
    }
    importing_.insert(rows.begin(), rows.end());
    turn_if_due();
    if (chance(10)) return;
  }
  by_command([&](engine::Context& context) { context.store.complete_import(import); });
  for (const std::string& id : rows) importing_.erase(id);
}

std::string World::some_request_id() {
  std::vector<std::string> held;
  store::JobFilter filter;
  filter.states = {job::State::Held};
  other_->each_job(filter, [&](const job::Job& job) {
    held.push_back(job.request_id);
    return true;
  });
  if (!held.empty() && chance(70)) return held[roll(held.size())];
  return request_ids_.empty() ? "none" : request_ids_[roll(request_ids_.size())];
}

void World::operate() {
  const std::string id = some_request_id();
  const auto provider = chance(50) ? job::Provider::Mayar : job::Provider::Nomos;
  switch (roll(6)) {
    case 0:
      return by_either([id](engine::Context& context) { engine::cancel(context, id, ""); });
    case 1:
    case 2:
      return by_either(
          [id](engine::Context& context) { engine::release(context, id, "asked the customer"); });
    case 3:
      return by_either([id, sent = chance(50)](engine::Context& context) {
        engine::close(context, id, sent, "seen in the mailbox");
      });
    case 4:
      return by_command([&](engine::Context& context) {
        if (chance(30)) engine::pause(context, provider, "maintenance");
      });
    default:
      return by_command([&](engine::Context& context) { engine::resume(context, provider, "over"); });
  }
}

// As `latchkey webhook retry` does.
void World::try_events_again() {
  std::vector<store::Event> given_up;
  other_->each_event([&](const store::Event& event) {
    if (!event.next_at) given_up.push_back(event);
    return true;
  });
  by_command([&](engine::Context& context) {
    for (store::Event& event : given_up) {
      event.created_at = context.now.wall;
      event.next_at = context.now.wall;
      event.tries = 0;
      context.store.update_event(event);
      checker_.outbox.begun_anew(event.id, moment());
    }
  });
}

void World::new_credentials() {
  inbox_->put(engine::NewCredentials{chance(50) ? job::Provider::Mayar : job::Provider::Nomos});
}

void World::set_clock() {
  const std::uint64_t span = small_steps_ ? 600 : 7'200'000;
  const auto by = Millis(static_cast<std::int64_t>(roll(span)) - static_cast<std::int64_t>(span / 2));
  clock_.step_wall(by);
  clock_step_unseen_ = true;
  for (SimCall& call : calls_) call.wire_at.wall += by;
}

}  // namespace latchkey::test
