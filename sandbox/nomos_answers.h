#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "sandbox/call.h"

namespace latchkey::sandbox {

/// The versions that Nomos' pages name; the newer one lists fields in its errors.
inline constexpr std::string_view kEdison = "2026-01-29.edison";
inline constexpr std::string_view kCurie = "2026-05-27.curie";

/// Something that Nomos refuses.
struct NomosError {
  int status = 500;
  std::string message;  ///< empty for the status' usual one
  std::string field;    ///< what is wrong in the body; empty for none
};

/// `{code, message, requestId, docs}`, with `errors` besides for a field and the newer version.
Answer nomos_error(const NomosError& error, std::string_view version, Random& random);
/// The shape of old pages: the same four under `error`.
Answer nested(Answer flat);

}  // namespace latchkey::sandbox
