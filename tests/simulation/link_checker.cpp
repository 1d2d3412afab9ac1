#include "simulation/link_checker.h"

namespace latchkey::test {

void LinkChecker::minted(const std::string& link, Minted minted) {
  Link& made = links_[link];
  made.minted = std::move(minted);
  made.process = process_;
}

LinkChecker::Link& LinkChecker::leaves(const std::string& request_id, const std::string& link, Use use,
                                       const Moment& moment) {
  const auto found = links_.find(link);
  if (found == links_.end()) broken("a link was handed over that nobody has minted", request_id);
  Link& leaving = found->second;
  if (leaving.minted.request_id != request_id) broken("another job's link was handed over", request_id);
  if (leaving.process != process_) broken("a link has outlived the process that got it", request_id);
  if (leaving.use != Use::None && leaving.use != use) broken("a link reached two", request_id);
  if (leaving.use != Use::None && use != Use::Mails) broken("a link was handed over twice", request_id);
  if (moment.now.wall >= leaving.minted.expires_at)
    broken("a link was handed over after linkExpiresAt", request_id);
  if (moment.elapsed >= leaving.minted.elapsed_expires)
    broken("a link was handed over after its time, since the clock was set back", request_id);
  leaving.use = use;
  return leaving;
}

void LinkChecker::to_caller(const std::string& request_id, const std::string& link, const Moment& moment) {
  leaves(request_id, link, Use::Caller, moment);
}

void LinkChecker::to_claimer(const std::string& request_id, const std::string& link, const Moment& moment) {
  if (gone_.contains(request_id)) broken("a link was claimed after somebody was told it is gone", request_id);
  leaves(request_id, link, Use::Claimer, moment);
}

void LinkChecker::mail_begun(const engine::Mailing& mailing, const Moment& moment) {
  const handover::Mail& mail = mailing.mail;
  Link& link = leaves(mail.request_id, std::string(mail.link.reveal()), Use::Mails, moment);
  if (link.mail_under_way) broken("two mails of one link at once", mail.request_id);
  if (!link.may_be_mailed) broken("a link was mailed again that its customer may have", mail.request_id);
  if (mail.attempt != link.minted.attempt)
    broken("a mail names another attempt than its link's", mail.request_id);
  if (mail.link_expires_at != link.minted.expires_at)
    broken("a mail tells another linkExpiresAt", mail.request_id);
  if (mailing.number != ++link.mails) broken("a link's mails are not numbered from 1", mail.request_id);
  link.mail_under_way = true;
}

void LinkChecker::mail_ended(const engine::Mailing& mailing, job::Outcome outcome) {
  Link& link = links_.at(std::string(mailing.mail.link.reveal()));
  link.mail_under_way = false;
  if (outcome != job::Outcome::NotSent) link.may_be_mailed = false;
}

}  // namespace latchkey::test
