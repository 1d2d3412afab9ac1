#include "surface/batch_preview.h"

#include "base/text.h"
#include "base/time_text.h"
#include "surface/pace_facts.h"
#include "surface/pause.h"
#include "surface/preview_warnings.h"
#include "surface/table.h"
#include "surface/words.h"
#include "surface/zone_words.h"

namespace latchkey::surface {
namespace {

using job::Code;

// Long enough for a daemon that sleeps between two tries for the lock, short beside a transaction.
constexpr Millis kLetDaemonWrite{10};
constexpr std::size_t kBrokenShown = 5;
constexpr std::size_t kErrorTextMax = 160;

std::string number_words(std::int64_t number) {
  return counted(static_cast<std::size_t>(number));
}

std::string error_words(const FieldError& error) {
  const std::string place = error.line > 0 ? "line " + std::to_string(error.line) + ", " : "";
  return place + shown(error.field) + ": " + shown(error.message, kErrorTextMax);
}

OrderedJson time_json(const std::optional<TimePoint>& time) {
  return time ? OrderedJson(format_utc(*time)) : OrderedJson(nullptr);
}

template <typename Number>
OrderedJson number_json(const std::optional<Number>& number) {
  return number ? OrderedJson(*number) : OrderedJson(nullptr);
}

Table counts_table(const BatchPreview& preview) {
  const engine::RunPlan& plan = preview.plan;
  Table table;
  table.align_right(1);
  const auto add = [&](const char* what, std::int64_t number, const std::string& more = {}) {
    table.add({what, number_words(number), more});
  };
  add("rows", plan.rows);
  add("valid", plan.rows - plan.broken);
  const std::string first = plan.errors.empty() ? "" : error_words(plan.errors.front());
  table.add({"broken", Cell(number_words(plan.broken), plan.broken > 0 ? Paint::Bad : Paint::Plain), first});
  for (const Code code : {Code::Duplicate, Code::AlreadySent, Code::MinInterval, Code::Suppressed}) {
    const auto found = plan.skipped.find(code);
    const std::int64_t left_out = found == plan.skipped.end() ? 0 : found->second;
    add(std::string(job::name(code)).c_str(), left_out,
        left_out == 0 ? std::string() : skipped_words(code, preview.definition));
  }
  table.add({Cell("jobs", Paint::Strong), Cell(number_words(plan.jobs), Paint::Strong)});
  return table;
}

void print_times(const BatchPreview& preview, Output& out) {
  const engine::RunPlan& plan = preview.plan;
  if (!plan.first_due) return;
  const TimeZone zone = zone_or_utc(plan.zone);
  Table table;
  table.add({"first due", time_words(zone, *plan.first_due) + " " + zone.name()});
  table.add({"last due", time_words(zone, *plan.last_due)});
  if (plan.days.size() > 1) {
    for (const auto& [day, jobs] : plan.days) {
      table.add({"", day_words(day), counted(static_cast<std::size_t>(jobs), "job")});
    }
  }
  out.line("");
  out.text(table.text(Output::coloured(), 2));
}

}  // namespace

std::string skipped_words(Code code, const job::Definition& definition) {
  switch (code) {
    case Code::Duplicate:
      return "their recipients stand in the file before";
    case Code::AlreadySent:
      return "an earlier run of " + definition.name + " has sent to them";
    case Code::MinInterval:
      return "a batch writes to them less than " + format_span(definition.min_interval) + " away";
    case Code::Suppressed:
      return "erased, and want no mail";
    default:
      return std::string(job::meaning(code));
  }
}

engine::ImportParts run_parts(StoreSession& session, ProgressLine& progress) {
  return {session.store(),
          session.clock(),
          session.random(),
          session.settings(),
          session.actor(),
          [] { pause(kLetDaemonWrite); },
          [&progress](std::size_t rows) { progress.show(counted(rows, "row")); }};
}

BatchPreview preview_run(StoreSession& session, ChosenRun& chosen, const PreviewedAt& at,
                         ProgressLine& progress) {
  const engine::ImportParts parts = run_parts(session, progress);
  const engine::Run run = chosen.run(at.begin);
  BatchPreview preview{
      chosen.definition(), chosen.recipients(), at.begin, engine::plan_run(parts, run), {}, {}};
  progress.show("");
  const auto known = session.store().find_occurrence(preview.definition.name, preview.plan.digest);
  if (at.by_hand && known && known->state == store::OccurrenceState::Submitted) preview.batch = known->batch;
  preview.warnings = preview_warnings(session, chosen, preview, at.by_hand);
  return preview;
}

OrderedJson preview_json(const BatchPreview& preview, const engine::Settings& settings) {
  const engine::RunPlan& plan = preview.plan;
  const job::Definition& definition = preview.definition;
  const PaceFacts facts = pace_facts(definition, settings);
  OrderedJson json;
  json["definition"] = definition.name;
  json["definitionDigest"] = definition.digest;
  json["provider"] = job::name(definition.provider);
  json["handover"] = definition.hand_over == job::HandOver::None
                         ? OrderedJson(nullptr)
                         : OrderedJson(job::name(definition.hand_over));
  json["recipients"] = preview.recipients.string();
  json["recipientsDigest"] = plan.digest;
  json["submittedAs"] = preview.batch.empty() ? OrderedJson(nullptr) : OrderedJson(preview.batch);
  json["rows"] = plan.rows;
  json["valid"] = plan.rows - plan.broken;
  json["broken"] = plan.broken;
  json["skipped"] = OrderedJson::object();
  for (const auto& [code, count] : plan.skipped) json["skipped"][std::string(job::name(code))] = count;
  json["jobs"] = plan.jobs;
  json["begin"] = format_utc(preview.begin);
  json["firstDueAt"] = time_json(plan.first_due);
  json["lastDueAt"] = time_json(plan.last_due);
  json["timezone"] = plan.zone;
  json["days"] = OrderedJson::object();
  for (const auto& [day, count] : plan.days) json["days"][day] = count;
  json["rate"] = settings.of(definition.provider).rate.text;
  json["marginPercent"] = definition.pace.margin;
  json["jobsPerHour"] = number_json(facts.an_hour);
  json["lastsMs"] = facts.lasts(plan.jobs).count();
  json["window"] = definition.window ? OrderedJson(window_hours(*definition.window)) : OrderedJson(nullptr);
  json["jobsPerDay"] = number_json(facts.a_day);
  json["warnings"] = OrderedJson::array();
  for (const PreviewWarning& warning : preview.warnings) {
    json["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  json["errors"] = OrderedJson::array();
  for (const FieldError& error : plan.errors) {
    json["errors"].push_back({{"line", error.line}, {"field", error.field}, {"message", error.message}});
  }
  return json;
}

void print_preview(const BatchPreview& preview, const engine::Settings& settings, Output& out) {
  const engine::RunPlan& plan = preview.plan;
  const bool coloured = Output::coloured();
  out.line(painted(preview.definition.name, Paint::Strong, coloured) + ": " +
           shown(preview.recipients.filename().string()) + " by " +
           std::string(job::name(preview.definition.provider)));
  out.line("");
  out.text(counts_table(preview).text(coloured, 2));
  for (std::size_t i = 1; i < std::min(kBrokenShown, plan.errors.size()); ++i) {
    out.line("    " + error_words(plan.errors[i]));
  }
  print_times(preview, out);
  out.line("");
  out.line(limit_sentence(preview.definition, settings, plan.jobs));
  const std::string window = window_sentence(preview.definition, settings);
  if (!window.empty()) out.line(window);
  for (const PreviewWarning& warning : preview.warnings) {
    // What is so most of the time is no warning to people, who would learn to pass over them.
    const bool note = warning.code == "columns_not_read" || warning.code == "nothing_is_sent_now";
    out.line((note ? "Note: " : painted("Warning: ", Paint::Warning, coloured)) + warning.message);
  }
}

}  // namespace latchkey::surface
