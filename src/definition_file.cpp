#include "definition_file.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "config_section.h"
#include "config_toml.h"
#include "definition_times.h"

namespace latchkey {
namespace {

namespace fs = std::filesystem;
using job::Definition;
using job::HandOver;
using job::Provider;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kDefinitionMax = 64 * 1024;
constexpr std::size_t kNameMax = 32;
constexpr int kMarginMost = 90;

bool is_definition_name(std::string_view text) {
  return is_id(text) && text.size() <= kNameMax && text.find(':') == std::string_view::npos;
}

void read_definition_name(ConfigSection& root, Definition& definition) {
  const std::string expected = R"(a name such as "onboarding", of at most 32 letters, digits and "._-")";
  if (!root.has("name", expected)) return;
  const auto name = root.text("name", expected);
  if (!name) return;
  if (!is_definition_name(*name))
    root.wrong("name", "expected " + expected + ", got \"" + shown(*name) + "\"");
  if (*name == "reprocess")
    root.wrong("name", "\"reprocess\" is what batches of `jobs reprocess` are called");
  definition.name = *name;
}

/// False when nothing that depends on the provider can be checked.
bool read_provider(ConfigSection& root, Definition& definition) {
  if (!root.has("provider", R"("mayar" or "nomos")")) return false;
  const auto provider = root.choice("provider", {"mayar", "nomos"});
  if (!provider) return false;
  definition.provider = *provider == 0 ? Provider::Mayar : Provider::Nomos;
  return true;
}

void read_hand_over(ConfigSection& root, Definition& definition) {
  const bool nomos = definition.provider == Provider::Nomos;
  const std::string expected = nomos ? R"("claim" or "email")" : R"("none": mayar mails its links itself)";
  if (nomos && !root.has("handover", expected + " for nomos")) return;
  const auto text = root.text("handover", expected);
  if (!text) return;
  const auto hand_over = job::hand_over_named(*text);
  const bool is_good =
      nomos ? hand_over == HandOver::Claim || hand_over == HandOver::Email : hand_over == HandOver::None;
  if (is_good) {
    definition.hand_over = *hand_over;
  } else if (nomos && hand_over == HandOver::Reply) {
    root.wrong("handover", "expected " + expected + R"(, got "reply": nobody waits for a batch's links)");
  } else {
    root.wrong("handover", "expected " + expected + ", got \"" + shown(*text) + "\"");
  }
}

/// Why a row of this definition has no such field; empty when it may have it.
std::string_view why_no_column(std::string_view field, const Definition& definition) {
  const bool nomos = definition.provider == Provider::Nomos;
  if (field == "email" && nomos) return "is for mayar; nomos has customerId";
  if (field == "customerId" && !nomos) return "is for nomos; mayar has email";
  if (field == "deliverTo" && definition.hand_over != HandOver::Email)
    return R"(is only for handover = "email")";
  return "";
}

void read_columns(ConfigSection section, bool has_provider, const Definition& definition,
                  std::map<std::string, std::string>& columns) {
  std::set<std::string> taken;
  for (const char* field : {"requestId", "email", "customerId", "at", "lifetime", "deliverTo"}) {
    const auto column = section.text(field, "the name of a column in quotes");
    if (!column) continue;
    const std::string_view fault = has_provider ? why_no_column(field, definition) : "";
    if (!fault.empty()) {
      section.wrong(field, std::string(fault));
    } else if (trim(*column).empty()) {
      section.wrong(field, "expected the name of a column, got nothing");
    } else if (!taken.insert(*column).second) {
      section.wrong(field, "takes a column that another field has, too");
    } else {
      columns[field] = *column;
    }
  }
  section.finish();
}

fs::path read_location(ConfigSection& section, const std::string& key) {
  const std::size_t faults = section.errors().size();
  fs::path path;
  section.path(key, path);
  const bool is_fine = section.errors().size() == faults;
  if (section.line(key) != 0 && path.empty() && is_fine) section.wrong(key, "must not be empty");
  return path;
}

/// Where rows come from: exactly one of `file` and `folder`.
void read_source(ConfigSection& section, const Definition& definition,
                 job::DefinitionRecipients& recipients) {
  recipients.file = read_location(section, "file");
  recipients.folder = read_location(section, "folder");
  const bool has_file = section.line("file") != 0;
  const bool has_folder = section.line("folder") != 0;
  if (has_file && has_folder) {
    section.wrong("folder", "stands beside file; expected only one of them");
  } else if (!has_file && !has_folder) {
    section.has("file", R"(the path of a file in quotes, or folder, that of a drop folder)");
  } else if (has_file && recipients.file == definition.file) {
    section.wrong("file", "is this definition itself");
  } else if (has_folder && recipients.folder / "" == definition.file.parent_path() / "") {
    section.wrong("folder", "is the folder of this definition; expected one that holds recipients only");
  }
}

void read_recipients_section(ConfigSection& root, bool has_provider, bool is_scheduled,
                             Definition& definition) {
  if (!root.has("recipients", "a section [recipients] with a file or a folder")) return;
  ConfigSection section = root.child("recipients");
  if (!section.present()) return;
  job::DefinitionRecipients& recipients = definition.recipients;
  read_source(section, definition, recipients);
  const bool has_folder = section.line("folder") != 0;
  if (has_folder && is_scheduled && section.line("file") == 0) {
    root.wrong("schedule",
               "makes no sense with recipients.folder, whose files run as they arrive; expected "
               "recipients.file, or no schedule");
  }
  section.either("broken", recipients.skip_broken, "refuse", "skip");
  recipients.repeat = has_folder || (definition.schedule && !definition.schedule->when.once());
  section.either("repeat", recipients.repeat, "skip", "send");
  read_columns(section.child("columns"), has_provider, definition, recipients.columns);
  section.finish();
}

void read_pace(ConfigSection section, job::DefinitionPace& pace) {
  const std::string expected = "\"0%\" to \"" + std::to_string(kMarginMost) + "%\"";
  if (const auto text = section.text("margin", expected)) {
    const bool is_percentage = text->ends_with('%');
    const auto percent = whole_number(std::string_view(*text).substr(0, text->size() - is_percentage));
    if (is_percentage && percent && *percent <= kMarginMost) {
      pace.margin = *percent;
    } else {
      section.wrong("margin", "expected " + expected + ", got \"" + shown(*text) + "\"");
    }
  }
  section.duration("within", pace.within, hours(8), minutes(1), hours(30 * 24));
  section.finish();
}

void read_retry_section(ConfigSection section, job::DefinitionRetry& retry) {
  const job::RetryPolicy example;
  int attempts = example.attempts;
  section.integer("attempts", attempts, 1, 20);
  if (section.line("attempts") != 0) retry.attempts = attempts;
  section.duration("first", retry.first, example.first, Millis(250), hours(1));
  section.duration("most", retry.most, example.most, Millis(250), hours(24));
  if (retry.first && retry.most && *retry.most < *retry.first)
    section.wrong("most", "must not be shorter than retry.first");
  section.finish();
}

std::string digest_of(std::string_view bytes) {
  return to_hex(sha256(bytes));
}

}  // namespace

std::string definition_digest(const fs::path& file) {
  return digest_of(read_file(file, kDefinitionMax));
}

Definition load_definition(const fs::path& file) {
  Definition definition;
  definition.file = fs::absolute(file).lexically_normal();
  const std::string bytes = read_file(definition.file, kDefinitionMax);
  definition.digest = digest_of(bytes);
  TomlFile toml(definition.file, bytes);
  ConfigSection root = toml.root();
  read_definition_name(root, definition);
  const bool has_provider = read_provider(root, definition);
  if (has_provider) {
    read_hand_over(root, definition);
  } else {
    root.text("handover");
  }
  root.duration("lifetime", definition.lifetime, minutes(15), seconds(1), minutes(60));
  root.duration("min_interval", definition.min_interval, Millis(0), hours(365 * 24));
  if (const auto endpoint = root.text("on_complete", R"(the name of an endpoint such as "crm")")) {
    if (!is_id(*endpoint)) root.wrong("on_complete", "expected the name of an endpoint in [[webhooks]]");
    definition.on_complete = *endpoint;
  }
  ConfigSection schedule = root.child("schedule");
  const bool has_zone = schedule.line("timezone") != 0;
  std::optional<TimeZone> zone;
  definition.schedule = read_schedule(schedule, definition.lifetime, zone);
  read_recipients_section(root, has_provider, schedule.present(), definition);
  read_pace(root.child("pace"), definition.pace);
  definition.window = read_window(root.child("window"), has_zone, zone);
  read_retry_section(root.child("retry"), definition.retry);
  root.finish();
  toml.finish();
  return definition;
}

}  // namespace latchkey
