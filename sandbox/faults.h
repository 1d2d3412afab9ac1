#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
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
};

/// A row of the table in docs/sandbox.md.
struct FaultKind {
  const char* name;
  Fault fault;
  bool applied;  ///< the call has its effect (a mail, a link) although its answer suffers
  bool mayar;
  bool nomos;
};

/// All of them; the same order as in docs/sandbox.md.
const std::vector<FaultKind>& fault_kinds();
const FaultKind& kind_of(Fault fault);
/// nullopt for an unknown name, and for a fault that this provider does not have.
std::optional<Fault> fault_named(Api api, std::string_view name);

/// A fault for a number of calls; -1 is for ever.
struct FaultRun {
  Fault fault = Fault::None;
  int count = -1;
};

/// The faults a recipient asks for: `name+throttle2+cutafter1@host`, `cus_throttle2_cutafter1_rest`. A tag
/// without a number never ends. In an email a part after a plus must be a tag and its number and nothing
/// else; in a customer id a tag is recognised by its beginning.
std::vector<FaultRun> faults_of_recipient(Api api, std::string_view recipient);

/// Decides which fault the next call meets. Thread-safe.
class FaultPlan {
 public:
  /// The next `count` calls (-1: all until clear()) of that route meet `fault`, after those ordered before.
  void order(Api api, Route route, Fault fault, int count);
  void clear();
  /// Also forgets how often each recipient was called.
  void reset();

  /// Takes one call from what was ordered; None when nothing is.
  Fault next_ordered(Api api, Route route);
  /// Takes one call from what the recipient's own tags ask for.
  Fault next_of_recipient(Api api, const std::string& recipient);
  /// What is ordered and not used up, for the control API.
  Json shown() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<Api, Route>, std::deque<FaultRun>> ordered_;
  std::map<std::string, int> met_;  // calls that each tagged recipient has made
};

}  // namespace latchkey::sandbox
