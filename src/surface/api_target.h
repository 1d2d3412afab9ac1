#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "surface/api.h"

namespace latchkey::surface {

/// The query of a target ("a=1&b=2", without the "?"), decoded. Throws InputError invalid_request for a name
/// that is given twice, and for what cannot be decoded to printable text.
std::map<std::string, std::string> parse_query(std::string_view query);

/// Which route answers a request.
class ApiRoutes {
 public:
  /// What a request's method and path lead to.
  struct Found {
    const ApiRoute* route = nullptr;  ///< null: none
    std::vector<std::string> words;   ///< what stands in place of the route's {…}, decoded
    std::string allowed;              ///< without a route: "GET, HEAD", the methods there are; empty: no path
  };

  explicit ApiRoutes(std::vector<ApiRoute> routes);
  /// `path` as it was sent, undecoded: a word that holds an encoded slash stays one word. HEAD is answered
  /// as GET is.
  Found find(std::string_view method, std::string_view path) const;

 private:
  struct Entry {
    ApiRoute route;
    std::vector<std::string> parts;  // of its path; "" stands for a {…}
  };
  std::vector<Entry> entries_;
};

}  // namespace latchkey::surface
