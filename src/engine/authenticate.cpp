#include "engine/authenticate.h"

#include "base/api_token.h"
#include "base/crypto.h"

namespace latchkey::engine {
namespace {

bool has_scope(const std::string& scopes, std::string_view wanted) {
  const std::string list = " " + scopes + " ";
  return list.find(" " + std::string(wanted) + " ") != std::string::npos ||
         list.find(" admin ") != std::string::npos;
}

}  // namespace

ShownToken look_up_token(store::Store& store, TimePoint now, std::string_view token, std::string_view scope) {
  // Every step is taken for every token, so that time does not tell one that was never given out from one
  // whose secret is another.
  const auto id = api_token_id(token);
  const auto known = store.find_token(id.value_or(""));
  const std::string no_hash(32, '\0');
  const bool same = equal_constant_time(known ? known->hash : no_hash, api_token_hash(token));
  ShownToken shown;
  if (!known) return shown;
  shown.id = known->id;
  if (!same || known->revoked_at || (known->expires_at && now >= *known->expires_at)) return shown;
  shown.verdict = has_scope(known->scopes, scope) ? Verdict::Holds : Verdict::Forbidden;
  shown.actor = known->actor;
  shown.single_use = known->single_use;
  return shown;
}

void use_up_token(Context& context, const std::string& id) {
  if (!context.store.find_token(id)) throw unauthorized();
  context.store.drop_token(id);
}

InputError unauthorized() {
  return InputError("unauthorized", "", "a valid API token is needed");
}

InputError forbidden(std::string_view scope) {
  return InputError("forbidden", "", "this API token lacks the scope \"" + std::string(scope) + "\"");
}

}  // namespace latchkey::engine
