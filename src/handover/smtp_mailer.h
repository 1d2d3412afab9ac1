#pragma once

#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/smtp_client.h"
#include "base/time_zone.h"
#include "config.h"
#include "handover/mail_template.h"
#include "handover/mailer.h"

namespace latchkey::handover {

/// What a look at the mail server found.
struct Check {
  bool ok = false;
  std::string text;  ///< one sentence, no secret in it
};

/// The server that [smtp] names, for an SmtpClient. It is told this machine's full name, or the sender's
/// domain where the machine has none.
SmtpServer server_of(const SmtpConfig& config);

/// What an answer of the mail server comes to, as docs/email.md tells it.
MailResult result_of(const SmtpAnswer& answer);

/// Mailer by [smtp] and its templates.
class SmtpMailer final : public Mailer {
 public:
  /// Reads templates and password; throws InputError or Error when they are unusable. `config` must be on,
  /// `clock` must outlive this.
  SmtpMailer(SmtpConfig config, Clock& clock);
  MailResult send(const Mail& mail, SmtpClient& smtp) override;
  bool reload_credentials() override;
  /// Connects, encrypts and logs in, and sends nothing.
  Check check(SmtpClient& smtp);

 private:
  SmtpMessage envelope();

  const SmtpConfig config_;
  Clock& clock_;
  const MailTemplate template_;
  const TimeZone zone_;
  std::mutex mutex_;
  Secret password_;  // guarded by mutex_
};

}  // namespace latchkey::handover
