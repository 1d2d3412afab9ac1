#pragma once

#include <string>

#include "base/json.h"
#include "sandbox/mayar_api.h"
#include "sandbox/nomos_api.h"
#include "tests/support/fake_clock.h"

namespace latchkey {

/// The sandbox's two APIs without a socket, on a clock that stands still.
struct SandboxCalls {
  explicit SandboxCalls(const sandbox::Setup& setup = {}) : state(setup, clock) {}

  sandbox::Answer ask(const sandbox::Call& call) {
    const sandbox::Arrival arrival = sandbox::arrival_of(call).value();
    state.journal.received(arrival);
    sandbox::Answer answer = arrival.api == sandbox::Api::Mayar
                                 ? sandbox::MayarApi(state).answer(call, arrival)
                                 : sandbox::NomosApi(state).answer(call, arrival);
    state.journal.answered(arrival, answer);
    return answer;
  }

  sandbox::Call login_call(const std::string& email) const {
    return {"POST",
            "/hl/v2/customers/portal-login",
            {},
            {{"authorization", "Bearer sandbox-mayar-key"}},
            Json{{"email", email}}.dump()};
  }
  sandbox::Answer login(const std::string& email) { return ask(login_call(email)); }

  /// `scope` empty: all.
  sandbox::Call token_call(const std::string& scope = "") const {
    // "sandbox-client:sandbox-secret"
    return {"POST",
            "/oauth/token",
            {{"grant_type", "client_credentials"}, {"scope", scope}},
            {{"authorization", "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ="}},
            ""};
  }
  std::string access_token(const std::string& scope = "") {
    return Json::parse(ask(token_call(scope)).body).at("access_token");
  }

  sandbox::Call mint_call(const std::string& token, const std::string& customer_id) const {
    return {"POST",
            "/admin/magic_link",
            {},
            {{"authorization", "Bearer " + token}, {"x-api-version", "2026-01-29.edison"}},
            Json{{"customerId", customer_id}}.dump()};
  }

  sandbox::Call look_up_call(const std::string& token, const std::string& customer_id) const {
    return {"GET", "/customers/" + customer_id, {}, {{"authorization", "Bearer " + token}}, ""};
  }

  FakeClock clock;
  sandbox::State state;
};

/// The value of the header, or "" when the answer has none.
inline std::string header_of(const sandbox::Answer& answer, const std::string& name) {
  for (const auto& [known, value] : answer.headers) {
    if (known == name) return value;
  }
  return "";
}

}  // namespace latchkey
