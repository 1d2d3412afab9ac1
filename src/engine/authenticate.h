#pragma once

#include <string>
#include <string_view>

#include "engine/context.h"

namespace latchkey::engine {

/// What a token that somebody shows comes to.
enum class Verdict { Holds, Unauthorized, Forbidden };

/// A token that was shown, looked up.
struct ShownToken {
  Verdict verdict = Verdict::Unauthorized;
  std::string id;     ///< of a known token, whether or not this was its secret; empty for any other
  std::string actor;  ///< of one that holds, as the rest
  bool single_use = false;
};

/// Finds out whether `token` holds at `now` and has `scope`; `admin` has every scope. What does not hold
/// takes the same work, whatever is wrong with it. Reads, and changes nothing.
ShownToken look_up_token(store::Store& store, TimePoint now, std::string_view token, std::string_view scope);

/// Uses a single-use token up, in the transaction of what it is used for. Throws InputError unauthorized when
/// somebody else has.
void use_up_token(Context& context, const std::string& id);

/// One answer for every token that does not hold: which part is wrong is nobody's business.
InputError unauthorized();
InputError forbidden(std::string_view scope);

}  // namespace latchkey::engine
