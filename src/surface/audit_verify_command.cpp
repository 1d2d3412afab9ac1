#include "surface/audit_verify_command.h"

#include <unistd.h>

#include <memory>

#include "base/encoding.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "config.h"
#include "engine/anchored.h"
#include "engine/verification.h"
#include "store/sqlite_evidence.h"
#include "store/sqlite_schema.h"
#include "surface/output.h"

namespace latchkey::surface {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyFileMax = 4096;
constexpr std::size_t kRootShown = 4;
constexpr Millis kProgressEvery{5000};
constexpr Millis kProgressEveryOnTerminal{200};

struct VerifyOptions {
  std::optional<std::string> database;
  std::optional<std::string> key;
  std::optional<std::string> anchors;
};

/// Where everything is that is to be looked at.
struct Sources {
  fs::path database;
  std::optional<ledger::VerifierKey> key;
  std::optional<fs::path> anchors;
};

ledger::VerifierKey verifier_key_in(const std::string& text) {
  if (const auto key = ledger::parse_verifier_key(text)) return *key;
  // Where the ledger has had several names, the newest stands first.
  const std::string keys = read_file(text, kKeyFileMax);
  const auto key = ledger::parse_verifier_key(trim(std::string_view(keys).substr(0, keys.find('\n'))));
  if (!key) {
    throw InputError("invalid_request", "key",
                     "holds no verifier key: expected NAME+KEYID+BASE64 as in ledger.vkey");
  }
  return *key;
}

Sources sources_of(const GlobalOptions& global, const VerifyOptions& options) {
  Sources sources;
  if (options.database) {
    sources.database = *options.database;
  } else {
    const Config config = load_config(global.config);
    sources.database = config.database();
    sources.anchors = config.anchors;
    const fs::path vkey = config.file.parent_path() / "ledger.vkey";
    if (!options.key && fs::exists(vkey)) sources.key = verifier_key_in(vkey.string());
  }
  if (options.key) sources.key = verifier_key_in(*options.key);
  if (options.anchors) sources.anchors = *options.anchors;
  if (options.anchors && !fs::is_directory(*sources.anchors)) {
    throw Error(sources.anchors->string() + " is no folder of anchors");
  }
  return sources;
}

/// One line on stderr that says how far it has come: again and again on a terminal, seldom in a log.
class EntriesRead {
 public:
  explicit EntriesRead(Clock& clock) : clock_(clock), said_(clock.now().boot) {}

  void operator()(std::int64_t done, std::int64_t of) {
    const Millis now = clock_.now().boot;
    if (now - said_ < (terminal_ ? kProgressEveryOnTerminal : kProgressEvery)) return;
    said_ = now;
    const std::string text = std::to_string(done) + " of " + std::to_string(of) + " entries, " +
                             std::to_string(done * 100 / of) + "%";
    if (terminal_) {
      std::fprintf(stderr, "\r%s ", text.c_str());
      drawn_ = true;
    } else {
      note(text);
    }
  }
  void end() const {
    if (drawn_) std::fprintf(stderr, "\r\x1b[K");
  }

