#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace latchkey::surface {

/// The head of a request as the HTTP library has read it: header values decoded, lines it did not understand
/// left out. Refers to the library's own strings, since one of them holds a token.
struct HttpHead {
  std::string_view method;
  std::string_view version;  ///< "HTTP/1.1"
  std::vector<std::pair<std::string_view, std::string_view>> headers;

  /// The value of the first of that name; empty where there is none. Names are compared ignoring case.
  std::string_view value(std::string_view name) const;
  std::size_t count(std::string_view name) const;
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

/// Whether a Content-Type says application/json, in UTF-8 where it names a charset.
bool is_json(std::string_view content_type);

}  // namespace latchkey::surface
