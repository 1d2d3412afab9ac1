#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

using Json = nlohmann::json;
/// Keeps the order in which keys were added: for what people and programs read.
using OrderedJson = nlohmann::ordered_json;

/// Parses one JSON text that came from outside. nlohmann alone would keep the last of duplicate keys and let
/// deep nesting overflow the stack; here both, bad UTF-8 and trailing bytes are errors. On failure `why` says
/// what is wrong without quoting the input.
std::optional<Json> parse_json(std::string_view text, std::string* why = nullptr, int depth_max = 32);

/// The member as a string, nullopt when it is absent or something else.
std::optional<std::string> string_member(const Json& object, const char* key);

}  // namespace latchkey
