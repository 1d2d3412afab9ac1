#pragma once

#include "support/engine_rig.h"

namespace latchkey::test {

inline constexpr const char* kLink = "https://a.customerportal.energy/1";
inline constexpr const char* kOtherLink = "https://a.customerportal.energy/2";

/// What a mailer may come back with.
inline const handover::MailResult kTaken{job::Outcome::Accepted, std::nullopt};
inline const handover::MailResult kRefused{job::Outcome::Rejected, job::Code::SmtpRefused};
inline const handover::MailResult kLater{job::Outcome::NotSent, job::Code::SmtpDeferred};
inline const handover::MailResult kUnknown{};

/// An engine that hands links over by mail, and the job "a" whose link is mailed.
struct MailingRig : EngineRig {
  explicit MailingRig(const std::function<void(engine::Settings&)>& adjust = {})
      : EngineRig([adjust](engine::Settings& with) {
          with.mails = true;
          if (adjust) adjust(with);
        }) {}
  /// The job, its link minted, and mailed if a mailer is idle.
  MailingRig& with_mail() {
    mint(mailed_link("a", "Budi@Example.com"), kLink);
    return *this;
  }
  /// Another process, in which no mailer is idle at first.
  void without_mailers() {
    mailers = 0;
    crash_and_restart();
  }
  void come_back(const handover::MailResult& result) {
    finish_mail(result);
    turn();
  }
  /// The types of the job's entries after its mint, each with a space before it.
  std::string sequel() {
    return story("a").substr(std::string("job.accepted attempt.intent attempt.result").size());
  }
  std::size_t mailing() { return couriers->mails.size(); }
  /// The time passes until the next turn is due.
  void wait_for_next() { clock.advance(*turn().boot - clock.now().boot); }
};

}  // namespace latchkey::test
