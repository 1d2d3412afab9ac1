#include "surface/token_commands.h"

#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "engine/tokens.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/table.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using store::Token;

constexpr std::size_t kScopesShownMax = 80;

struct TokenWords {
  std::string name;  // revoke: or the id
  std::string scopes;
  std::optional<std::string> expires;
};

const char* token_state(const Token& token, TimePoint now) {
  if (token.revoked_at) return "revoked";
  return token.expires_at && *token.expires_at <= now ? "expired" : "active";
}

OrderedJson scopes_json(const Token& token) {
  OrderedJson scopes = OrderedJson::array();
  std::string_view rest = token.scopes;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    scopes.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return scopes;
}

OrderedJson token_time(const std::optional<TimePoint>& time) {
  return time ? OrderedJson(format_utc(*time)) : OrderedJson(nullptr);
}

OrderedJson token_json(const Token& token, TimePoint now) {
  return {{"id", token.id},
          {"name", token.name},
          {"scopes", scopes_json(token)},
          {"createdAt", format_utc(token.created_at)},
          {"expiresAt", token_time(token.expires_at)},
          {"revokedAt", token_time(token.revoked_at)},
          {"state", token_state(token, now)}};
}

std::optional<Millis> life_word(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  if (const auto life = parse_duration(*text)) return life;
  throw InputError("invalid_request", "expires",
                   "expected a span such as \"90d\" or \"12h\", got \"" + shown(*text) + "\"");
}

// The one time that anybody sees the token.
void print_new_token(const engine::NewToken& made, bool json, Output& out) {
  std::string secret(made.text.reveal());
  if (json) {
    OrderedJson document{{"id", made.token.id},
                         {"name", made.token.name},
                         {"scopes", scopes_json(made.token)},
                         {"expiresAt", token_time(made.token.expires_at)},
                         {"token", secret}};
    std::string text = document.dump();
    out.line(text);
    wipe(text);
    wipe(document["token"].get_ref<std::string&>());
  } else {
    out.line("The API token " + made.token.name + " (" + made.token.id + "), shown this once:");
    out.line("");
    out.line("  " + secret);
    out.line("");
    const std::string revoke = "`latchkey token revoke " + made.token.name + "`";
    out.line("Scopes: " + made.token.scopes + ". Good " +
             (made.token.expires_at ? "until " + format_local(*made.token.expires_at) + ", unless " + revoke +
                                          " ends it before."
                                    : "until " + revoke + "."));
  }
  wipe(secret);
}

int add_token(const GlobalOptions& global, const TokenWords& words) {
  const std::optional<Millis> life = life_word(words.expires);
  StoreSession session(global);
  const engine::NewToken made = session.write(
      [&](engine::Context& context) { return engine::add_token(context, words.name, words.scopes, life); });
  Output out;
  print_new_token(made, global.json, out);
  out.flush();
  return 0;
}

int list_tokens(const GlobalOptions& global) {
  StoreSession session(global, store::Access::ReadOnly);
  const TimePoint now = session.now();
  Output out;
  Table table({"ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "STATE"});
  for (const Token& token : session.store().tokens()) {
    if (global.json) {
      out.line(token_json(token, now).dump());
      continue;
    }
    const std::string state = token_state(token, now);
    table.add({token.id, shown(token.name), shown(token.scopes, kScopesShownMax),
               format_local(token.created_at), token.expires_at ? format_local(*token.expires_at) : "never",
               Cell(state, state == "active" ? Paint::Good : Paint::Quiet)});
  }
  if (!global.json) {
    if (table.empty()) out.line("There is no API token.");
    out.text(table.empty() ? "" : table.text(Output::coloured()));
  }
  out.flush();
  return 0;
}

int revoke_token(const GlobalOptions& global, const TokenWords& words) {
  StoreSession session(global);
  const Token token =
      session.write([&](engine::Context& context) { return engine::revoke_token(context, words.name); });
  Output out;
  if (global.json) {
    out.line(token_json(token, session.now()).dump());
  } else {
    out.line("The API token " + shown(token.name) + " (" + token.id + ") is revoked: no request with it is " +
             "taken any more.");
  }
  out.flush();
  return 0;
}

}  // namespace

void add_token_commands(CLI::App& app, CommandLine& line) {
  CLI::App* token = app.add_subcommand("token", "Who may call the API: add, list, revoke");
  token->require_subcommand(1);
  add_example(*token, "latchkey token list");
  auto words = std::make_shared<TokenWords>();

  CLI::App* add = token->add_subcommand("add", "Make a token, which is shown this once");
  add->add_option("NAME", words->name, "what it is for; stands in the ledger")->required();
  add->add_option("--scopes", words->scopes, "some of send,read,audit,operate,admin; admin includes all")
      ->required()
      ->type_name("SCOPES");
  add_text(*add, "--expires", words->expires, "90d, 12h; for ever when left out")->type_name("SPAN");
  add_example(*add, "latchkey token add shop --scopes send,read --expires 90d");
  add->callback([&line, words] { line.command = [&line, words] { return add_token(line.global, *words); }; });

  CLI::App* list = token->add_subcommand("list", "Every token, without what its caller shows");
  add_example(*list, "latchkey token list --json");
  list->callback([&line] { line.command = [&line] { return list_tokens(line.global); }; });

  CLI::App* revoke = token->add_subcommand("revoke", "End a token for good, at once");
  revoke->add_option("TOKEN", words->name, "its id or its name")->required();
  add_example(*revoke, "latchkey token revoke shop");
  revoke->callback(
      [&line, words] { line.command = [&line, words] { return revoke_token(line.global, *words); }; });
}

}  // namespace latchkey::surface
