// What people do about links in a simulated life: ask for one in one of three ways, claim it, cancel it, be
// forgotten, be denied.
#include "engine/claim.h"
#include "engine/erasure.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "simulation/world.h"

namespace latchkey::test {

using std::chrono::minutes;

void World::hand_over_somehow(job::Submission& submission) {
  const std::uint64_t die = roll(100);
  submission.hand_over = die < 30   ? job::HandOver::Reply
                         : die < 65 ? job::HandOver::Claim
                                    : job::HandOver::Email;
  if (submission.hand_over != job::HandOver::Email) return;
  const std::string& customer = submission.recipient.normalised;
  const std::string address = (chance(15) ? "other." : "mail.") + customer + "@canary.example";
  submission.deliver_to = job::Recipient{address, address};
}

void World::submit_over_api(const job::Submission& submission) {
  auto id = std::make_shared<std::string>();
  ask(engine::Request{"token:tk_1",
                      [this, submission, id](engine::Context& context) {
                        const engine::Submitted submitted = engine::submit(context, submission);
                        *id = submitted.job.request_id;
                        if (submitted.created && submission.deliver_to)
                          checker_.mails_go_to(*id, submission.deliver_to->normalised);
                      },
                      [this, id] { stored(*id); }, [](std::exception_ptr) {}});
}

void World::submit_with_caller(const job::Submission& given) {
  job::Submission submission = given;
  if (submission.request_id.empty()) submission.request_id = "link-" + std::to_string(roll(1'000'000));
  auto place = desk_->open(submission.request_id);
  if (!place) return;
  auto created = std::make_shared<bool>(false);
  ask(engine::Request{"token:tk_1",
                      [submission, created](engine::Context& context) {
                        *created = engine::submit(context, submission).created;
                        if (!*created) throw InputError("link_gone", "requestId", "was used");
                      },
                      [this, id = submission.request_id, place] {
                        stored(id);
                        callers_.push_back({id, place});
                      },
                      [](std::exception_ptr) {}});
}

// A job whose link this process was given: one that waits, or any, now or before.
std::string World::some_link() {
  if (minted_.empty() || chance(10)) return some_request_id();
  if (chance(30)) return minted_[roll(minted_.size())];
  for (auto id = minted_.rbegin(); id != minted_.rend(); ++id) {
    if (waiting_->find(*id) != nullptr && chance(70)) return *id;
  }
  return minted_.back();
}

// Somebody does something about a job in the same turn in which something else happens to it.
void World::meanwhile(const std::string& id) {
  switch (roll(3)) {
    case 0:
      return claim(id);
    case 1:
      return by_either([id](engine::Context& context) { engine::cancel(context, id, ""); });
    default:
      return by_either([id](engine::Context& context) { engine::release(context, id, "they asked"); });
  }
}

// People claim their links at once, later, twice, at the very end, too late, or never.
void World::expect_claims(const std::string& id) {
  const Millis life = settings_.of(job::Provider::Nomos).link_lifetime;
  const int claims = static_cast<int>(roll(3));
  for (int i = 0; i < claims; ++i) {
    const std::uint64_t die = roll(100);
    Millis after = some_time(static_cast<int>(life.count()));
    if (die < 30) after = some_time(1000);
    if (die >= 75) after = life - Millis(2) + some_time(4);
    if (die >= 90) after = life + some_time(60'000);
    claimers_.push_back({id, elapsed_ + after});
  }
}

void World::move_claimers() {
  std::vector<Claimer> due;
  std::erase_if(claimers_, [&](const Claimer& claimer) {
    if (elapsed_ < claimer.at) return false;
    due.push_back(claimer);
    return true;
  });
  for (const Claimer& claimer : due) claim(claimer.request_id);
}

// As the API's route does.
void World::claim(const std::string& id) {
  ask(engine::Request{"token:tk_1",
                      [this, id](engine::Context& context) { engine::claim(context, *waiting_, id); },
                      [this, id] {
                        const Secret link = waiting_->take(id);
                        checker_.claimed(*other_, id, std::string(link.reveal()), moment());
                      },
                      [this, id](std::exception_ptr why) {
                        try {
                          std::rethrow_exception(why);
                        } catch (const InputError& error) {
                          checker_.count("claim: " + error.code());
                          if (error.code() == "link_gone") checker_.links.told_gone(id);
                        }
                      }});
}

void World::cancel_something() {
  by_either([id = some_link()](engine::Context& context) { engine::cancel(context, id, ""); });
}

// Asked again and again until nothing of theirs is under way, as the command does. An email stands for those
// whose links are mailed to it, too.
void World::erase_somebody() {
  if (erasing_.empty() || chance(30)) {
    const std::string who = std::to_string(roll(40));
    const char* address = chance(50) ? "mail.cus_canary" : "user";
    erasing_.insert(chance(60) ? "cus_canary" + who : address + who + "@canary.example");
  }
  const std::string recipient = *erasing_.begin();
  const bool customer = recipient.starts_with("cus_");
  bool over = false;
  by_command([&](engine::Context& context) {
    std::vector<store::Subject> subjects;
    if (!customer) subjects = context.store.subjects_mailed_to(recipient);
    const auto known =
        context.store.find_subject(customer ? job::Provider::Nomos : job::Provider::Mayar, recipient);
    if (known) subjects.push_back(*known);
    over = subjects.empty() || !engine::erase(context, subjects, "asked to be forgotten", false).under_way;
  });
  if (over || chance(20)) erasing_.erase(recipient);
}

void World::deny() {
  const auto times = 1 + roll(5);
  for (std::uint64_t i = 0; i < times; ++i) {
    const std::string token = chance(40) ? "" : "tk_" + std::to_string(roll(3));
    checker_.denials.denied(token);
    if (denials_->count(token)) inbox_->put(engine::Denied{});
  }
}

}  // namespace latchkey::test
