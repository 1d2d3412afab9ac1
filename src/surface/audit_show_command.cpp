#include "surface/audit_show_command.h"

#include <algorithm>
#include <memory>

#include "surface/audit_list_command.h"
#include "surface/history.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/timeline.h"

namespace latchkey::surface {
namespace {

int show_entries(const GlobalOptions& global, const std::string& request_id) {
  StoreSession session(global, store::Access::ReadOnly);
  const std::vector<std::string> entries = entries_of_request(session.store(), request_id);
  if (entries.empty()) throw InputError("not_found", "requestId", "no job has this requestId");
  Output out;
  if (global.json) {
    for (const std::string& bytes : entries) out.line(bytes);
  } else {
    out.text(timeline_text(decoded(entries), Output::coloured()));
  }
  out.flush();
  note_answer(session.store().head().size, entries.size(), std::nullopt);
  return 0;
}

}  // namespace

void add_audit_show(CLI::App& audit, CommandLine& line) {
  CLI::App* show = audit.add_subcommand("show", "What happened to one request, as a timeline");
  auto request_id = std::make_shared<std::string>();
  show->add_option("REQUEST_ID", *request_id, "the job's requestId")->required();
  add_example(*show, "latchkey audit show order-77");
  show->callback([&line, request_id] {
    line.command = [&line, request_id] { return show_entries(line.global, *request_id); };
  });
}

}  // namespace latchkey::surface
