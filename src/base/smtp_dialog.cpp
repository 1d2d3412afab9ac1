#include "base/smtp_dialog.h"

namespace latchkey {

void SmtpDialog::take_line(std::string_view line) {
  constexpr std::size_t kDigits = 3;
  if (line.size() < kDigits) return;
  int code = 0;
  for (const char c : line.substr(0, kDigits)) {
    if (c < '0' || c > '9') return;
    code = code * 10 + (c - '0');
  }
  const bool more_follows = line.size() > kDigits && line[kDigits] == '-';
  if (!more_follows && !ended_) advance(code);
}

void SmtpDialog::advance(int code) {
  refused_ = code >= 400;
  if (refused_) {
    // After a refused EHLO, HELO is tried.
    ended_ = stage_ != Stage::Hello;
    return;
  }
  switch (stage_) {
    case Stage::Greeting:
      stage_ = Stage::Hello;
      break;
    case Stage::Hello:
      stage_ = start_tls_ ? Stage::StartTls : login_ ? Stage::Login : Stage::Sender;
      break;
    case Stage::StartTls:
      start_tls_ = false;
      stage_ = Stage::Hello;
      break;
    case Stage::Login:
      logged_in_ = code == 235;
      if (logged_in_) {
        stage_ = Stage::Sender;
      } else if (code < 300) {
        stage_ = Stage::Recipient;  // the server offers no login, so this was the answer to MAIL
      }
      break;
    case Stage::Sender:
      stage_ = Stage::Recipient;
      break;
    case Stage::Recipient:
      stage_ = Stage::Data;
      break;
    case Stage::Data:
      stage_ = Stage::Message;
      break;
    case Stage::Message:
      stage_ = Stage::Over;
      ended_ = true;
      break;
    case Stage::Over:
      break;
  }
}

}  // namespace latchkey
