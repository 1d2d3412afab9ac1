#include "engine/tokens.h"

#include <algorithm>

#include "base/api_token.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/time_text.h"

namespace latchkey::engine {
namespace {

using store::Token;

[[noreturn]] void reject(const char* field, const std::string& message) {
  throw InputError("invalid_request", field, message);
}

/// As a Token holds them: each once, in the order of kScopes, with single spaces between.
std::string parse_scopes(const std::string& text) {
  const std::vector<std::string> known(kScopes.begin(), kScopes.end());
  std::array<bool, kScopes.size()> wanted{};
  for (std::string_view rest = text; true;) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string word(trim(rest.substr(0, end)));
    const auto at = std::find(known.begin(), known.end(), word);
    if (at == known.end()) {
      const auto meant = nearest(word, known);
      reject("scopes", "expected some of send, read, audit, operate and admin with commas between, got \"" +
                           shown(word) + "\"" + (meant ? "; did you mean " + *meant + "?" : ""));
    }
    wanted.at(static_cast<std::size_t>(at - known.begin())) = true;
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  std::string scopes;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (wanted.at(i)) scopes += (scopes.empty() ? "" : " ") + known[i];
  }
  return scopes;
}

void require_good_name(const std::string& name) {
  if (!is_id(name)) reject("name", "expected 1 to 64 letters, digits, \".\", \"_\", \":\" or \"-\"");
  if (const auto part = telling_part(name)) {
    reject("name", "contains \"" + std::string(*part) +
                       "\": a name stands in the ledger, which never names a recipient, link or token");
  }
}

void require_free_name(Context& context, const std::string& name) {
  for (const Token& token : context.store.tokens()) {
    // One that a command uses once and drops has a name for nobody to ask for.
    const bool taken = token.id == name || (token.name == name && !token.revoked_at && !token.single_use);
    if (!taken) continue;
    throw InputError("conflict", "name",
                     "the token " + token.id +
                         " has this name; revoke it first, or "
                         "choose another name");
  }
}

void append_entry(Context& context, ledger::EntryType type, const Token& token) {
  ledger::Entry entry;
  entry.type = type;
  entry.actor = context.actor;
  entry.name = token.name;
  entry.token = token.id;
  context.store.append(entry);
}

/// By id, else by name; of several with that name the one that is not revoked, else the newest.
std::optional<Token> find_token(Context& context, const std::string& id_or_name) {
  if (auto token = context.store.find_token(id_or_name)) return token;
  std::optional<Token> found;
  for (Token& token : context.store.tokens()) {
    if (token.name != id_or_name || token.single_use) continue;
    if (!found || found->revoked_at) found = std::move(token);
  }
  return found;
}

}  // namespace

NewToken add_token(Context& context, const std::string& name, const std::string& scopes,
                   std::optional<Millis> life) {
  require_good_name(name);
  NewToken made;
  made.token.scopes = parse_scopes(scopes);
  if (life && (*life <= Millis(0) || *life > kTokenLifeMax)) {
    reject("expires", "expected a span above nothing and at most " + format_duration(kTokenLifeMax));
  }
  require_free_name(context, name);

  ApiToken token = make_api_token(context.random);
  made.token.id = token.id;
  made.token.name = name;
  made.token.hash = api_token_hash(token.text.reveal());
  made.token.actor = "token:" + token.id;
  made.token.created_at = context.now.wall;
  if (life) made.token.expires_at = context.now.wall + *life;
  made.text = std::move(token.text);
  context.store.put_token(made.token);
  append_entry(context, ledger::EntryType::TokenCreated, made.token);
  return made;
}

Token revoke_token(Context& context, const std::string& id_or_name) {
  std::optional<Token> token = find_token(context, id_or_name);
  if (!token) {
    const bool secret = api_token_id(id_or_name).has_value();
    throw InputError("not_found", "token",
                     secret ? "give the token's id or name, not the token itself (see `latchkey token list`)"
                            : "no API token has this id or name (see `latchkey token list`)");
  }
  if (!context.store.revoke_token(token->id, context.now.wall)) {
    throw InputError("wrong_state", "token", "it was revoked already, at " + format_utc(*token->revoked_at));
  }
  token->revoked_at = context.now.wall;
  append_entry(context, ledger::EntryType::TokenRevoked, *token);
  return std::move(*token);
}

}  // namespace latchkey::engine
