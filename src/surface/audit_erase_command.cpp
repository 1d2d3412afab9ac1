#include "surface/audit_erase_command.h"

#include <algorithm>
#include <memory>

#include "base/json.h"
#include "base/polling.h"
#include "base/text.h"
#include "base/time_text.h"
#include "engine/erasure.h"
#include "job/recipient.h"
#include "surface/history.h"
#include "surface/mentions.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr Millis kScrubFor{10'000};
// Beyond the deadline of a call: for the turn that writes its end, and a hand-over after it.
constexpr Millis kTurnMargin{3'000};

struct EraseOptions {
  std::string recipient;
  std::optional<std::string> provider;
  std::string reason;
  bool suppress = false;
};

/// What the command has come to.
struct Erased {
  job::Provider provider = job::Provider::Mayar;
  std::optional<std::string> subject;  // nullopt: nobody was known
  int cancelled = 0;
  store::Scrubbed scrubbed;
  std::vector<std::filesystem::path> files;
  std::vector<std::filesystem::path> old_databases;
};

void add_text_once(std::vector<std::string>& texts, const std::string& text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

// Looks at a running job until it has come to an end.
void wait_until_ended(StoreSession& session, const job::Job& job) {
  const std::string call = job.request_id + "'s call to " + std::string(name(job.provider));
  const Millis longest = session.settings().of(job.provider).deadline + kTurnMargin;
  note("latchkey: " + call + " is under way; waiting for its end, " + format_span(longest) + " at most");
  const bool ended = poll_until(session.clock(), longest, [&] {
    const auto now = session.store().find_job(job.request_id);
    if (!now || now->standing.state != job::State::Running) return true;
    if (session.daemon_api()) return false;
    throw Error(call +
                " was under way when the daemon died: start `latchkey serve`, which writes down what became "
                "of it, and erase again. Queued jobs are cancelled; nothing is erased yet");
  });
  if (ended) return;
  throw Error(call +
              " has not ended in time: erase again later. Queued jobs are cancelled; nothing is erased yet");
}

// Returns how many queued jobs were cancelled.
int erase_subject(StoreSession& session, const std::string& id, const EraseOptions& options) {
  int cancelled = 0;
  for (;;) {
    const engine::Erasure step = session.write([&](engine::Context& context) {
      const auto subject = context.store.subject(id);
      // Another command was faster.
      return subject ? engine::erase(context, *subject, options.reason, options.suppress) : engine::Erasure{};
    });
    cancelled += step.cancelled;
    if (!step.under_way) return cancelled;
    wait_until_ended(session, *step.under_way);
  }
}

std::string copies_words(const store::Scrubbed& scrubbed) {
  if (scrubbed.copies == 0) {
    return std::string("No copy is left in the database's files") +
           (scrubbed.rewritten ? ", which were written anew." : ".");
  }
  std::string words =
      "Still readable in the database's files: " + counted(static_cast<std::size_t>(scrubbed.copies)) +
      (scrubbed.copies == 1 ? " copy" : " copies");
  if (!scrubbed.in_the_way.empty()) words += ", because " + scrubbed.in_the_way + " is reading an old state";
  return words + ". Run this command again when that has ended.";
}

void print_erased(const Erased& erased, const EraseOptions& options, Output& out) {
  const std::string provider(name(erased.provider));
  if (erased.subject) {
    out.line(
        "Erased a recipient of " + provider + ", subject " + *erased.subject + "." +
        (erased.cancelled > 0 ? " Queued jobs cancelled: " + std::to_string(erased.cancelled) + "." : ""));
  } else {
    out.line("Nobody is known by this recipient at " + provider + ": never, or not any more.");
  }
  if (options.suppress) out.line("Later requests for it are rejected (suppressed).");
  out.line(copies_words(erased.scrubbed));
  for (const auto& file : erased.files) out.line("Still named in " + shown(file.string(), 1000));
  for (const auto& file : erased.old_databases) {
    out.line("Not searched: " + file.string() +
             ", kept by a restore; remove it when it is not needed any more");
  }
  out.line("Out of reach: backups, exports, and what the provider keeps.");
}

OrderedJson erased_json(const Erased& erased, const EraseOptions& options) {
  const auto names = [](const std::vector<std::filesystem::path>& paths) {
    OrderedJson list = OrderedJson::array();
    for (const auto& path : paths) list.push_back(path.string());
    return list;
  };
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
  };
  return {{"provider", name(erased.provider)},
          {"subject", text_or_null(erased.subject.value_or(""))},
          {"cancelled", erased.cancelled},
          {"suppressed", options.suppress},
          {"copies", erased.scrubbed.copies},
          {"rewritten", erased.scrubbed.rewritten},
          {"inTheWay", text_or_null(erased.scrubbed.in_the_way)},
          {"files", names(erased.files)},
          {"notSearched", names(erased.old_databases)}};
}

int erase(const GlobalOptions& global, const EraseOptions& options) {
  ledger::check_reason(options.reason);
  StoreSession session(global);
  Erased erased;
  const job::Recipient recipient = job::parse_any_recipient(options.recipient, erased.provider);
  const auto asked = options.provider ? std::optional(provider_word(*options.provider)) : std::nullopt;
  const auto subject = find_recipient(session.store(), options.recipient, asked);
  const bool left = session.store().scrub_is_due();  // by an erasure that somebody was in the way of
  std::vector<std::string> texts;
  for (const std::string& text : {recipient.normalised, to_lower(recipient.address)})
    add_text_once(texts, text);
  if (subject) {
    add_text_once(texts, to_lower(subject->address));
    if (subject->deliver_to) add_text_once(texts, to_lower(*subject->deliver_to));
    erased.subject = subject->id;
    erased.cancelled = erase_subject(session, subject->id, options);
  } else if (options.suppress) {
    session.write([&](engine::Context& context) {
      engine::suppress(context, erased.provider, recipient.normalised);
      return true;
    });
  }
  erased.scrubbed = session.store().scrub(texts, left, kScrubFor);
  erased.files = files_that_mention(session.config(), texts);
  erased.old_databases = databases_kept_aside(session.config());
  Output out;
  if (global.json) {
    out.line(erased_json(erased, options).dump());
  } else {
    print_erased(erased, options, out);
  }
  out.flush();
  return (erased.subject || left) && erased.scrubbed.copies == 0 ? 0 : 1;
}

}  // namespace

void add_audit_erase(CLI::App& audit, CommandLine& line) {
  CLI::App* command = audit.add_subcommand("erase", "Forget a person; the ledger stays provable");
  auto options = std::make_shared<EraseOptions>();
  command->add_option("--recipient", options->recipient, "an email or a customer id")
      ->required()
      ->type_name("RECIPIENT");
  add_text(*command, "--provider", options->provider, "mayar or nomos")->type_name("PROVIDER");
  command->add_option("--reason", options->reason, "for the ledger; without the recipient")
      ->required()
      ->type_name("TEXT");
  command->add_flag("--suppress", options->suppress, "reject later requests for this recipient");
  add_example(*command,
              "latchkey audit erase --recipient budi@example.com --reason \"asked to be forgotten\"");
  command->callback(
      [&line, options] { line.command = [&line, options] { return erase(line.global, *options); }; });
}

}  // namespace latchkey::surface
