#include "sandbox/nomos_token.h"

#include "base/encoding.h"
#include "base/json.h"
#include "sandbox/nomos_answers.h"

namespace latchkey::sandbox {
namespace {

/// A field of the body, be it a form or JSON.
std::string field_of(const Call& call, const Json& json, const char* name) {
  if (const auto member = string_member(json, name)) return *member;
  return std::string(call.param(name));
}

bool client_is_known(const Call& call, const State& state) {
  const std::string_view given = call.header("authorization");
  if (!given.starts_with("Basic ")) return false;
  const auto pair = from_base64(given.substr(6));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return false;
  return state.credentials.nomos_knows(pair->substr(0, colon), pair->substr(colon + 1));
}

}  // namespace

Answer token_answer(const Call& call, State& state) {
  const std::string_view version = call.header("x-api-version");
  if (!client_is_known(call, state)) {
    return nomos_error({401, "Invalid client credentials", ""}, version, state.random);
  }
  const Json json = parse_json(call.body).value_or(Json());
  if (field_of(call, json, "grant_type") != "client_credentials") {
    return nomos_error({400, "invalid_enum_value in 'grant_type'", "grant_type"}, version, state.random);
  }
  const AccessToken token = state.credentials.issue(field_of(call, json, "scope"), state.clock.now().wall);
  Answer answer;
  answer.headers.emplace_back("Cache-Control", "no-store");
  answer.body = OrderedJson{
      {"access_token", token.access_token},
      {"token_type", "Bearer"},
      {"expires_in", token.expires_in},
      {"refresh_token", token.refresh_token},
      {"scope",
       token.scope}}.dump();
  return answer;
}

}  // namespace latchkey::sandbox
