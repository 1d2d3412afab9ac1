#pragma once

#include <optional>
#include <string>

#include "sandbox/call.h"

namespace latchkey::sandbox {

enum class Api { Mayar, Nomos };
const char* name_of(Api api);

/// What a call is for.
enum class Route { Send, Token, Customer, Health, Other };
const char* name_of(Route route);

/// Who is called, for what and for whom: all that the journal needs to count a call.
struct Arrival {
  Api api = Api::Nomos;
  Route route = Route::Other;
  /// Of a send: recipient_key() of what the body names; of a look-up at Nomos the customer id in the path.
  /// Empty when there is none.
  std::string recipient;
  std::string request_id;  ///< the X-Request-Id header, made printable
};

/// nullopt for the control API and the portal, which are no provider's.
std::optional<Arrival> arrival_of(const Call& call);

/// The form in which a recipient is counted: an email in lower case, a customer id as it is.
std::string recipient_key(const std::string& recipient);

}  // namespace latchkey::sandbox
