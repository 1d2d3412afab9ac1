#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace latchkey::surface {

/// Who asks, as the token says that was shown.
struct ApiCaller {
  std::string actor;  ///< what the ledger shows: "token:ID", or "uid:N" for a command's own token
  std::string token_id;
  bool single_use = false;  ///< the token is to be used up in the transaction of what it is used for
};

/// One request to the API, read to its end before anybody looks at it.
struct ApiRequest {
  std::string method;
  std::string path;
  std::vector<std::string> words;            ///< what stands in place of the route's {…}, decoded
  std::map<std::string, std::string> query;  ///< decoded; a name that is given twice is rejected before
  std::string body;
  ApiCaller caller;  ///< empty on routes that are open to everyone
  /// What an error document names: set by the route as soon as it knows what the request is about.
  std::string request_id;
};

/// What goes back. Never an exception's text that was not meant for the caller.
struct ApiAnswer {
  int status = 200;
  std::string body;
  Secret secret;  ///< the body instead, from locked memory, where there is a link in it
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  /// Called once, on the connection's thread: whether the answer was written without a socket error.
  std::function<void(bool)> written;
};

/// One route. `path` has names in braces: "/v1/jobs/{requestId}/cancel". `scope` is what a token must have;
/// nullopt: no token is asked for. `handle` throws InputError for what api_error.h turns into an answer; it
/// is called on many threads.
struct ApiRoute {
  std::string method;
  std::string path;
  std::optional<std::string> scope;
  std::size_t body_max = 1024 * 1024;
  std::function<ApiAnswer(ApiRequest&)> handle = {};
};

}  // namespace latchkey::surface
