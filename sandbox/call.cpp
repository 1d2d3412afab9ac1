#include "sandbox/call.h"

namespace latchkey::sandbox {
namespace {

std::string_view value_of(const std::map<std::string, std::string>& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

std::string_view Call::header(const std::string& name) const {
  return value_of(headers, name);
}

std::string_view Call::param(const std::string& name) const {
  return value_of(params, name);
}

std::string Answer::label() const {
  if (delivery == Delivery::CutBefore) return "none";
  if (delivery == Delivery::CutAfter) return "cut";
  return std::to_string(status);
}

}  // namespace latchkey::sandbox
