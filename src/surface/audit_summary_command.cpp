#include "surface/audit_summary_command.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/summary.h"
#include "surface/table.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr std::int64_t kBarCells = 30;
constexpr const char* kAccepted = "\u2588";  // a full block
constexpr const char* kOther = "\u2591";     // a light one, so that it is told apart without colours

struct SummaryOptions {
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> by;
};

/// A line of the summary: what it is about (a day, a provider or both) and its counts.
struct Row {
  std::string day;
  std::string provider;
  Tally tally;
};

enum class By { DayAndProvider, Day, Provider, Outcome };

By by_word(const std::optional<std::string>& text) {
  if (!text) return By::DayAndProvider;
  if (*text == "day") return By::Day;
  if (*text == "provider") return By::Provider;
  if (*text == "outcome") return By::Outcome;
  throw InputError("invalid_request", "by", "\"" + shown(*text) + "\" is none of day, provider, outcome");
}

// What differs only in something that is not asked for is one row.
std::vector<Row> rows_of(const Summary& summary, By by) {
  std::vector<Row> rows;
  for (const auto& [key, tally] : summary.tallies()) {
    const std::string day = by == By::Provider ? "" : key.first;
    const std::string provider(by == By::Day ? "" : name(key.second));
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&](const Row& one) { return one.day == day && one.provider == provider; });
    if (row == rows.end()) row = rows.insert(rows.end(), {day, provider, {}});
    row->tally.add(tally);
  }
  return rows;
}

Tally total_of(const Summary& summary) {
  Tally total;
  for (const auto& [key, tally] : summary.tallies()) total.add(tally);
  return total;
}

// Cells of a bar that is `whole` long at kBarCells; what is there at all has one.
std::int64_t cells(std::int64_t part, std::int64_t whole) {
  if (part == 0 || whole == 0) return 0;
  return std::max<std::int64_t>(1, (part * kBarCells + whole / 2) / whole);
}

std::string repeated(const char* text, std::int64_t times) {
  std::string result;
  for (std::int64_t i = 0; i < times; ++i) result += text;
  return result;
}

std::string bar(const Tally& tally, std::int64_t longest) {
  const std::int64_t accepted = tally.counts.front();
  return repeated(kAccepted, cells(accepted, longest)) +
         repeated(kOther, cells(tally.attempts() - accepted, longest));
}

std::string number(std::int64_t count) {
  return counted(static_cast<std::size_t>(count));
}

// The columns before the counts.
std::vector<std::string> labels(By by) {
  if (by == By::Day) return {"DAY"};
  if (by == By::Provider) return {"PROVIDER"};
  return {"DAY", "PROVIDER"};
}

std::vector<Cell> line_of(const Row& row, By by) {
  std::vector<Cell> line;
  if (by != By::Provider) line.emplace_back(row.day);
  if (by != By::Day) line.emplace_back(row.provider);
  for (const std::int64_t count : row.tally.counts) {
    line.emplace_back(number(count), count == 0 ? Paint::Quiet : Paint::Plain);
  }
  return line;
}

std::vector<Cell> total_line(const Tally& total, By by) {
  std::vector<Cell> line{Cell("total", Paint::Strong)};
  line.resize(labels(by).size(), Cell(""));
  for (const std::int64_t count : total.counts) line.emplace_back(number(count), Paint::Strong);
  return line;
}

std::string next_day(const std::string& day) {
  const auto midnight = parse_rfc3339(day + "T00:00:00Z");
  LATCHKEY_CHECK(midnight.has_value());
  return format_utc(*midnight + std::chrono::hours(24)).substr(0, day.size());
}

std::vector<std::string> headings(By by) {
  std::vector<std::string> names = labels(by);
  for (const std::string_view what : kCounted) {
    std::string upper(what);
    for (char& c : upper) c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    names.push_back(upper);
  }
  names.emplace_back("");
  return names;
}

std::string rows_text(const std::vector<Row>& rows, const Tally& total, By by, bool coloured) {
  Table table(headings(by));
  for (std::size_t i = 0; i < kCounted.size(); ++i) table.align_right(labels(by).size() + i);
  std::int64_t longest = 0;
  for (const Row& row : rows) longest = std::max(longest, row.tally.attempts());
  std::string expected;
  for (const Row& row : rows) {
    // A day on which nothing happened is worth seeing.
    for (; !expected.empty() && expected < row.day; expected = next_day(expected)) {
      table.add({Cell(expected, Paint::Quiet), Cell("nothing", Paint::Quiet)});
    }
    std::vector<Cell> line = line_of(row, by);
    line.emplace_back(bar(row.tally, longest));
    table.add(std::move(line));
    if (!row.day.empty()) expected = next_day(row.day);
  }
  table.add(total_line(total, by));
  return table.text(coloured);
}

