#include "surface/audit_commands.h"

#include "surface/audit_checkpoint_command.h"
#include "surface/audit_erase_command.h"
#include "surface/audit_export_command.h"
#include "surface/audit_list_command.h"
#include "surface/audit_prove_command.h"
#include "surface/audit_show_command.h"
#include "surface/audit_summary_command.h"
#include "surface/audit_verify_command.h"
#include "surface/audit_whois_command.h"

namespace latchkey::surface {

void add_audit_commands(CLI::App& app, CommandLine& line) {
  CLI::App* audit =
      app.add_subcommand("audit", "The ledger: questions, proofs, exports, verification, erasure");
  audit->require_subcommand(1);
  add_example(*audit, "latchkey audit show order-77");
  add_audit_list(*audit, line);
  add_audit_show(*audit, line);
  add_audit_summary(*audit, line);
  add_audit_verify(*audit, line);
  add_audit_export(*audit, line);
  add_audit_prove(*audit, line);
  add_audit_whois(*audit, line);
  add_audit_erase(*audit, line);
  add_audit_checkpoint(*audit, line);
  add_audit_new_origin(*audit, line);
}

}  // namespace latchkey::surface
