#include "surface/send_command.h"

#include <memory>

#include "base/error.h"
#include "base/time_text.h"
#include "engine/submit.h"
#include "job/submission.h"
#include "surface/job_view.h"
#include "surface/link_request.h"
#include "surface/outlook.h"
#include "surface/output.h"
#include "surface/pause.h"
#include "surface/send_file.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr Millis kLookAgain{50};
constexpr int kLooksPerDaemonCheck = 20;
constexpr Millis kCallMargin{5000};  // a call may still be under way when the job expires

job::Draft draft_of(const SendOptions& options, job::Provider provider) {
  job::Draft draft;
  draft.request_id = options.request_id;
  (provider == job::Provider::Mayar ? draft.email : draft.customer_id) = options.recipient;
  draft.at = options.at;
  draft.lifetime = options.lifetime;
  draft.hand_over = options.hand_over;
  draft.deliver_to = options.deliver_to;
  return draft;
}

OrderedJson json_of(const job::Job& job, bool created) {
  return sent_json(job.request_id, job.standing.state, job.due_at, job.expires_at, job.last_seq, created);
}

void print_sent(StoreSession& session, const engine::Submitted& sent, bool json) {
  Output out;
  const job::Job& job = sent.job;
  if (json) {
    out.line(json_of(job, sent.created).dump());
  } else {
    const Cell state = state_cell(job.standing.state);
    out.line(job.request_id + " " + painted(state.text, state.paint, Output::coloured()) + ": due " +
             format_local(job.due_at) + ", expires " + format_local(job.expires_at));
    out.line((sent.created ? "" : "It was there already, nothing was added. ") + outlook(session, job));
  }
  out.flush();
}

void print_outcome(const job::Job& job, bool created, bool json) {
  Output out;
  if (json) {
    OrderedJson document = json_of(job, created);
    document["outcome"] = job.outcome ? OrderedJson(name(*job.outcome)) : OrderedJson(nullptr);
    document["code"] = job.code ? OrderedJson(name(*job.code)) : OrderedJson(nullptr);
    out.line(document.dump());
  } else {
    const Cell state = state_cell(job.standing.state);
    out.line(job.request_id + " " + painted(state.text, state.paint, Output::coloured()) + ": " +
             standing_text(job));
  }
  out.flush();
}

// Whoever waits in front of a terminal hears once what the job waits for.
void tell_obstacle(StoreSession& session, const job::Job& job, std::string& told) {
  if (job.standing.state != job::State::Queued) return;
  const std::string in_the_way = obstacle(session, job.provider);
  if (in_the_way.empty() || in_the_way == told) return;
  note("latchkey: " + job.request_id + " waits: " + in_the_way);
  told = in_the_way;
}

// Looks at the job until it has come to an end, a person has to decide, or its time and a last call's are up.
int wait_for_end(StoreSession& session, const engine::Submitted& sent, bool json) {
  job::Job job = sent.job;
  const TimePoint give_up = job.expires_at + session.config().provider(job.provider).timeout + kCallMargin;
  std::string told;
  for (int looks = 1; !job::is_final(job.standing.state) && job.standing.state != job::State::Held; ++looks) {
    if (session.now() >= give_up) break;
    if (looks % kLooksPerDaemonCheck == 0) {
      if (!session.daemon_api()) {
        throw Error("the daemon has stopped; " + job.request_id +
                    " is stored and waits for `latchkey serve`");
      }
      tell_obstacle(session, job, told);
    }
    pause(kLookAgain);
    if (auto now = session.store().find_job(job.request_id)) job = std::move(*now);
  }
  print_outcome(job, sent.created, json);
  return job.standing.state == job::State::Done ? 0 : 1;
}

std::string require_daemon(const StoreSession& session) {
  auto api = session.daemon_api();
  if (!api) {
    throw Error(
        "no daemon is running, so --wait would wait in vain and nothing was stored: start one with `latchkey "
        "serve`");
  }
  return std::move(*api);
}