std::string outcomes_text(const Tally& total, bool coloured) {
  Table table({"", "COUNT", ""});
  table.align_right(1);
  const std::int64_t longest = *std::max_element(total.counts.begin(), total.counts.end());
  for (std::size_t i = 0; i < kCounted.size(); ++i) {
    const std::int64_t count = total.counts[i];
    table.add({kCounted[i], number(count), repeated(i == 0 ? kAccepted : kOther, cells(count, longest))});
  }
  return table.text(coloured);
}

OrderedJson rows_json(const Summary& summary, By by) {
  OrderedJson rows = OrderedJson::array();
  if (by == By::Outcome) {
    const Tally total = total_of(summary);
    for (std::size_t i = 0; i < kCounted.size(); ++i) {
      const char* what = i < kOutcomes ? "outcome" : "type";
      const std::string word = (i < kOutcomes ? "" : "job.") + std::string(kCounted[i]);
      rows.push_back({{what, word}, {"count", total.counts[i]}});
    }
    return rows;
  }
  for (const Row& row : rows_of(summary, by)) {
    OrderedJson json = OrderedJson::object();
    if (!row.day.empty()) json["day"] = row.day;
    if (!row.provider.empty()) json["provider"] = row.provider;
    for (std::size_t i = 0; i < kCounted.size(); ++i) json[std::string(kCounted[i])] = row.tally.counts[i];
    rows.push_back(std::move(json));
  }
  return rows;
}

OrderedJson bound_json(const std::optional<TimePoint>& time) {
  return time ? OrderedJson(format_utc(*time)) : OrderedJson(nullptr);
}

void print_text(Output& out, const Summary& summary, By by) {
  if (summary.tallies().empty()) return out.line("Nothing was sent, refused or held in that time.");
  const bool coloured = Output::coloured();
  const Tally total = total_of(summary);
  out.text(by == By::Outcome ? outcomes_text(total, coloured)
                             : rows_text(rows_of(summary, by), total, by, coloured));
  out.line(std::string(kAccepted) + " accepted  " + kOther +
           " not accepted. Attempts by outcome, and jobs that were refused (stale), failed or held.");
  out.line("From " + summary.tallies().begin()->first.first + " to " +
           summary.tallies().rbegin()->first.first + ", days in " + summary.zone() + ".");
}

int summarise(const GlobalOptions& global, const SummaryOptions& options) {
  StoreSession session(global, store::Access::ReadOnly);
  store::EntryFilter filter;
  if (options.from) filter.from = time_word(*options.from, "from", session.now());
  if (options.to) filter.to = time_word(*options.to, "to", session.now());
  const By by = by_word(options.by);
  const std::int64_t tree_size = session.store().head().size;
  filter.to_seq = tree_size;

  Summary summary;
  session.store().each_entry(filter, [&](const std::string& bytes) {
    summary.add(bytes);
    return true;
  });
  Output out;
  if (global.json) {
    const OrderedJson document{{"treeSize", tree_size},
                               {"from", bound_json(filter.from)},
                               {"to", bound_json(filter.to)},
                               {"zone", summary.zone()},
                               {"rows", rows_json(summary, by)}};
    out.line(document.dump());
  } else {
    print_text(out, summary, by);
  }
  out.flush();
  return 0;
}

}  // namespace

void add_audit_summary(CLI::App& audit, CommandLine& line) {
  CLI::App* summary = audit.add_subcommand("summary", "How many attempts came to what, by day and provider");
  auto options = std::make_shared<SummaryOptions>();
  add_text(*summary, "--from,--since", options->from,
           "no older than this: a time with its zone, or 30d for thirty days ago")
      ->type_name("TIME");
  add_text(*summary, "--to,--until", options->to, "older than this")->type_name("TIME");
  add_text(*summary, "--by", options->by, "day, provider or outcome alone")->type_name("WHAT");
  add_example(*summary, "latchkey audit summary --from 30d --by day");
  summary->callback(
      [&line, options] { line.command = [&line, options] { return summarise(line.global, *options); }; });
}

}  // namespace latchkey::surface
