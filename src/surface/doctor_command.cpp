#include "surface/doctor_command.h"

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "store/sqlite_schema.h"
#include "surface/diagnosis.h"
#include "surface/output.h"
#include "surface/table.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using Severity = Diagnosis::Severity;

constexpr std::size_t kTextMax = 400;

const char* name(Severity severity) {
  switch (severity) {
    case Severity::Ok:
      return "ok";
    case Severity::Note:
      return "note";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  return "";
}

Paint paint_of(Severity severity) {
  switch (severity) {
    case Severity::Ok:
      return Paint::Good;
    case Severity::Note:
      return Paint::Quiet;
    case Severity::Warning:
      return Paint::Warning;
    case Severity::Error:
      return Paint::Bad;
  }
  return Paint::Plain;
}

Diagnoses examine_all(const GlobalOptions& global) {
  Diagnoses found;
  std::optional<Config> config;
  found.examine("configuration", "an editor: " + global.config.string(), [&] {
    config = load_config(global.config);
    found.ok("configuration", config->file.string() + " holds.");
  });
  if (!config) return found;  // nothing else can be found without it
  examine_machine(*config, found);
  std::unique_ptr<StoreSession> session;
  found.examine("database", "latchkey migrate, or latchkey restore FILE", [&] {
    session = std::make_unique<StoreSession>(global, store::Access::ReadOnly);
    found.ok("database", config->database().string() + " is of this program's schema (" +
                             std::to_string(store::newest_schema()) + ").");
  });
  if (session) {
    found.examine("queue", "latchkey audit verify", [&] { examine_queue(*session, found); });
    found.examine("schedules", "latchkey schedule list", [&] { examine_schedules(*session, found); });
    found.examine("ledger", "latchkey audit verify", [&] { examine_ledger(*session, found); });
  }
  examine_outside(*config, found);
  return found;
}

std::size_t count(const Diagnoses& found, Severity severity) {
  std::size_t number = 0;
  for (const Diagnosis& one : found.all()) number += one.severity == severity ? 1 : 0;
  return number;
}

void print(const Diagnoses& found, Output& out) {
  Table table;
  for (const Diagnosis& one : found.all()) {
    table.add({Cell(name(one.severity), paint_of(one.severity)), one.about, shown(one.text, kTextMax)});
    if (!one.mend.empty()) table.add({"", "", Cell("-> " + shown(one.mend, kTextMax), Paint::Strong)});
  }
  out.text(table.text(Output::coloured()));
  const std::size_t errors = count(found, Severity::Error);
  const std::size_t warnings = count(found, Severity::Warning);
  out.line("");
  out.line(errors + warnings == 0 ? "Nothing is wrong."
                                  : counted(errors, "error") + ", " + counted(warnings, "warning") + ".");
}

int doctor(const GlobalOptions& global) {
  const Diagnoses found = examine_all(global);
  Output out;
  if (global.json) {
    for (const Diagnosis& one : found.all()) {
      out.line(OrderedJson{{"severity", name(one.severity)},
                           {"about", one.about},
                           {"text", one.text},
                           {"mend", one.mend.empty() ? OrderedJson(nullptr) : OrderedJson(one.mend)}}
                   .dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
    }
  } else {
    print(found, out);
  }
  out.flush();
  return count(found, Severity::Error) == 0 ? 0 : 1;
}

}  // namespace

void add_doctor_command(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand("doctor", "Look for what is wrong, and say what mends it");
  add_example(*command, "latchkey doctor");
  command->callback([&line] { line.command = [&line] { return doctor(line.global); }; });
}

}  // namespace latchkey::surface
