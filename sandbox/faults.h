#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/arrival.h"

namespace latchkey::sandbox {

enum class Fault {
  None,
  // The application says no: nothing is sent or minted.
  BadRequest,
  Unauthorized,
  Payment,
  Forbidden,
  NotFound,
  NestedNotFound,
  Conflict,
  Unprocessable,
  Throttle,
  ThrottleDate,
  ThrottleBare,
  Error500,
  Hidden404,
  Hidden429,
  Redirect,
  Drop,
  // The application does its work, and then the answer suffers.
  Proxy502,
  Garbage,
  Huge,
  CutBefore,
  CutAfter,
  Hang,
  Slow,
  Drip,
  UnexpectedLink,
  // A link is minted that nobody should hand over, or that leads to the checkout.
  ForeignHost,
  HttpLink,
  Checkout,
  // A customer is shown who has no email.
  NoEmail,
};

/// A row of the table in docs/sandbox.md.
struct FaultKind {
  const char* name;
  Fault fault;
  /// The status with which the application refuses the call (a hidden one only in the body). 0: it does its
  /// work, so the call has its effect (a mail, a link) although the answer suffers.
  int status;
  bool mayar;    ///< whether sends of this provider know it, by order or by tag
  bool nomos;    ///< the same; token fetches know these, too
  bool look_up;  ///< whether Nomos' customer look-ups know it, by order alone
};

/// All of them; the same order as in docs/sandbox.md.
const std::vector<FaultKind>& fault_kinds();
const FaultKind& kind_of(Fault fault);
/// The kind's status: not 0 when the application refuses.
int status_of(Fault fault);
/// nullopt for an unknown name, and for a fault that calls of this route do not have.
std::optional<Fault> fault_named(Api api, Route route, std::string_view name);

/// A fault for a number of calls; -1 is for ever.
struct FaultRun {
  Fault fault = Fault::None;
  int count = -1;
};

/// The faults a recipient asks for: `name+throttle2+cutafter1@host`, `cus_throttle2_cutafter1_rest`. A tag
/// without a number never ends. In an email a part after a plus must be a tag and its number and nothing
/// else; in a customer id a tag is recognised by its beginning.
std::vector<FaultRun> faults_of_recipient(Api api, std::string_view recipient);

}  // namespace latchkey::sandbox
