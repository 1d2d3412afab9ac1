// Mailers, posters and what is at their other end in a simulated life.
#include "simulation/world.h"

namespace latchkey::test {

using job::Code;
using job::Outcome;
using std::chrono::seconds;

void World::mail(engine::Mailing mailing) {
  if (last_words_) broken("a mail was begun after the daemon's last word", mailing.mail.request_id);
  if (mails_.size() == static_cast<std::size_t>(mailers_)) broken("a mail for nobody to carry");
  checker_.mail_begun(*other_, mailing, moment());
  if (crash_in_dispatch_) throw Crash();
  Millis takes = some_time(2000);
  if (chance(15)) takes = some_time(90'000);  // beyond its deadline: what it comes to is of no use then
  std::optional<Millis> done_at = clock_.now().boot + takes;
  if (!calm_ && chance(4)) done_at.reset();
  mails_.push_back({std::move(mailing), done_at});
}

void World::post(engine::Posting posting) {
  if (last_words_) broken("a post was begun after the daemon's last word");
  if (posts_.size() == static_cast<std::size_t>(settings_.posters)) broken("a post for nobody to carry");
  checker_.post_begun(*other_, posting.event, moment());
  if (crash_in_dispatch_) throw Crash();
  Millis takes = some_time(1000);
  if (chance(5)) takes = some_time(60'000);  // beyond its lease
  std::optional<Millis> done_at = clock_.now().boot + takes;
  if (!calm_ && chance(2)) done_at.reset();
  posts_.push_back({std::move(posting.event), done_at});
}

void World::move_couriers() {
  const Millis now = clock_.now().boot;
  std::erase_if(mails_, [&](SimMail& mail) {
    if (!mail.done_at || now < *mail.done_at) return false;
    const handover::MailResult result = mail_result();
    checker_.links.mail_ended(mail.mailing, result.outcome);
    if (chance(4)) meanwhile(mail.mailing.mail.request_id);
    inbox_->put(engine::Mailed{.request_id = mail.mailing.mail.request_id,
                               .attempt = mail.mailing.mail.attempt,
                               .number = mail.mailing.number,
                               .result = result});
    return true;
  });
  std::erase_if(posts_, [&](SimPost& post) {
    if (!post.done_at || now < *post.done_at) return false;
    const handover::PostResult result = post_result(post.event);
    checker_.outbox.post_ended(post.event, result);
    inbox_->put(engine::Posted{std::move(post.event), result});
    return true;
  });
}

handover::MailResult World::mail_result() {
  const std::uint64_t die = roll(100);
  if (die < 60) return {Outcome::Accepted, std::nullopt, Millis(7), 250};
  if (die < 70) return {Outcome::Rejected, Code::SmtpRefused, Millis(7), 550};
  if (die < 92) return {Outcome::NotSent, Code::SmtpDeferred, Millis(7), 451};
  return {Outcome::Unknown, Code::SmtpUnknown, Millis(7), 0};
}

handover::PostResult World::post_result(const store::Event& event) {
  const bool dead = dead_endpoints_.contains(event.endpoint);
  const std::uint64_t die = dead ? 80 + roll(16) : roll(100);
  handover::PostResult result;
  if (die < 80) {
    result.delivered = true;
    result.http = 200;
  } else if (die < 90) {
    result.http = 500;
    result.error = "500";
  } else if (die < 93) {
    result.http = 429;
    result.error = "429";
    result.wait = seconds(1 + roll(300));
  } else if (die < 96) {
    result.error = "timeout";
  } else if (die < 97) {
    result.http = 410;
    result.error = "410";
    result.gone = true;
  } else {
    result.error = "reset";  // it has taken the event, and its answer was lost
  }
  return result;
}

// What the mailers do when they are stopped: the mails say how far they had come.
void World::abort_mails() {
  for (SimMail& mail : mails_) {
    const bool written = chance(50);
    const auto outcome = written ? Outcome::Unknown : Outcome::NotSent;
    checker_.links.mail_ended(mail.mailing, outcome);
    inbox_->put(
        engine::Mailed{.request_id = mail.mailing.mail.request_id,
                       .attempt = mail.mailing.mail.attempt,
                       .number = mail.mailing.number,
                       .result = {outcome, written ? Code::SmtpUnknown : Code::SmtpDeferred, Millis(7), 0}});
  }
  mails_.clear();
}

}  // namespace latchkey::test
