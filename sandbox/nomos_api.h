#pragma once

#include <optional>
#include <string>

#include "sandbox/arrival.h"
#include "sandbox/call.h"
#include "sandbox/nomos_answers.h"
#include "sandbox/state.h"

namespace latchkey::sandbox {

/// Nomos' API as far as Latchkey needs it: magic_link, customers, health. Thread-safe.
class NomosApi {
 public:
  explicit NomosApi(State& state) : state_(state) {}
  Answer answer(const Call& call, const Arrival& arrival);

 private:
  Answer routed(const Call& call, const Arrival& arrival, Fault& fault);
  /// `fault`: what was ordered for the call; becomes what the recipient's tags ask for when nothing was.
  Answer magic_link(const Call& call, const Arrival& arrival, Fault& fault);
  Answer customer(const Call& call, Fault fault);
  Answer other(const Call& call);
  Answer error(const Call& call, NomosError what) const;
  Answer refusal(const Call& call, Fault fault) const;
  Answer minted(const std::string& customer, Fault fault);
  /// Token, limit, version; `write`: the token must be allowed to write. nullopt when the call may pass.
  /// Notes what the limiter says in `verdict`.
  std::optional<Answer> turned_away(const Call& call, bool write, Verdict& verdict);

  State& state_;
};

}  // namespace latchkey::sandbox
