#include "surface/upkeep_commands.h"

#include "base/file_lock.h"
#include "base/json.h"
#include "config.h"
#include "store/sqlite_schema.h"
#include "surface/output.h"

namespace latchkey::surface {
namespace {

int migrate(const GlobalOptions& global) {
  const Config config = load_config(global.config);
  store::require_our_database(config.database());
  const FileLock lock(config.lock_file());
  SystemClock clock;
  Output out;
  OrderedJson applied = OrderedJson::array();
  store::migrate_database(config.database(), clock, [&](const std::string& name) {
    applied.push_back(name);
    if (!global.json) out.line("Applied " + name + ".");
  });
  if (global.json) {
    out.line(OrderedJson{{"schema", store::newest_schema()}, {"applied", applied}}.dump());
  } else if (applied.empty()) {
    out.line("The database is up to date (schema " + std::to_string(store::newest_schema()) +
             "); nothing was changed.");
  }
  out.flush();
  return 0;
}

int print_version(const GlobalOptions& global) {
  Output out;
  if (global.json) {
    out.line(OrderedJson{{"version", LATCHKEY_VERSION}, {"schema", store::newest_schema()}}.dump());
  } else {
    out.line("latchkey " LATCHKEY_VERSION);
  }
  out.flush();
  return 0;
}

}  // namespace

void add_upkeep_commands(CLI::App& app, CommandLine& line) {
  CLI::App* migrate_command = app.add_subcommand("migrate", "Bring the database to this program's schema");
  add_example(*migrate_command, "latchkey migrate");
  migrate_command->callback([&line] { line.command = [&line] { return migrate(line.global); }; });

  CLI::App* version = app.add_subcommand("version", "Which Latchkey this is");
  add_example(*version, "latchkey version --json");
  version->callback([&line] { line.command = [&line] { return print_version(line.global); }; });
}

}  // namespace latchkey::surface
