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

/// The subjects that a recipient stands for.
struct Person {
  std::optional<store::Subject> known;       // by the recipient itself
  std::vector<store::Subject> others;        // whose links are mailed to it, and so the same person
  std::vector<store::Subject> left_to_know;  // the same, not asked about: they stay

  std::vector<store::Subject> all() const {
    std::vector<store::Subject> subjects = others;
    if (known) subjects.insert(subjects.begin(), *known);
    return subjects;
  }
};

/// What the command has come to.
struct Erased {
  job::Provider provider = job::Provider::Mayar;
  Person person;
  int cancelled = 0;
  store::Scrubbed scrubbed;
  std::vector<std::filesystem::path> files;
  std::vector<std::filesystem::path> old_databases;
};

// An email may stand for customers of nomos too, whose links are mailed to it; a customer's links may be
// mailed to an email that others have as well.
Person find_person(store::Store& store, const job::Recipient& recipient, job::Provider provider,
                   bool provider_asked) {
  Person person;
  person.known = store.find_subject(provider, recipient.normalised);
  if (provider == job::Provider::Mayar) {
    (provider_asked ? person.left_to_know : person.others) = store.subjects_mailed_to(recipient.normalised);
  } else if (person.known && person.known->deliver_to) {
    const auto address = job::parse_recipient(job::Provider::Mayar, *person.known->deliver_to);
    for (store::Subject& other : store.subjects_mailed_to(address.normalised)) {
      if (other.id != person.known->id) person.left_to_know.push_back(std::move(other));
    }
    auto mayars = store.find_subject(job::Provider::Mayar, address.normalised);
    if (mayars) person.left_to_know.push_back(std::move(*mayars));
  }
  return person;
}

// What is under way in a running job, and how long that can last.
std::pair<std::string, Millis> under_way(const StoreSession& session, const job::Job& job) {
  if (job.standing.step == job::Step::Calling) {
    return {job.request_id + "'s call to " + std::string(name(job.provider)),
            session.settings().of(job.provider).deadline};
  }
  const bool mailed = job.hand_over == job::HandOver::Email;
  return {job.request_id + "'s hand-over", mailed ? session.settings().mail_deadline : Millis(0)};
}

// Looks at a running job until it has come to an end. A link that waits is wiped by the daemon within
// moments.
void wait_until_ended(StoreSession& session, const job::Job& job) {
  const auto [call, deadline] = under_way(session, job);
  const Millis longest = deadline + kTurnMargin;
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

// `erased` holds who it was in the end: another command may have been faster, or a new request have come.
void erase_person(StoreSession& session, const job::Recipient& recipient, const EraseOptions& options,
                  Erased& erased) {
  for (;;) {
    const engine::Erasure step = session.write([&](engine::Context& context) {
      erased.person = find_person(context.store, recipient, erased.provider, options.provider.has_value());
      engine::Erasure erasure = engine::erase(context, erased.person.all(), options.reason, options.suppress);
      // Also where nobody is known by it.
      if (options.suppress && !erasure.under_way) {
        engine::suppress(context, erased.provider, recipient.normalised);
      }
      return erasure;
    });
    erased.cancelled += step.cancelled;
    if (!step.under_way) return;
    wait_until_ended(session, *step.under_way);
  }
}

// Whatever the database may hold of them, in lower case.
std::vector<std::string> texts_of(const job::Recipient& recipient, const Person& person) {
  std::vector<std::string> texts;
  const auto add = [&texts](const std::string& given) {
    const std::string text = to_lower(given);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  };
  add(recipient.normalised);
  add(recipient.address);
  for (const store::Subject& subject : person.all()) {
    add(subject.recipient);
    add(subject.address);
    if (subject.deliver_to) add(*subject.deliver_to);
  }
  return texts;
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
  const Person& person = erased.person;
  if (person.known) {
    out.line("Erased a recipient of " + provider + ", subject " + person.known->id + ".");
  } else {
    out.line("Nobody is known by this recipient at " + provider + ": never, or not any more.");
  }
  for (const store::Subject& other : person.others) {
    out.line("Erased a customer of " + std::string(name(other.provider)) +
             " whose links were mailed to it, subject " + other.id + ".");
  }
  if (erased.cancelled > 0) out.line("Queued jobs cancelled: " + std::to_string(erased.cancelled) + ".");
  for (const store::Subject& other : person.left_to_know) {
    out.line(
        "Not erased: subject " + other.id + " of " + std::string(name(other.provider)) +
        ", who has the same email; erase by the email alone, without --provider, to forget all of them.");
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
  const auto ids = [](const std::vector<store::Subject>& subjects) {
    OrderedJson list = OrderedJson::array();
    for (const store::Subject& subject : subjects) list.push_back(subject.id);
    return list;
  };
  const Person& person = erased.person;
  return {{"provider", name(erased.provider)},
          {"subject", person.known ? OrderedJson(person.known->id) : OrderedJson(nullptr)},
          {"mailedTo", ids(person.others)},
          {"notErased", ids(person.left_to_know)},
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
  if (options.provider) find_recipient(session.store(), options.recipient, provider_word(*options.provider));
  const bool left = session.store().scrub_is_due();  // by an erasure that somebody was in the way of
  erase_person(session, recipient, options, erased);
  const std::vector<std::string> texts = texts_of(recipient, erased.person);
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
  return (!erased.person.all().empty() || left) && erased.scrubbed.copies == 0 ? 0 : 1;
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
