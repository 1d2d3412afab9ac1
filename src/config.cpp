#include "config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
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

// Every wrong setting is an entry in one list, so that a person mends the file in one go. A Section reads the
// keys of one table in order; a value that is wrong leaves the default in place and the reading goes on.

namespace latchkey {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kFileMax = 1024 * 1024;
// toml++ recurses into every part of a dotted key; no line that a person writes is near this.
constexpr std::size_t kLineMax = 2048;
constexpr std::size_t kTextMax = 1024;
constexpr int kBurstMax = 1000;

using Errors = std::vector<FieldError>;

void append(Errors& errors, const InputError& error, int line) {
  for (FieldError each : error.errors()) {
    each.line = line;
    errors.push_back(std::move(each));
  }
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

int line_of(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

/// One table of the file. What is absent keeps the value that it had.
class Section {
 public:
  /// `table` may be null: the table is absent. Both references must outlive this object.
  Section(const toml::table* table, std::string path, const fs::path& folder, Errors& errors)
      : table_(table), path_(std::move(path)), folder_(folder), errors_(errors) {}

  Section child(const std::string& key) {
    const toml::node* node = find(key);
    if (node != nullptr && !node->is_table())
      wrong(key, "expected a table, got " + std::string(kind_of(*node)));
    return Section(node == nullptr ? nullptr : node->as_table(), field(key), folder_, errors_);
  }

  void wrong(const std::string& key, std::string message) {
    errors_.push_back({field(key), std::move(message), line(key)});
  }

  std::string field(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

  int line(const std::string& key) const {
    const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
    return node == nullptr ? 0 : line_of(*node);
  }

  /// The text, unless it is absent or wrong. `expected` says what would be right, for a value of another
  /// type.
  std::optional<std::string> text(const std::string& key, const std::string& expected = "a text in quotes") {
    const toml::node* node = find(key);
    if (node == nullptr) return std::nullopt;
    const std::optional<std::string> value = node->value_exact<std::string>();
    if (!value) {
      wrong(key, "expected " + expected + ", got " + std::string(kind_of(*node)));
    } else if (const auto part = unprintable_part(*value)) {
      wrong(key, "contains " + *part);
    } else if (value->size() > kTextMax) {
      wrong(key, "is longer than " + std::to_string(kTextMax) + " bytes");
    } else {
      return value;
    }
    return std::nullopt;
  }

  void integer(const std::string& key, int& value, int least, int most) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const std::string range = std::to_string(least) + " to " + std::to_string(most);
    const std::optional<std::int64_t> given = node->value_exact<std::int64_t>();
    if (!given) {
      wrong(key, "expected an integer from " + range + ", got " + std::string(kind_of(*node)));
    } else if (*given < least || *given > most) {
      wrong(key, "expected an integer from " + range + ", got " + std::to_string(*given));
    } else {
      value = static_cast<int>(*given);
    }
  }

  void duration(const std::string& key, std::optional<Millis>& value, Millis example, Millis least,
                Millis most) {
    Millis given = example;
    const bool there = line(key) != 0;
    duration(key, given, least, most);
    if (there) value = given;
  }

  void duration(const std::string& key, Millis& value, Millis least, Millis most) {
    const std::string expected = "a duration such as \"" + format_duration(value) + "\"";
    const auto given = text(key, expected);
    if (!given) return;
    const auto parsed = parse_duration(*given);
    if (!parsed) {
      wrong(key, "expected " + expected + ", got \"" + shown(*given) + "\"");
    } else if (*parsed < least || *parsed > most) {
      wrong(key, "expected " + format_duration(least) + " to " + format_duration(most) + ", got \"" +
                     shown(*given) + "\"");
    } else {
      value = *parsed;
    }
  }

  void rate(const std::string& key, job::Rate& value) {
    const std::string expected = "\"" + value.text + "\"";
    const auto given = text(key, expected);
    if (!given) return;
    if (const auto parsed = job::parse_rate(*given)) {
      value = *parsed;
    } else {
      wrong(key, "expected " + expected + ", got \"" + shown(*given) + "\"");
    }
  }

  /// An empty path stays empty.
  void path(const std::string& key, fs::path& value) {
    const auto given = text(key, "a path in quotes");
    if (given) value = given->empty() ? fs::path() : (folder_ / *given).lexically_normal();
  }

  /// True for `second`, false for `first`.
  void either(const std::string& key, bool& is_second, const std::string& first, const std::string& second) {
    const std::string expected = "\"" + first + "\" or \"" + second + "\"";
    const auto given = text(key, expected);
    if (!given) return;
    if (*given != first && *given != second) {
      wrong(key, "expected " + expected + ", got \"" + shown(*given) + "\"");
    }
    is_second = *given == second;
  }

  /// Texts that `is_good` takes, at least one.
  template <typename IsGood>
  void list(const std::string& key, std::vector<std::string>& value, const std::string& example,
            IsGood is_good) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    std::vector<std::string> given;
    bool good = array != nullptr && !array->empty();
    for (std::size_t i = 0; good && i < array->size(); ++i) {
      given.push_back((*array)[i].value_exact<std::string>().value_or(""));
      good = is_good(given.back());
    }
    if (good) {
      value = std::move(given);
    } else {
      wrong(key, "expected a list such as " + example);
    }
  }

  /// Reports the keys that were not asked for.
  void finish() {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      const std::string_view name = key.str();
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      std::string message = "is not a known setting";
      if (const auto meant = nearest(name, known_)) message += "; did you mean \"" + *meant + "\"?";
      errors_.push_back({field(shown(name)), message, line_of(node)});
    }
  }

 private:
  const toml::node* find(const std::string& key) {
    known_.push_back(key);
    return table_ == nullptr ? nullptr : table_->get(key);
  }

  const toml::table* table_;
  const std::string path_;
  const fs::path& folder_;
  Errors& errors_;
  std::vector<std::string> known_;
};

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
bool has_key(const fs::path& path, Section& section, const std::string& key, Errors& errors) {
  std::error_code error;
  if (path.empty() || fs::status(path, error).type() == fs::file_type::not_found) return false;
  try {
    require_private(path, section.field(key));
  } catch (const InputError& open_to_others) {
    append(errors, open_to_others, section.line(key));
    return false;
  }
  try {
    read_secret_file(path, section.field(key));
    return true;
  } catch (const InputError&) {
    return false;  // private, so it is empty
  }
}

void read_common(Section& section, ProviderConfig& provider, Errors& errors) {
  if (const auto url = section.text("base_url")) {
    try {
      require_safe_base_url(*url, section.field("base_url"));
      provider.base_url = *url;
    } catch (const InputError& error) {
      append(errors, error, section.line("base_url"));
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

void read_mayar(Section section, ProviderConfig& mayar, Errors& errors) {
  read_common(section, mayar, errors);
  section.path("api_key_file", mayar.api_key_file);
  section.either("after_unknown", mayar.retry_unknown_once, "hold", "retry_once");
  mayar.on = has_key(mayar.api_key_file, section, "api_key_file", errors);
  section.finish();
}

void read_nomos(Section section, ProviderConfig& nomos, Errors& errors) {
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

void read_providers(Section section, Config& config, Errors& errors) {
  read_mayar(section.child("mayar"), config.mayar, errors);
  read_nomos(section.child("nomos"), config.nomos, errors);
  section.finish();
}

void read_engine(Section section, Config& config) {
  section.integer("workers", config.workers, 1, 1000);
  section.duration("shutdown_grace", config.shutdown_grace, seconds(0), minutes(10));
  section.finish();
}

void read_retry(Section section, job::RetryPolicy& retry) {
  section.integer("attempts", retry.attempts, 1, 20);
  section.duration("first", retry.first, Millis(250), hours(1));
  section.duration("most", retry.most, Millis(250), hours(24));
  if (retry.most < retry.first) section.wrong("most", "must not be shorter than retry.first");
  section.finish();
}

void read_retention(Section section, Config& config) {
  const hours year(365 * 24);
  section.duration("subjects", config.keep_subjects, year, hours(24), 100 * year);
  section.finish();
}

void read_ledger(Section section, Config& config, Errors& errors) {
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

void read_api(Section section, Config& config) {
  const std::string expected = "an address such as \"127.0.0.1:8420\"";
  if (const auto listen = section.text("listen", expected)) {
    const std::size_t colon = std::min(listen->rfind(':'), listen->size());
    const std::string host = to_lower(listen->substr(0, colon));
    const std::string port = listen->substr(std::min(colon + 1, listen->size()));
    int number = -1;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || end != port.data() + port.size() || number < 0 || number > 65535) {
      section.wrong("listen", "expected " + expected + ", got \"" + shown(*listen) + "\"");
    } else if (!is_loopback_host(host)) {
      section.wrong("listen",
                    "expected a loopback address such as \"127.0.0.1:8420\"; for any other put a reverse "
                    "proxy such as nginx in front");
    } else {
      config.listen_host = host == "[::1]" ? "::1" : host;
      config.listen_port = number;
    }
  }
  section.finish();
}

toml::table parse(const std::string& text, const fs::path& file) {
  int line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > kLineMax) {
      const std::string message = "is longer than " + std::to_string(kLineMax) + " bytes";
      throw InputError("invalid_request", file.string() + ": line " + std::to_string(line) + " " + message,
                       {{"", message, line}});
    }
    begin = end + 1;
  }
  try {
    return toml::parse(std::string_view(text));
  } catch (const toml::parse_error& error) {
    // Its description quotes the file, which may hold a key that somebody put into the wrong place.
    const auto at = error.source().begin;
    const std::string message = "is not TOML at column " + std::to_string(at.column);
    throw InputError("invalid_request", file.string() + ": line " + std::to_string(at.line) + " " + message,
                     {{"", message, static_cast<int>(at.line)}});
  }
}

[[noreturn]] void reject(const fs::path& file, Errors errors) {
  std::stable_sort(errors.begin(), errors.end(),
                   [](const FieldError& a, const FieldError& b) { return a.line < b.line; });
  std::string summary = file.string();
  for (const FieldError& error : errors) {
    summary += (&error == &errors.front() ? ": " : "; ");
    summary += error.field.empty() ? error.message : error.field + ": " + error.message;
  }
  throw InputError("invalid_request", summary, std::move(errors));
}

}  // namespace

Config load_config(const fs::path& file) {
  Config config = defaults(fs::absolute(file).lexically_normal());
  const fs::path folder = config.file.parent_path();
  const std::string text = read_file(config.file, kFileMax);
  Errors errors;
  try {
    require_private(config.file, "");
  } catch (const InputError& error) {
    append(errors, error, 0);
  }
  const toml::table table = parse(text, config.file);
  Section root(&table, "", folder, errors);
  root.path("data_dir", config.data_dir);
  if (config.data_dir.empty()) root.wrong("data_dir", "must not be empty");
  read_engine(root.child("engine"), config);
  read_providers(root.child("providers"), config, errors);
  read_retry(root.child("retry"), config.retry);
  read_retention(root.child("retention"), config);
  read_ledger(root.child("ledger"), config, errors);
  read_api(root.child("api"), config);
  root.finish();
  if (!errors.empty()) reject(config.file, std::move(errors));
  return config;
}

}  // namespace latchkey
