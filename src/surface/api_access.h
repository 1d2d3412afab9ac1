#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "engine/denials.h"
#include "engine/inbox.h"
#include "surface/api.h"
#include "surface/read_stores.h"

namespace latchkey::surface {

/// Who may do what over the API. Tokens are looked up at each request, so that one which is added or revoked
/// counts at once. Who is denied is counted, and the engine told that there is something to write.
/// Thread-safe.
class ApiAccess {
 public:
  ApiAccess(ReadStores& stores, Clock& clock, engine::Denials& denials, engine::Inbox& inbox)
      : stores_(stores), clock_(clock), denials_(denials), inbox_(inbox) {}

  /// Whose `token` this is. Throws InputError: unauthorized for anything but a token that holds now (an empty
  /// one included), forbidden when it lacks `scope`.
  ApiCaller require(std::string_view token, const std::string& scope);

 private:
  ReadStores& stores_;
  Clock& clock_;
  engine::Denials& denials_;
  engine::Inbox& inbox_;
};

}  // namespace latchkey::surface
