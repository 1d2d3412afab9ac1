#include "surface/provider_commands.h"

#include <memory>
#include <vector>

#include "base/curl_http_client.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "engine/operations.h"
#include "provider/factory.h"
#include "surface/output.h"
#include "surface/provider_status.h"
#include "surface/store_session.h"
#include "surface/table.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using job::Provider;
using job::State;

constexpr std::size_t kReasonMax = 200;

Cell opening_cell(Opening opening) {
  switch (opening) {
    case Opening::Off:
      return {std::string(name(opening)), Paint::Quiet};
    case Opening::Paused:
    case Opening::Waiting:
      return {std::string(name(opening)), Paint::Warning};
    case Opening::Open:
      return {std::string(name(opening)), Paint::Good};
  }
  return {""};
}

std::string opening_words(Provider provider, Opening opening, const job::Gate& gate) {
  switch (opening) {
    case Opening::Off:
      return std::string(job::why_off(provider));
    case Opening::Paused:
      return "since " + format_local(gate.paused_at) + " by " + shown(gate.paused_by) + ": " +
             shown(gate.pause_reason, kReasonMax);
    case Opening::Waiting:
      return "until " + format_local(*gate.wait_until) + ", as the provider asked";
    case Opening::Open:
      return {};
  }
  return {};
}

int list_providers(const GlobalOptions& global) {
  StoreSession session(global, store::Access::ReadOnly);
  Output out;
  Table table({"PROVIDER", "GATE", "RATE", "QUEUED", "RUNNING", "HELD", ""});
  for (const std::size_t column : {3, 4, 5}) table.align_right(column);
  const JobCounts counts = session.store().count_jobs();
  for (const Provider provider : job::kProviders) {
    const ProviderStatus status =
        provider_status(session.store(), session.settings().of(provider), provider, counts, session.now());
    if (global.json) {
      out.line(provider_json(status).dump());
      continue;
    }
    const auto count = [&](State state) { return counted(static_cast<std::size_t>(status.jobs(state))); };
    table.add({std::string(job::name(provider)), opening_cell(status.opening), status.rate.text,
               count(State::Queued), count(State::Running), count(State::Held),
               opening_words(provider, status.opening, status.gate)});
  }
  if (!global.json) out.text(table.text(Output::coloured()));
  out.flush();
  return 0;
}

int print_status(StoreSession& session, Provider provider, bool json, const std::string& sentence) {
  Output out;
  out.line(json ? provider_json(provider_status(session.store(), session.settings().of(provider), provider,
                                                session.store().count_jobs(), session.now()))
                      .dump()
                : sentence);
  out.flush();
  return 0;
}

int pause_provider(const GlobalOptions& global, const std::string& word, const std::string& reason) {
  const Provider provider = provider_word(word);
  StoreSession session(global);
  session.write([&](engine::Context& context) {
    engine::pause(context, provider, reason);
    return true;
  });
  return print_status(session, provider, global.json,
                      word + " is paused: no call goes out until `latchkey provider resume " + word +
                          "`. Calls under way still end.");
}

int resume_provider(const GlobalOptions& global, const std::string& word,
                    const std::optional<std::string>& reason) {
  const Provider provider = provider_word(word);
  if (reason) ledger::check_reason(*reason);
  StoreSession session(global);
  const bool was_paused = session.write(
      [&](engine::Context& context) { return engine::resume(context, provider, reason.value_or("")); });
  return print_status(session, provider, global.json,
                      was_paused ? word + " is resumed; its key files are read again."
                                 : word + " was not paused; nothing was changed.");
}

provider::Check check_one(const Config& config, Provider provider) {
  if (!config.provider(provider).on) return {false, std::string(job::why_off(provider))};
  SystemClock clock;
  CurlHttpClient http(config.provider(provider).ca_file);
  return provider::make_provider(provider, config, clock)->check(http);
}

// Asks without sending or minting anything; needs no database.
int check_providers(const GlobalOptions& global, const std::optional<std::string>& word) {
  std::vector<Provider> wanted(job::kProviders.begin(), job::kProviders.end());
  if (word) wanted = {provider_word(*word)};
  const Config config = load_config(global.config);
  Output out;
  Table table;
  bool all_ok = true;
  bool any = false;
  for (const Provider provider : wanted) {
    const bool on = config.provider(provider).on;
    const provider::Check check = check_one(config, provider);
    any = any || on;
    // One that is off on purpose is no fault, unless it was asked for.
    if (!check.ok && (on || word)) all_ok = false;
    if (global.json) {
      out.line(
          OrderedJson{{"provider", job::name(provider)}, {"on", on}, {"ok", check.ok}, {"text", check.text}}
              .dump());
    } else {
      const Cell verdict = check.ok ? Cell("ok", Paint::Good)
                           : on     ? Cell("failed", Paint::Bad)
                                    : Cell("off", Paint::Quiet);
      table.add({std::string(job::name(provider)), verdict, shown(check.text, kReasonMax)});
    }
  }
  if (!global.json) out.text(table.text(Output::coloured()));
  out.flush();
  return all_ok && any ? 0 : 1;
}

}  // namespace

void add_provider_commands(CLI::App& app, CommandLine& line) {
  CLI::App* provider = app.add_subcommand("provider", "Mayar and Nomos: list, pause, resume, check");
  provider->require_subcommand(1);
  add_example(*provider, "latchkey provider list");
  auto word = std::make_shared<std::optional<std::string>>();
  auto reason = std::make_shared<std::optional<std::string>>();

  CLI::App* list = provider->add_subcommand("list", "Whether each is on, its gate, and what waits for it");
  add_example(*list, "latchkey provider list --json");
  list->callback([&line] { line.command = [&line] { return list_providers(line.global); }; });

  CLI::App* pause = provider->add_subcommand("pause", "Let no call go out until it is resumed");
  add_text(*pause, "PROVIDER", *word, "mayar or nomos")->required();
  add_text(*pause, "--reason", *reason, "for the ledger and for `provider list`")
      ->required()
      ->type_name("TEXT");
  add_example(*pause, "latchkey provider pause mayar --reason \"maintenance until noon\"");
  pause->callback([&line, word, reason] {
    line.command = [&line, word, reason] {
      return pause_provider(line.global, word->value(), reason->value());
    };
  });

  CLI::App* resume = provider->add_subcommand("resume", "Let calls go out again; key files are read anew");
  add_text(*resume, "PROVIDER", *word, "mayar or nomos")->required();
  add_text(*resume, "--reason", *reason, "for the ledger")->type_name("TEXT");
  add_example(*resume, "latchkey provider resume mayar");
  resume->callback([&line, word, reason] {
    line.command = [&line, word, reason] { return resume_provider(line.global, word->value(), *reason); };
  });

  CLI::App* check =
      provider->add_subcommand("check", "Ask whether it answers and takes our key; sends nothing");
  add_text(*check, "PROVIDER", *word, "mayar or nomos; both when left out");
  add_example(*check, "latchkey provider check mayar");
  check->callback(
      [&line, word] { line.command = [&line, word] { return check_providers(line.global, *word); }; });
}

}  // namespace latchkey::surface
