#include "config_smtp.h"

#include <algorithm>
#include <system_error>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "base/time_zone.h"
#include "base/url.h"
#include "job/recipient.h"

namespace latchkey {
namespace {

constexpr std::size_t kHeaderValueMax = 500;

/// As the client will understand it: nothing but a host in the place of one.
bool is_host(const std::string& text) {
  const auto url = parse_url("http://" + text);
  return url && url->host == to_lower(text);
}

int usual_port(SmtpSecurity security) {
  switch (security) {
    case SmtpSecurity::StartTls:
      return 587;  // RFC 6409
    case SmtpSecurity::Tls:
      return 465;  // RFC 8314
    case SmtpSecurity::None:
      return 25;
  }
  return 0;
}

void read_server(ConfigSection& section, SmtpConfig& smtp) {
  if (const auto host = section.text("host", "a host name such as \"smtp.example.com\"")) {
    if (!host->empty() && !is_host(*host)) {
      section.wrong("host",
                    "expected a host name such as \"smtp.example.com\", got \"" + shown(*host) + "\"");
    }
    smtp.host = *host;
  }
  if (const auto security = section.text("security")) {
    if (*security == "starttls") {
      smtp.security = SmtpSecurity::StartTls;
    } else if (*security == "tls") {
      smtp.security = SmtpSecurity::Tls;
    } else if (*security == "none") {
      smtp.security = SmtpSecurity::None;
    } else {
      section.wrong("security", R"(expected "starttls", "tls" or "none", got ")" + shown(*security) + "\"");
    }
  }
  if (smtp.security == SmtpSecurity::None && !smtp.host.empty() && !is_loopback_host(to_lower(smtp.host))) {
    section.wrong("security", "\"none\" is for loopback hosts only: a link must not travel in the open");
  }
  smtp.port = usual_port(smtp.security);
  section.integer("port", smtp.port, 1, 65535);
  std::filesystem::path ca_file;
  section.path("ca_file", ca_file);
  smtp.ca_file = ca_file.string();
}

void read_login(ConfigSection& section, SmtpConfig& smtp) {
  if (const auto username = section.text("username")) smtp.username = *username;
  section.path("password_file", smtp.password_file);
  std::error_code error;
  if (!std::filesystem::exists(smtp.password_file, error)) return;
  try {
    require_private(smtp.password_file, section.field("password_file"));
  } catch (const InputError& open_to_others) {
    append_errors(section.errors(), open_to_others, section.line("password_file"));
  }
}

std::optional<job::Mailbox> read_mailbox(ConfigSection& section, const std::string& key) {
  const auto text = section.text(key, "an address such as \"Portal <portal@example.com>\"");
  if (!text || text->empty()) return std::nullopt;
  try {
    return job::parse_mailbox(*text, section.field(key));
  } catch (const InputError& error) {
    append_errors(section.errors(), error, section.line(key));
    return std::nullopt;
  }
}

/// An https: or mailto: URI that can stand between angle brackets in a header (RFC 2369).
bool is_unsubscribe_uri(const std::string& text) {
  const bool fits =
      text.size() <= kHeaderValueMax && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7F && std::string_view("<>\"\\").find(c) == std::string_view::npos;
      });
  if (!fits) return false;
  if (!text.starts_with("mailto:")) return text.starts_with("https://") && parse_url(text).has_value();
  const std::string rest = text.substr(std::string_view("mailto:").size());
  try {
    job::parse_email(rest.substr(0, rest.find('?')), "");
    return true;
  } catch (const InputError&) {
    return false;
  }
}

void read_header(ConfigSection& section, SmtpConfig& smtp) {
  if (const auto from = read_mailbox(section, "from")) smtp.from = *from;
  smtp.reply_to = read_mailbox(section, "reply_to");
  if (const auto uri = section.text("list_unsubscribe")) {
    if (!uri->empty() && !is_unsubscribe_uri(*uri)) {
      section.wrong("list_unsubscribe", "expected \"mailto:\" and an address, or an https:// address");
    }
    smtp.list_unsubscribe = *uri;
  }
  if (const auto name = section.text("timezone")) {
    if (!TimeZone::named(*name)) {
      section.wrong("timezone",
                    "expected an IANA time zone such as \"Europe/Berlin\", got \"" + shown(*name) + "\"");
    }
    smtp.timezone = *name;
  }
}

/// With one of host and sender alone, mail would be off without a word.
void require_whole(ConfigSection& section, const SmtpConfig& smtp) {
  const bool has_host = !smtp.host.empty();
  const bool has_from = !smtp.from.address.empty();
  if (has_host == has_from) return;
  const std::string missing = has_host ? "from" : "host";
  const auto is_told = [&](const FieldError& error) { return error.field == section.field(missing); };
  if (std::any_of(section.errors().begin(), section.errors().end(), is_told)) return;
  section.wrong(missing, "is missing: mail needs a host and a sender");
}

}  // namespace

void read_smtp(ConfigSection section, SmtpConfig& smtp) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  read_server(section, smtp);
  read_login(section, smtp);
  read_header(section, smtp);
  section.path("templates", smtp.templates);
  section.duration("timeout", smtp.timeout, seconds(1), minutes(5));
  section.duration("connect_timeout", smtp.connect_timeout, Millis(100), minutes(5));
  section.integer("workers", smtp.workers, 1, 64);
  section.boolean("verify_address", smtp.verify_address);
  smtp.on = !smtp.host.empty() && !smtp.from.address.empty();
  require_whole(section, smtp);
  section.finish();
}

}  // namespace latchkey