int send_one(const GlobalOptions& global, const SendOptions& options) {
  const job::Provider provider = provider_word(*options.provider);
  StoreSession session(global);
  job::Draft draft = draft_of(options, provider);
  const bool for_waiting_caller = !draft.hand_over || *draft.hand_over == "reply";
  const bool wants_link = provider == job::Provider::Nomos && options.wait && for_waiting_caller;
  if (wants_link && !draft.hand_over) draft.hand_over = "reply";
  job::Submission submission =
      job::check_draft(draft, provider, {session.settings().of(provider).link_lifetime, session.now()});
  submission.pace = options.pace;
  if (wants_link) {
    if (options.pace)
      throw UsageError("--pace moves a job to later, and --wait wants its link now: leave one out");
    return wait_for_link(session, draft, require_daemon(session), global.json);
  }
  // Without --wait nobody would take the link, whatever --handover says.
  if (submission.hand_over == job::HandOver::Reply) submission.hand_over = job::HandOver::None;
  if (options.wait) require_daemon(session);
  const engine::Submitted sent =
      session.write([&](engine::Context& context) { return engine::submit(context, submission); });
  if (options.wait) return wait_for_end(session, sent, global.json);
  print_sent(session, sent, global.json);
  return exit_code_of(sent.job.standing.state);
}

void require_usage(const SendOptions& options) {
  if (!options.file) {
    if (!options.provider || !options.recipient) {
      throw UsageError(
          "send wants PROVIDER RECIPIENT, or --file FILE --provider PROVIDER; see `latchkey send --help`");
    }
    if (options.skip_invalid) throw UsageError("--skip-invalid goes with --file");
    return;
  }
  if (options.recipient) throw UsageError("send takes a RECIPIENT or --file, not both");
  if (!options.provider) throw UsageError("--file wants --provider: mayar or nomos");
  if (options.request_id) throw UsageError("--request-id is one job's; in a file it is a column: requestId");
  if (options.wait) throw UsageError("--wait goes with one recipient, not with --file");
  if (options.hand_over == "reply") {
    throw UsageError(
        "nobody waits for the links of a file: --handover claim, or email with a column deliverTo");
  }
  if (options.deliver_to) throw UsageError("--deliver-to is one job's; in a file it is a column: deliverTo");
}

}  // namespace

void add_send_command(CLI::App& app, CommandLine& line) {
  CLI::App* send =
      app.add_subcommand("send", "Send portal access to one customer, or to every row of a file");
  auto options = std::make_shared<SendOptions>();
  auto named = std::make_shared<std::optional<std::string>>();
  add_text(*send, "PROVIDER", options->provider, "mayar (an emailed link) or nomos (a link for --wait)");
  add_text(*send, "RECIPIENT", options->recipient, "an email for mayar, a cus_… customer id for nomos");
  add_text(*send, "--file", options->file, "CSV with a header, or JSON lines; - is stdin")->type_name("FILE");
  add_text(*send, "--provider", *named, "whom the file's rows are for")->type_name("PROVIDER");
  add_text(*send, "--request-id", options->request_id, "the job's name; sending it again adds nothing")
      ->type_name("ID");
  add_text(*send, "--at", options->at, "when it is due, with a zone: 2026-03-01T09:00:00+07:00")
      ->type_name("TIME");
  add_text(*send, "--lifetime", options->lifetime, "how long after that it may still be sent: 10m")
      ->type_name("SPAN");
  add_text(*send, "--handover", options->hand_over,
           "nomos: claim (once, over the API), email (to --deliver-to), reply (to whoever waits)")
      ->type_name("HOW");
  add_text(*send, "--deliver-to", options->deliver_to, "with --handover email: where the link is mailed to")
      ->type_name("ADDRESS");
  send->add_flag("--wait", options->wait, "wait for the end; nomos: print the link");
  send->add_flag("--pace", options->pace, "move jobs to when the provider's limit can admit them");
  send->add_flag("--skip-invalid", options->skip_invalid, "with --file: leave broken rows out");
  add_example(*send, "latchkey send mayar budi@example.com --request-id order-77 --wait");
  send->callback([&line, options, named] {
    line.command = [&line, options, named] {
      if (*named && options->provider) throw UsageError("the provider is given twice");
      if (*named) options->provider = *named;
      require_usage(*options);
      return options->file ? send_file(line.global, *options) : send_one(line.global, *options);
    };
  });
}

}  // namespace latchkey::surface