 private:
  Clock& clock_;
  const bool terminal_ = isatty(STDERR_FILENO) == 1;
  Millis said_;
  bool drawn_ = false;
};

// Without separators: programs read these lines, too.
std::string count_of(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string signed_by(const engine::VerifyReport& report, const Sources& sources) {
  if (!sources.key) return "signatures not checked: no key was given";
  if (report.checkpoints.good == 0) return "no checkpoint yet";
  const ledger::VerifierKey key{report.origin, sources.key->public_key};
  return "signed by " + report.origin + "+" + to_hex(key_id(key)) +
         (report.checkpoints.largest == report.entries
              ? ""
              : " up to entry " + std::to_string(report.checkpoints.largest));
}

std::string last_anchor(const Sources& sources, const engine::AnchoredHistory& anchored, TimePoint now) {
  if (!sources.anchors) return "no anchors were given";
  if (!anchored.latest) return "no anchor yet";
  return "last anchor " + format_span(std::max(now - *anchored.latest, Millis(0))) + " ago";
}

std::string summary(const engine::VerifyReport& report, const Sources& sources,
                    const engine::AnchoredHistory& anchored, TimePoint now) {
  std::string text = std::to_string(report.entries) + (report.entries == 1 ? " entry" : " entries") + ", " +
                     count_of(report.jobs, "job") + ", root " +
                     to_base64(bytes_of(report.root)).substr(0, kRootShown) + "…, " +
                     signed_by(report, sources) + ", " + last_anchor(sources, anchored, now);
  if (report.under_way > 0) text += ", " + count_of(report.under_way, "call") + " under way";
  if (report.checkpoints.lost_history > 0) {
    text += ", " + count_of(report.checkpoints.lost_history, "checkpoint") +
            " of a history that a restore has given up";
  }
  return text;
}

std::string finding_line(const ledger::Finding& finding) {
  std::string line = "FAIL " + finding.code;
  line.resize(std::max<std::size_t>(line.size() + 2, 19), ' ');
  if (finding.seq) line += "seq=" + std::to_string(*finding.seq) + " ";
  if (!finding.request_id.empty()) line += "requestId=" + finding.request_id + " ";
  return line + finding.text;
}

void print_text(const engine::VerifyReport& report, const std::string& summary, Output& out) {
  std::map<std::string, std::int64_t> shown;
  for (const ledger::Finding& finding : report.findings.kept()) {
    out.line(finding_line(finding));
    ++shown[finding.code];
  }
  for (const auto& [code, count] : report.findings.counts()) {
    if (count > shown[code])
      out.line("FAIL " + code + "  and " + std::to_string(count - shown[code]) + " more");
  }
  if (report.findings.empty()) {
    out.line("OK   " + summary);
  } else {
    out.line("FAIL " + count_of(report.findings.total(), "finding") + "; " + summary);
  }
}

void print_json(const engine::VerifyReport& report, const Sources& sources,
                const engine::AnchoredHistory& anchored, Output& out) {
  for (const ledger::Finding& finding : report.findings.kept()) {
    OrderedJson line{{"code", finding.code}};
    if (finding.seq) line["seq"] = *finding.seq;
    if (!finding.request_id.empty()) line["requestId"] = finding.request_id;
    line["text"] = finding.text;
    out.line(line.dump());
  }
  OrderedJson counts = OrderedJson::object();
  for (const auto& [code, count] : report.findings.counts()) counts[code] = count;
  out.line(OrderedJson{
      {"holds", report.findings.empty()},
      {"findings", report.findings.total()},
      {"counts", counts},
      {"entries", report.entries},
      {"jobs", report.jobs},
      {"underWay", report.under_way},
      {"origin", report.origin},
      {"root", to_base64(bytes_of(report.root))},
      {"signaturesChecked", sources.key.has_value()},
      {"checkpoints", report.checkpoints.good + report.checkpoints.not_signed_for},
      {"checkpointsOfLostHistory", report.checkpoints.lost_history},
      {"signedSize", report.checkpoints.largest},
      {"lastAnchor", anchored.latest ? OrderedJson(format_utc(*anchored.latest)) : OrderedJson(nullptr)}}
               .dump());
}

int verify_ledger(const GlobalOptions& global, const VerifyOptions& options) {
  SystemClock clock;
  const Sources sources = sources_of(global, options);
  store::require_our_database(sources.database);
  // Before the database: whatever is anchored by now is in it.
  engine::AnchoredHistory anchored;
  if (sources.anchors) anchored = engine::read_anchored(*sources.anchors);
  EntriesRead progress(clock);
  engine::VerifyQuestion question{sources.key, anchored.checkpoints, std::ref(progress)};
  engine::VerifyReport report = engine::verify(store::sqlite_evidence(sources.database), question);
  progress.end();
  const std::int64_t known = report.checkpoints.good + report.checkpoints.not_signed_for;
  if (sources.anchors && anchored.checkpoints.empty() && known > 0) {
    report.findings.add("E_ANCHOR", std::nullopt, "",
                        "there is no anchor, though " + count_of(known, "checkpoint") +
                            " of the database's own were published: nothing shows what may be missing");
  }

  Output out;
  if (global.json) {
    print_json(report, sources, anchored, out);
  } else {
    print_text(report, summary(report, sources, anchored, clock.now().wall), out);
  }
  out.flush();
  return report.findings.empty() ? 0 : 1;
}

}  // namespace

void add_audit_verify(CLI::App& audit, CommandLine& line) {
  CLI::App* verify = audit.add_subcommand("verify", "Does the ledger hold? Checks every byte of it");
  auto options = std::make_shared<VerifyOptions>();
  add_text(*verify, "--database", options->database, "this file, such as a copy; needs no configuration")
      ->type_name("FILE");
  add_text(*verify, "--key", options->key, "the verifier key, or a file with it; ledger.vkey otherwise")
      ->type_name("FILE_OR_KEY");
  add_text(*verify, "--anchors", options->anchors, "a folder of anchors, such as a copy")->type_name("DIR");
  add_example(*verify, "latchkey audit verify --database copy.db --key ledger.vkey --anchors anchors");
  verify->callback(
      [&line, options] { line.command = [&line, options] { return verify_ledger(line.global, *options); }; });
}

}  // namespace latchkey::surface
