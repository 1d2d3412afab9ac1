#include "config.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/http_client.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/url.h"
#include "config_api.h"
#include "config_section.h"
#include "config_smtp.h"
#include "config_toml.h"
#include "config_webhooks.h"

namespace latchkey {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kFileMax = 1024 * 1024;
constexpr int kBurstMax = 1000;

/// The files that hold no secret beside `folder`, and the providers as their pages describe them.
Config defaults(const fs::path& file) {
  const fs::path folder = file.parent_path();
  Config config;
  config.file = file;
  config.data_dir = folder / "data";
  config.anchors = folder / "anchors";
  config.signing_key_file = folder / "secrets" / "ledger.key";
  config.fingerprint_key_file = folder / "secrets" / "fingerprint.key";
  config.mayar.base_url = "https://api.mayar.id";
  config.mayar.rate = job::parse_rate("20/min").value();
  config.mayar.api_key_file = folder / "secrets" / "mayar.key";
  config.nomos.base_url = "https://api.nomos.energy";
  config.nomos.rate = job::parse_rate("10/s").value();
  config.nomos.client_secret_file = folder / "secrets" / "nomos.secret";
  config.nomos.api_version = "2026-01-29.edison";
  config.smtp.password_file = folder / "secrets" / "smtp.password";
  config.smtp.templates = folder / "templates";
  config.nomos.link_hosts = {".customerportal.energy", ".checkout.energy"};
  return config;
}

/// "checkout.example", or with a dot in front for every host below it; never a whole top-level domain.
bool is_link_host(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  return is_id(text) && text.find('.') != std::string_view::npos && !text.starts_with('.') &&
         !text.ends_with('.') && text.find_first_of("_:") == std::string_view::npos &&
         text.find("..") == std::string_view::npos;
}

/// C2SP tlog-checkpoint wants a schema-less URL; the characters are those that no line or key of a note gives
/// a meaning.
bool is_origin(std::string_view text) {
  const auto is_good = [](char c) { return is_id(std::string_view(&c, 1)) || c == '/'; };
  return !text.empty() && text.size() <= 200 && std::all_of(text.begin(), text.end(), is_good) &&
         text.find('/') != std::string_view::npos && text.find("//") == std::string_view::npos &&
         !text.starts_with('/') && !text.ends_with('/');
}

/// Whether a key file is there and holds something. It must not be open to others, even when it is not used.
bool has_key(const fs::path& path, ConfigSection& section, const std::string& key, FieldErrors& errors) {
  std::error_code error;
  if (path.empty() || fs::status(path, error).type() == fs::file_type::not_found) return false;
  try {
    require_private(path, section.field(key));
  } catch (const InputError& open_to_others) {
    append_errors(errors, open_to_others, section.line(key));
    return false;
  }
  try {
    read_secret_file(path, section.field(key));
    return true;
  } catch (const InputError&) {
    return false;  // private, so it is empty
  }
}

void read_common(ConfigSection& section, ProviderConfig& provider, FieldErrors& errors) {
  if (const auto url = section.text("base_url")) {
    try {
      require_safe_base_url(*url, section.field("base_url"));
      provider.base_url = *url;
    } catch (const InputError& error) {
      append_errors(errors, error, section.line("base_url"));
    }
  }
  section.rate("rate", provider.rate);
  section.integer("burst", provider.rate.burst, 1, kBurstMax);
  section.duration("link_lifetime", provider.link_lifetime, seconds(1), minutes(60));
  section.duration("timeout", provider.timeout, seconds(1), minutes(5));
  section.duration("connect_timeout", provider.connect_timeout, Millis(100), minutes(5));
  section.duration("stall_timeout", provider.stall_timeout, Millis(100), minutes(5));
  fs::path ca_file;
  section.path("ca_file", ca_file);
  provider.ca_file = ca_file.string();
}

void read_mayar(ConfigSection section, ProviderConfig& mayar, FieldErrors& errors) {
  read_common(section, mayar, errors);
  section.path("api_key_file", mayar.api_key_file);
  section.either("after_unknown", mayar.retry_unknown_once, "hold", "retry_once");
  mayar.on = has_key(mayar.api_key_file, section, "api_key_file", errors);
  section.finish();
}

void read_nomos(ConfigSection section, ProviderConfig& nomos, FieldErrors& errors) {
  read_common(section, nomos, errors);
  if (const auto id = section.text("client_id")) {
    // RFC 7617: the first colon of Basic credentials ends the user's name.
    if (id->find_first_of(": ") != std::string::npos)
      section.wrong("client_id", "must hold no colon and no space");
    nomos.client_id = *id;
  }
  section.path("client_secret_file", nomos.client_secret_file);
  section.path("access_token_file", nomos.access_token_file);
  section.either("token_request", nomos.token_request_json, "form", "json");
  if (const auto version = section.text("api_version")) {
    if (!is_id(*version))
      section.wrong("api_version", "expected a version such as \"" + nomos.api_version + "\"");
    nomos.api_version = *version;
  }
  section.list("link_hosts", nomos.link_hosts, "[\".customerportal.energy\"]", is_link_host);
  const bool has_token = has_key(nomos.access_token_file, section, "access_token_file", errors);
  const bool has_secret = has_key(nomos.client_secret_file, section, "client_secret_file", errors);
  nomos.on = has_token || (has_secret && !nomos.client_id.empty());
  section.finish();
}

void read_providers(ConfigSection section, Config& config, FieldErrors& errors) {
  read_mayar(section.child("mayar"), config.mayar, errors);
  read_nomos(section.child("nomos"), config.nomos, errors);
  section.finish();
}

void read_engine(ConfigSection section, Config& config) {
  section.integer("workers", config.workers, 1, 1000);
  section.duration("shutdown_grace", config.shutdown_grace, seconds(0), minutes(10));
  section.finish();
}

void read_retry(ConfigSection section, job::RetryPolicy& retry) {
  section.integer("attempts", retry.attempts, 1, 20);
  section.duration("first", retry.first, Millis(250), hours(1));
  section.duration("most", retry.most, Millis(250), hours(24));
  if (retry.most < retry.first) section.wrong("most", "must not be shorter than retry.first");
  section.finish();
}

void read_retention(ConfigSection section, Config& config) {
  const hours year(365 * 24);
  section.duration("subjects", config.keep_subjects, year, hours(24), 100 * year);
  section.finish();
}

void read_ledger(ConfigSection section, Config& config, FieldErrors& errors) {
  const std::string expected = "a name such as \"host.example/latchkey/3f9c21ab\"";
  if (section.line("origin") == 0) {
    section.wrong("origin", "is missing; expected " + expected + ", as `latchkey init` writes it");
  }
  if (const auto origin = section.text("origin", expected)) {
    if (!is_origin(*origin))
      section.wrong("origin", "expected " + expected + ", got \"" + shown(*origin) + "\"");
    config.origin = *origin;
  }
  section.path("anchors", config.anchors);
  section.path("signing_key_file", config.signing_key_file);
  section.path("fingerprint_key_file", config.fingerprint_key_file);
  // Whether they are there is for the commands that need them; open to others they must not be for any.
  has_key(config.signing_key_file, section, "signing_key_file", errors);
  has_key(config.fingerprint_key_file, section, "fingerprint_key_file", errors);
  section.finish();
}

}  // namespace

Config load_config(const fs::path& file) {
  Config config = defaults(fs::absolute(file).lexically_normal());
  const std::string text = read_file(config.file, kFileMax);
  TomlFile toml(config.file, text);
  FieldErrors& errors = toml.errors();
  try {
    require_private(config.file, "");
  } catch (const InputError& error) {
    append_errors(errors, error, 0);
  }
  ConfigSection root = toml.root();
  root.path("data_dir", config.data_dir);
  if (config.data_dir.empty()) root.wrong("data_dir", "must not be empty");
  read_engine(root.child("engine"), config);
  read_providers(root.child("providers"), config, errors);
  read_retry(root.child("retry"), config.retry);
  read_smtp(root.child("smtp"), config.smtp);
  read_retention(root.child("retention"), config);
  read_ledger(root.child("ledger"), config, errors);
  read_api(root.child("api"), config.api);
  read_webhooks(root, config.webhooks);
  root.finish();
  toml.finish();
  return config;
}

}  // namespace latchkey
