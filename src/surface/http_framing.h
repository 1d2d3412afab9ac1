#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace latchkey::surface {

/// The head of a request as the HTTP library has read it: header values decoded, lines it did not understand
/// left out.
struct HttpHead {
  std::string method;
  std::string version;  ///< "HTTP/1.1"
  std::vector<std::pair<std::string, std::string>> headers;

  /// The value of the first of that name; empty where there is none. Names are compared ignoring case.
  std::string value(const std::string& name) const;
  std::size_t count(const std::string& name) const;
};

/// Where a request ends, as its head says it.
struct Framing {
  std::optional<InputError> refusal;    ///< its end, or who asks, is not beyond doubt
  bool has_body = false;                ///< there are bytes to be read before the next request
  bool chunked = false;                 ///< their number is not known before
  std::optional<std::uint64_t> length;  ///< their number
  bool may_stay_open = false;           ///< nothing in the head speaks against another request afterwards
};

/// Judges a head so strictly that whoever stands in front of us cannot come to another end of the request
/// (RFC 9112, sections 6.3 and 11.2).
Framing framing_of(const HttpHead& head);

}  // namespace latchkey::surface
