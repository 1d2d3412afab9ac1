#include "engine/authenticate.h"

#include "base/api_token.h"
#include "base/crypto.h"

namespace latchkey::engine {
namespace {

bool has_scope(const std::string& scopes, std::string_view wanted) {
  const std::string list = " " + scopes + " ";
  const auto lists = [&](std::string_view scope) {
    return list.find(" " + std::string(scope) + " ") != std::string::npos;
  };
  return lists(wanted) || lists("admin");
}

}  // namespace

void authenticate(Context& context, std::string_view token, std::string_view scope) {
  // One answer for every token that does not hold: which part was wrong is nobody's business.
  const InputError unauthorized("unauthorized", "", "a valid API token is needed");
  const auto id = api_token_id(token);
  if (!id) throw unauthorized;
  const auto known = context.store.find_token(*id);
  if (!known || !equal_constant_time(known->hash, api_token_hash(token))) throw unauthorized;
  if (known->revoked_at || (known->expires_at && context.now.wall >= *known->expires_at)) throw unauthorized;
  if (!has_scope(known->scopes, scope)) {
    throw InputError("forbidden", "", "this API token lacks the scope \"" + std::string(scope) + "\"");
  }
  if (known->single_use) context.store.drop_token(known->id);
  context.actor = known->actor;
}

}  // namespace latchkey::engine
