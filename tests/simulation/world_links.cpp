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
  inbox_->put(engine::Request{"token:tk_1",
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
  inbox_->put(engine::Request{"token:tk_1",
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

// A job whose link this process was given, now or before.
std::string World::some_link() {
  return minted_.empty() || chance(20) ? some_request_id() : minted_[roll(minted_.size())];
}

void World::claim_something() {
  const std::string id = some_link();
  const handover::WaitingLink* link = waiting_->find(id);
  if (link != nullptr && chance(25)) {  // at the very end, or just after it
    pass(std::max(Millis(0), link->boot_expires - clock_.now().boot - Millis(2) + some_time(4)));
  }
  claim(id);
  if (chance(30)) claim(id);
}

// As the API's route does.
void World::claim(const std::string& id) {
  inbox_->put(engine::Request{"token:tk_1",
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

// Asked again and again until nothing of theirs is under way, as the command does.
void World::erase_somebody() {
  if (erasing_.empty() || chance(30)) erasing_.insert("cus_canary" + std::to_string(roll(40)));
  const std::string customer = *erasing_.begin();
  bool over = false;
  by_command([&](engine::Context& context) {
    const auto subject = context.store.find_subject(job::Provider::Nomos, customer);
    over = !subject || !engine::erase(context, {*subject}, "asked to be forgotten", false).under_way;
  });
  if (over || chance(20)) erasing_.erase(customer);
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
