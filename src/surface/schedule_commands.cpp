#include "surface/schedule_commands.h"

#include <memory>

#include "base/text.h"
#include "base/time_text.h"
#include "engine/scheduler.h"
#include "ledger/entry.h"
#include "surface/output.h"
#include "surface/schedule_enable.h"
#include "surface/schedule_view.h"
#include "surface/store_session.h"
#include "surface/table.h"
#include "surface/zone_words.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kNextListed = 3;
constexpr int kLastListed = 5;
constexpr std::size_t kWhyShown = 200;

std::string occurrence_words(const store::Occurrence& one) {
  if (one.state == store::OccurrenceState::Submitted) return one.batch;
  return std::string(name(one.state)) + ": " + shown(one.reason, kWhyShown);
}

void print_schedule(const ScheduleView& view, TimePoint now, Output& out) {
  const bool coloured = Output::coloured();
  out.line(painted(view.schedule.definition, Paint::Strong, coloured) + " " +
           (view.armed() ? painted("armed", Paint::Good, coloured)
                         : painted("disarmed", Paint::Bad, coloured) + ": " + shown(view.why, kWhyShown)));
  Table facts;
  facts.add({"file", view.schedule.path});
  facts.add({"enabled", format_local(view.schedule.enabled_at) + " by " + shown(view.schedule.actor)});
  if (!view.armed())
    facts.add({"", Cell("-> latchkey schedule enable " + view.schedule.path, Paint::Strong)});
  const std::vector<TimePoint> next = view.next(now, kNextListed);
  for (std::size_t i = 0; i < next.size(); ++i) {
    const TimeZone& zone = view.definition->schedule->when.zone();
    facts.add({i == 0 ? "next" : "", time_words(zone, next[i]) + " " + zone.name()});
  }
  if (view.armed() && view.definition && !view.definition->recipients.folder.empty())
    facts.add({"folder", view.definition->recipients.folder.string()});
  for (std::size_t i = 0; i < view.last.size(); ++i) {
    facts.add({i == 0 ? "last" : "", format_local(view.last[i].at) + "  " + occurrence_words(view.last[i])});
  }
  out.text(facts.text(coloured, 2));
}

int list_schedules(const GlobalOptions& global) {
  StoreSession session(global, store::Access::ReadOnly);
  const TimePoint now = session.now();
  Output out;
  const std::vector<ScheduleView> views = schedule_views(session.store(), kLastListed);
  for (const ScheduleView& view : views) {
    if (global.json) {
      out.line(schedule_json(view, now).dump());
    } else {
      print_schedule(view, now, out);
    }
  }
  if (views.empty() && !global.json)
    out.line("No schedule is enabled; `latchkey schedule enable FILE` arms one.");
  out.flush();
  return 0;
}

// By its name, or by the file that it was armed with, which need not hold any more.
std::string armed_name(store::Store& store, const std::string& word) {
  if (store.find_schedule(word)) return word;
  std::error_code error;
  const auto path = std::filesystem::weakly_canonical(word, error);
  for (const store::Schedule& schedule : store.schedules()) {
    if (std::filesystem::weakly_canonical(schedule.path, error) == path) return schedule.definition;
  }
  throw InputError("not_found", "schedule", "no schedule is enabled under this name or file");
}

int disable_one_schedule(const GlobalOptions& global, const std::string& word,
                         const std::optional<std::string>& reason) {
  if (reason) ledger::check_reason(*reason);
  StoreSession session(global);
  const std::string definition = armed_name(session.store(), word);
  session.write([&](engine::Context& context) {
    return engine::disable_schedule(context, definition, reason.value_or(""));
  });
  Output out;
  if (global.json) {
    out.line(OrderedJson{{"definition", definition}, {"state", "disabled"}}.dump());
  } else {
    out.line(definition +
             " is disabled: it fires no more. Batches that it has submitted go on "
             "(`latchkey batch list --definition " +
             definition + "`).");
  }
  out.flush();
  return 0;
}

}  // namespace

void add_schedule_commands(CLI::App& app, CommandLine& line) {
  CLI::App* schedule =
      app.add_subcommand("schedule", "Definitions that fire by themselves: list, enable, disable");
  schedule->require_subcommand(1);
  add_example(*schedule, "latchkey schedule list");

  CLI::App* list = schedule->add_subcommand("list", "What is armed, when it fires, and what came of it");
  add_example(*list, "latchkey schedule list --json");
  list->callback([&line] { line.command = [&line] { return list_schedules(line.global); }; });

  auto file = std::make_shared<std::filesystem::path>();
  CLI::App* enable =
      schedule->add_subcommand("enable", "Show what the next run would send, then arm exactly this file");
  enable->add_option("FILE", *file, "the definition, such as jobs/weekly-reminder.toml")->required();
  add_example(*enable, "latchkey schedule enable jobs/weekly-reminder.toml");
  enable->callback(
      [&line, file] { line.command = [&line, file] { return enable_one_schedule(line.global, *file); }; });

  auto word = std::make_shared<std::string>();
  auto reason = std::make_shared<std::optional<std::string>>();
  CLI::App* disable = schedule->add_subcommand("disable", "Let it fire no more");
  disable->add_option("NAME", *word, "the definition's name, or its file")->required();
  add_text(*disable, "--reason", *reason, "for the ledger")->type_name("TEXT");
  add_example(*disable, "latchkey schedule disable weekly-reminder");
  disable->callback([&line, word, reason] {
    line.command = [&line, word, reason] { return disable_one_schedule(line.global, *word, *reason); };
  });
}

}  // namespace latchkey::surface
