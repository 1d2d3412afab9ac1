#pragma once

#include <string>

#include "sandbox/arrival.h"
#include "sandbox/call.h"
#include "sandbox/state.h"

namespace latchkey::sandbox {

/// Mayar's API as far as Latchkey needs it: portal-login, customer detail, the ended v1. Thread-safe.
class MayarApi {
 public:
  explicit MayarApi(State& state) : state_(state) {}
  Answer answer(const Call& call, const Arrival& arrival);

 private:
  /// `fault`: what was ordered for the call; becomes what the recipient's tags ask for when nothing was.
  Answer portal_login(const Call& call, const Arrival& arrival, Fault& fault);
  Answer customer_detail(const Call& call);
  Answer refusal(Fault fault) const;
  /// The limit, then the key; nullopt when the call may pass.
  std::optional<Answer> turned_away(const Call& call);

  State& state_;
};

}  // namespace latchkey::sandbox
