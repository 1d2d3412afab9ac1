#include "surface/batch_show.h"

#include "base/text.h"
#include "base/time_text.h"
#include "surface/batch_follow.h"
#include "surface/outlook.h"
#include "surface/output.h"
#include "surface/words.h"
#include "surface/zone_words.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kDigestShown = 12;
constexpr std::size_t kReasonShown = 200;

std::string time_or_dash(const TimeZone& zone, const std::optional<TimePoint>& time) {
  return time ? time_words(zone, *time) : "-";
}

void print_facts(const BatchView& view, Output& out) {
  const store::Batch& batch = view.batch;
  Table facts;
  const std::string digest = batch.definition_digest.substr(0, kDigestShown);
  facts.add({"definition", batch.definition + (digest.empty() ? "" : " (" + digest + ")")});
  facts.add({"recipients", batch.recipients_digest.substr(0, kDigestShown)});
  facts.add(
      {"run",
       batch.nominal.size() > 2 * kDigestShown && batch.nominal.starts_with(batch.recipients_digest)
           ? "by hand or file" + (batch.nominal == batch.recipients_digest
                                      ? std::string()
                                      : ", again" + batch.nominal.substr(batch.recipients_digest.size()))
           : batch.nominal});
  facts.add({"submitted", format_local(batch.created_at) + " by " + shown(batch.actor)});
  if (!batch.reason.empty()) facts.add({"reason", shown(batch.reason, kReasonShown)});
  if (batch.finished_at) facts.add({"finished", format_local(*batch.finished_at)});
  out.text(facts.text(Output::coloured(), 2));
}

void print_plan(const BatchView& view, Output& out) {
  const TimeZone zone = zone_or_utc(string_member(view.plan, "timezone").value_or("UTC"));
  const auto number = [&](const char* member) {
    const auto found = view.plan.find(member);
    return found != view.plan.end() && found->is_number_integer()
               ? counted(static_cast<std::size_t>(found->get<std::int64_t>()))
               : std::string("-");
  };
  Table table({zone.name(), "PLANNED", "HAPPENED"});
  table.add({"jobs", number("jobs"), counted(static_cast<std::size_t>(view.ended()))});
  table.add(
      {"first", time_or_dash(zone, view.planned("firstDueAt")), time_or_dash(zone, view.counts.first_end)});
  table.add(
      {"last", time_or_dash(zone, view.planned("lastDueAt")), time_or_dash(zone, view.counts.last_end)});
  out.text(table.text(Output::coloured(), 2));
  std::string skipped;
  const auto by_code = view.plan.find("skipped");
  if (by_code != view.plan.end() && by_code->is_object()) {
    for (const auto& [code, count] : by_code->items()) {
      skipped += (skipped.empty() ? "" : ", ") + code + " " +
                 counted(static_cast<std::size_t>(count.get<std::int64_t>()));
    }
  }
  if (!skipped.empty()) out.line("  left out: " + skipped);
  if (number("broken") != "-" && number("broken") != "0")
    out.line("  broken and left out: " + number("broken"));
}

void print_failures(const Failures& failures, Output& out) {
  if (failures.empty()) return;
  Table table;
  table.align_right(0);
  for (const auto& [why, count] : failures) {
    const auto code = job::code_named(why);
    const std::string meaning = code             ? std::string(job::meaning(*code))
                                : why == "stale" ? "their time ran out before a call"
                                                 : std::string();
    table.add({Cell(counted(static_cast<std::size_t>(count)), Paint::Bad), why, meaning});
  }
  out.line("");
  out.text(table.text(Output::coloured(), 2));
}

void print_batch(StoreSession& session, const BatchView& view, const Failures& failures, Output& out) {
  const bool coloured = Output::coloured();
  const Cell state = batch_state_cell(view.batch.state);
  out.line(painted(view.batch.id, Paint::Strong, coloured) + " " +
           painted(state.text, state.paint, coloured));
  print_facts(view, out);
  out.line("");
  print_plan(view, out);
  out.line("");
  out.line(bar_words(view));
  const std::string counts = counts_words(view.counts);
  const std::string pace = pace_words(view, session.now());
  if (!counts.empty()) out.line(counts + (pace.empty() ? "" : "; " + pace));
  print_failures(failures, out);
  if (view.batch.state == store::BatchState::Open && view.counts.queued > 0) {
    const std::string in_the_way = obstacle(session, view.batch.provider);
    if (!in_the_way.empty()) out.line("Waits: " + in_the_way);
  }
}

}  // namespace

int show_batch(const GlobalOptions& global, const std::string& id, bool follow) {
  StoreSession session(global, store::Access::ReadOnly);
  find_view(session.store(), session.settings(), id, session.now());  // or there is nothing to follow
  const int code = follow ? follow_batch(session, id, global.json) : 0;
  if (follow && global.json) return code;
  const BatchView view = find_view(session.store(), session.settings(), id, session.now());
  const Failures failures = failures_of(session.store(), view).value_or(Failures{});
  Output out;
  if (global.json) {
    OrderedJson document = batch_json(view);
    document["failures"] = failures_json(failures);
    out.line(document.dump());
  } else {
    if (follow) out.line("");
    print_batch(session, view, failures, out);
  }
  out.flush();
  return code;
}

}  // namespace latchkey::surface
