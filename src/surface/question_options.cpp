#include "surface/question_options.h"

namespace latchkey::surface {
namespace {

void declare_common(Question& question, CLI::App& command, const char* outcome) {
  add_text(command, "--recipient", question.recipient, "an email or a customer id")->type_name("RECIPIENT");
  add_text(command, "--provider", question.provider, "mayar or nomos")->type_name("PROVIDER");
  add_text(command, "--batch", question.batch, "of this batch")->type_name("ID");
  add_text(command, "--outcome", question.outcome, outcome)->type_name("OUTCOME");
  add_text(command, "--code", question.code, "why, such as rate_limited")->type_name("CODE");
  add_text(command, "--from,--since", question.from,
           "no older than this: a time with its zone, or 2h for two hours ago")
      ->type_name("TIME");
  add_text(command, "--to,--until", question.to, "older than this")->type_name("TIME");
}

void declare_order(Question& question, CLI::App& command) {
  add_text(command, "--limit", question.limit, "so many at most")->type_name("N");
  command.add_flag("--newest", question.newest, "newest first");
}

}  // namespace

void declare_filters(JobQuestion& question, CLI::App& command) {
  command
      .add_option("--state", question.states,
                  "queued, running, done, failed, stale, held or cancelled; may be repeated")
      ->delimiter(',')
      ->expected(1)
      ->take_all()
      ->type_name("STATE");
  declare_common(question, command,
                 "of the latest attempt: accepted, rejected, throttled, not_sent, unknown");
  add_text(command, "--definition", question.definition, "of any batch of this definition")->type_name("NAME");
}

void declare(JobQuestion& question, CLI::App& command) {
  declare_filters(question, command);
  declare_order(question, command);
}

void declare(EntryQuestion& question, CLI::App& command) {
  add_text(command, "--request-id", question.request_id, "of this job")->type_name("ID");
  declare_common(question, command, "of an attempt: accepted, rejected, throttled, not_sent, unknown");
  declare_order(question, command);
  add_text(command, "--type", question.type, "such as attempt.result")->type_name("TYPE");
  add_text(command, "--actor", question.actor, "by system, token:ID or uid:N")->type_name("ACTOR");
  add_text(command, "--subject", question.subject, "what stands for a recipient, as in other entries")
      ->type_name("ID");
  add_text(command, "--provider-request-id", question.provider_request_id, "the provider's name for a call")
      ->type_name("ID");
  add_text(command, "--from-seq", question.from_seq, "from this entry on")->type_name("SEQ");
  add_text(command, "--to-seq", question.to_seq, "before this entry")->type_name("SEQ");
  add_text(command, "--after", question.after, "go on after this entry, as an earlier answer said")
      ->type_name("SEQ");
}

}  // namespace latchkey::surface
