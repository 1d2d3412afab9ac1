#include "handover/smtp_mailer.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/files.h"
#include "base/time_text.h"
#include "handover/mail_message.h"
#include "job/recipient.h"

namespace latchkey::handover {
namespace {

using job::Code;
using job::Outcome;

/// Empty unless it is a name that a mail server may look up.
std::string full_host_name() {
  std::array<char, 256> buffer{};
  if (gethostname(buffer.data(), buffer.size() - 1) != 0) return {};
  const std::string name = buffer.data();
  const bool fits = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  const bool full = name.find('.') != std::string::npos && name.find("..") == std::string::npos &&
                    !name.starts_with('.') && !name.ends_with('.');
  return fits && full ? name : std::string();
}

Secret read_password(const SmtpConfig& config) {
  if (config.username.empty()) return {};
  return read_secret_file(config.password_file, "smtp.password_file");
}

TimeZone zone_of(const SmtpConfig& config) {
  const auto zone = TimeZone::named(config.timezone);
  if (!zone) throw InputError("invalid_request", "smtp.timezone", "this machine knows no such time zone");
  return *zone;
}

MailResult with(Outcome outcome, std::optional<Code> code) {
  MailResult result;
  result.outcome = outcome;
  result.code = code;
  return result;
}

MailResult outcome_of(const SmtpAnswer& answer) {
  if (!answer.failure) return with(Outcome::Accepted, std::nullopt);
  if (*answer.failure == SmtpFailure::Refused) {
    return answer.reply >= 500 ? with(Outcome::Rejected, Code::SmtpRefused)
                               : with(Outcome::NotSent, Code::SmtpDeferred);
  }
  return answer.body_ended ? with(Outcome::Unknown, Code::SmtpUnknown)
                           : with(Outcome::NotSent, Code::SmtpDeferred);
}

std::string with_reply(const std::string& sentence, int reply) {
  return reply == 0 ? sentence : sentence + " (" + std::to_string(reply) + ")";
}

std::string why_not(const SmtpAnswer& answer) {
  switch (*answer.failure) {
    case SmtpFailure::Dns:
      return "its name does not resolve";
    case SmtpFailure::Connect:
      return "no connection; is it the right host and port?";
    case SmtpFailure::Tls:
      return "no trustworthy encryption: its certificate is not for this host or not from a known authority, "
             "or smtp.security is not what it speaks";
    case SmtpFailure::Session:
      return with_reply("it turns us away", answer.reply);
    case SmtpFailure::Login:
      return answer.reply >= 400 ? with_reply("it does not take smtp.username and the password", answer.reply)
                                 : "it offers no login; leave smtp.username out, or use another port";
    case SmtpFailure::Sender:
    case SmtpFailure::Refused:
      return with_reply("it refuses", answer.reply);
    case SmtpFailure::Aborted:
      return "the check was ended";
    case SmtpFailure::Timeout:
      return "no answer in time; is smtp.security right for this port?";
    case SmtpFailure::Reset:
      return "it broke the connection off";
    case SmtpFailure::BadAnswer:
      return "it does not speak SMTP";
  }
  return "it failed";
}

}  // namespace

SmtpServer server_of(const SmtpConfig& config) {
  SmtpServer server;
  server.host = config.host;
  server.port = config.port;
  server.security = config.security;
  server.ca_file = config.ca_file;
  server.hello = full_host_name();
  if (server.hello.empty()) server.hello = config.from.domain();
  return server;
}

MailResult result_of(const SmtpAnswer& answer) {
  MailResult result = outcome_of(answer);
  result.took = answer.took;
  result.reply = answer.reply;
  return result;
}

SmtpMailer::SmtpMailer(SmtpConfig config, Clock& clock)
    : config_(std::move(config)),
      clock_(clock),
      template_(config_.templates),
      zone_(zone_of(config_)),
      password_(read_password(config_)) {
  LATCHKEY_CHECK(config_.on);
}

SmtpMessage SmtpMailer::envelope() {
  SmtpMessage message;
  message.username = config_.username;
  message.connect_timeout = config_.connect_timeout;
  message.timeout = config_.timeout;
  const std::lock_guard lock(mutex_);
  message.password = password_.copy();
  return message;
}

MailResult SmtpMailer::send(const Mail& mail, SmtpClient& smtp) {
  const MailVariables variables{zone_.format(mail.link_expires_at), format_utc(mail.link_expires_at),
                                mail.request_id};
  SmtpMessage message = envelope();
  message.from = config_.from.address;
  message.to = job::smtp_address(job::parse_email(mail.to, "deliverTo"));
  message.text = compose({clock_.now().wall, config_.from, config_.reply_to, message.to,
                          message_id(mail, config_.from.domain()), config_.list_unsubscribe,
                          template_.subject(variables), template_.text(variables), template_.html(variables)},
                         mail.link);
  return result_of(smtp.send(message));
}

bool SmtpMailer::reload_credentials() {
  Secret newest = read_password(config_);
  const std::lock_guard lock(mutex_);
  const bool changed = newest.reveal() != password_.reveal();
  if (changed) password_ = std::move(newest);
  return changed;
}

Check SmtpMailer::check(SmtpClient& smtp) {
  const SmtpAnswer answer = smtp.send(envelope());
  const std::string server = config_.host + ":" + std::to_string(config_.port);
  if (answer.failure) return {false, server + ": " + why_not(answer)};
  const std::string how =
      config_.security == SmtpSecurity::None ? " answers, unencrypted" : " answers over TLS";
  return {true,
          server + how + (config_.username.empty() ? "; no login is configured" : " and takes our login")};
}

}  // namespace latchkey::handover
