#include "surface/api_target.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace latchkey::surface {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Percent-encoding undone, in a query with "+" for a space; nullopt for a broken one.
std::optional<std::string> percent_decoded(std::string_view text, bool in_query) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && in_query) {
      plain += ' ';
    } else if (text[i] != '%') {
      plain += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return plain;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string query_text(std::string_view text) {
  const auto plain = percent_decoded(text, true);
  if (!plain || unprintable_part(*plain)) {
    throw InputError("invalid_request", "", "the query is not percent-encoded, printable UTF-8");
  }
  return *plain;
}

}  // namespace

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> values;
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name = query_text(pair.substr(0, equals));
    std::string value = query_text(pair.substr(std::min(equals + 1, pair.size())));
    const std::string field = shown(name);
    if (!values.emplace(std::move(name), std::move(value)).second) {
      throw InputError("invalid_request", field, "is given twice in the query");
    }
  }
  return values;
}

ApiRoutes::ApiRoutes(std::vector<ApiRoute> routes) {
  for (ApiRoute& route : routes) {
    Entry entry;
    for (const std::string_view part : split(route.path, '/')) {
      entry.parts.emplace_back(part.starts_with('{') ? std::string_view() : part);
    }
    entry.route = std::move(route);
    entries_.push_back(std::move(entry));
  }
}

ApiRoutes::Found ApiRoutes::find(std::string_view method, std::string_view path) const {
  const std::vector<std::string_view> parts = split(path, '/');
  Found found;
  for (const Entry& entry : entries_) {
    if (entry.parts.size() != parts.size()) continue;
    std::vector<std::string> words;
    bool fits = true;
    for (std::size_t i = 1; fits && i < parts.size(); ++i) {
      const auto word = percent_decoded(parts[i], false);
      if (entry.parts[i].empty() && word && !word->empty()) {
        words.push_back(*word);
      } else {
        fits = word == entry.parts[i] && !entry.parts[i].empty();
      }
    }
    if (!fits || !parts.front().empty()) continue;
    if (entry.route.method == (method == "HEAD" ? "GET" : method)) {
      return {&entry.route, std::move(words), {}};
    }
    const std::string names = entry.route.method == "GET" ? "GET, HEAD" : entry.route.method;
    found.allowed += (found.allowed.empty() ? "" : ", ") + names;
  }
  return found;
}

}  // namespace latchkey::surface
