#pragma once

#include "base/json.h"
#include "sandbox/call.h"
#include "sandbox/state.h"
#include "sandbox/waits.h"

namespace latchkey::sandbox {

/// What a test or a person steers the sandbox with, under /control/, and the portal that opens links. Nothing
/// here is part of a provider's API, and nothing is counted. Thread-safe.
class ControlApi {
 public:
  ControlApi(State& state, Waits& waits) : state_(state), waits_(waits) {}
  /// A wrong path or method is a 404, a wrong body a 400 that names the field.
  Answer answer(const Call& call);

 private:
  Json routed(const Call& call, int& status);
  Json order_fault(const Json& body);
  Json set_emails(const Json& body);
  Json set_limits(const Json& body);
  Json set_credentials(const Json& body);
  Json open_link(const std::string& token_hash, int& status);
  Json reset();

  State& state_;
  Waits& waits_;
};

}  // namespace latchkey::sandbox
