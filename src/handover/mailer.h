#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/secret.h"
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
  int reply = 0;
};

}  // namespace latchkey::handover
