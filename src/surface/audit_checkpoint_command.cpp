#include "surface/audit_checkpoint_command.h"

#include "base/json.h"
#include "ledger/checkpoint.h"
#include "surface/covering_checkpoint.h"
#include "surface/output.h"

namespace latchkey::surface {
namespace {

int print_checkpoint(const GlobalOptions& global) {
  StoreSession session(global);
  const std::string note = covering_checkpoint(session);
  Output out;
  if (global.json) {
    const auto checkpoint = ledger::claimed_checkpoint(note).value();
    out.line(OrderedJson{{"origin", checkpoint.origin}, {"size", checkpoint.size}, {"note", note}}.dump());
  } else {
    out.text(note);
  }
  out.flush();
  return 0;
}

}  // namespace

void add_audit_checkpoint(CLI::App& audit, CommandLine& line) {
  CLI::App* command =
      audit.add_subcommand("checkpoint", "Print a signed checkpoint that covers everything up to now");
  add_example(*command, "latchkey audit checkpoint > checkpoint");
  command->callback([&line] { line.command = [&line] { return print_checkpoint(line.global); }; });
}

}  // namespace latchkey::surface
