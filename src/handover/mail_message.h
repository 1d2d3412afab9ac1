#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/secret.h"
#include "handover/mail_template.h"
#include "handover/mailer.h"
#include "job/mailbox.h"

namespace latchkey::handover {

/// All of a mail but its link.
struct MailDraft {
  TimePoint date;
  job::Mailbox from;
  std::optional<job::Mailbox> reply_to;
  std::string to;                ///< ASCII
  std::string message_id;        ///< without angle brackets
  std::string list_unsubscribe;  ///< a mailto: or https: URI; empty: none
  std::string subject;           ///< UTF-8, one line
  TextAroundLink text;
  TextAroundLink html;
};

/// The Message-ID of the mail that hands over the link of this attempt, at `domain`. Another try to deliver
/// the same link has the same one, so that a server that got both can tell; another link has another. It
/// names neither the job nor the customer.
std::string message_id(const Mail& mail, const std::string& domain);

/// The whole message (RFC 5322, multipart/alternative), ASCII with CR LF, as it goes to the server. The link
/// is put in last and is in locked memory only, escaped in the HTML part.
Secret compose(const MailDraft& draft, const Secret& link);

}  // namespace latchkey::handover
