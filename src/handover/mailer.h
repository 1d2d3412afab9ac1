#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/secret.h"
#include "base/smtp_client.h"
#include "job/names.h"

namespace latchkey::handover {

/// One mail that hands a link over.
struct Mail {
  std::string request_id;
  int attempt = 0;
  std::string to;  ///< deliverTo as given, already checked
  Secret link;
  TimePoint link_expires_at;
};

/// What became of it: accepted; rejected smtp_refused (final); not_sent smtp_deferred (another try may work);
/// unknown smtp_unknown.
struct MailResult {
  job::Outcome outcome = job::Outcome::Unknown;
  std::optional<job::Code> code = job::Code::SmtpUnknown;
  Millis took{0};
  int reply = 0;  ///< the server's last code, 0 for none
};

/// Hands links over by email. Thread-safe: every mail worker calls the same object with its own SmtpClient.
class Mailer {
 public:
  virtual ~Mailer() = default;
  /// Puts the mail on the wire at most once. Never throws for anything the network or the server does;
  /// InputError for an address that is none.
  virtual MailResult send(const Mail& mail, SmtpClient& smtp) = 0;
  /// Reads the password file again; throws InputError or Error and keeps the old password when it is
  /// unusable. Returns whether anything changed.
  virtual bool reload_credentials() = 0;
};

}  // namespace latchkey::handover
