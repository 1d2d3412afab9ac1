#include "surface/jobs_prune_command.h"

#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "engine/retention.h"
#include "surface/output.h"
#include "surface/pause.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

// Long enough for a daemon that sleeps between two tries for the lock, short beside a transaction.
constexpr Millis kBetweenTransactions{10};
constexpr Millis kScrubPatience{10'000};

struct PruneOptions {
  std::string older_than;
  bool dry_run = false;
};

struct Pruned {
  TimePoint cut_off;
  std::size_t jobs = 0;
  std::size_t subjects = 0;
  store::Scrubbed scrubbed;
};

Millis age_word(const std::string& text, TimePoint now) {
  const auto age = parse_duration(text);
  const auto reject = [](const std::string& why) { throw InputError("invalid_request", "older-than", why); };
  if (!age) reject("expected a duration such as \"90d\" or \"12h\", got \"" + shown(text) + "\"");
  if (*age < engine::kKeptAtLeast) reject("must be 1h at least: a call may still come back to its job");
  if (*age > now.time_since_epoch()) reject("reaches back to before 1970");
  return *age;
}

// Recipients who had nothing to do with us for longer than the configuration wants to know them.
void erase_subjects(const engine::RetentionParts& parts, Millis keep, TimePoint now, Pruned& pruned) {
  const std::string reason = "retention: the last job ended more than " + format_duration(keep) + " ago";
  const bool left = parts.store.scrub_is_due();  // by a command that was killed
  const auto erased = engine::erase_unused_subjects(parts, now - keep, reason, pruned.subjects);
  if (left || !erased.empty()) pruned.scrubbed = parts.store.scrub(erased, left, kScrubPatience);
}

void print_pruned(const Pruned& pruned, bool dry_run, Output& out) {
  const std::string jobs = counted(pruned.jobs, "job");
  const std::string before = " that ended before " + format_local(pruned.cut_off);
  if (dry_run) return out.line("It would prune " + jobs + before + "; nothing was changed.");
  out.line("Pruned " + jobs + before + "; their entries stay in the ledger.");
  if (pruned.subjects > 0) out.line("Erased " + counted(pruned.subjects, "recipient") + " by retention.");
  if (pruned.scrubbed.copies > 0) {
    out.line("Of these, " + counted(static_cast<std::size_t>(pruned.scrubbed.copies)) +
             " copies are still readable in the database's files" +
             (pruned.scrubbed.in_the_way.empty() ? "" : ": " + pruned.scrubbed.in_the_way + " reads it") +
             "; run this command again when that has ended.");
  }
}

OrderedJson pruned_json(const Pruned& pruned, bool dry_run) {
  return {{"dryRun", dry_run},
          {"jobs", pruned.jobs},
          {"cutOff", format_utc(pruned.cut_off)},
          {"subjects", pruned.subjects},
          {"copies", pruned.scrubbed.copies}};
}

int prune(const GlobalOptions& global, const PruneOptions& options) {
  StoreSession session(global, options.dry_run ? store::Access::ReadOnly : store::Access::ReadWrite);
  const TimePoint now = session.now();
  Pruned pruned;
  pruned.cut_off = now - age_word(options.older_than, now);
  const std::vector<std::string> request_ids = session.store().jobs_finished_before(pruned.cut_off);
  pruned.jobs = request_ids.size();
  if (!options.dry_run) {
    const engine::RetentionParts parts{session.store(),  session.clock(),
                                       session.random(), session.settings(),
                                       session.actor(),  [] { pause(kBetweenTransactions); }};
    pruned.jobs = engine::prune_jobs(parts, request_ids, pruned.cut_off);
    if (session.config().keep_subjects) erase_subjects(parts, *session.config().keep_subjects, now, pruned);
  }
  Output out;
  if (global.json) {
    out.line(pruned_json(pruned, options.dry_run).dump());
  } else {
    print_pruned(pruned, options.dry_run, out);
  }
  out.flush();
  return pruned.scrubbed.copies == 0 ? 0 : 1;
}

}  // namespace

void add_jobs_prune(CLI::App& jobs, CommandLine& line) {
  CLI::App* command =
      jobs.add_subcommand("prune", "Take old finished jobs out of the queue; the ledger keeps all");
  auto options = std::make_shared<PruneOptions>();
  command->add_option("--older-than", options->older_than, "what ended longer ago than this: 90d, 12h")
      ->required()
      ->type_name("SPAN");
  command->add_flag("--dry-run", options->dry_run, "only say how many there are");
  add_example(*command, "latchkey jobs prune --older-than 90d --dry-run");
  command->callback(
      [&line, options] { line.command = [&line, options] { return prune(line.global, *options); }; });
}

}  // namespace latchkey::surface
