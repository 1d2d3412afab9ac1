#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey {

/// Without the ASCII white space around it.
std::string_view trim(std::string_view text);
/// ASCII only; locale-free.
std::string to_lower(std::string_view text);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

/// A whole number of at most nine digits and nothing else.
std::optional<int> whole_number(std::string_view text);

/// True when `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

/// Why `text` must not be stored, shown or sent: "a control character", "a line break", "a bidirectional
/// mark", "a byte order mark", "text that is not UTF-8"; nullopt when it is printable. Tabs are control
/// characters.
std::optional<std::string> unprintable_part(std::string_view text);

/// `text` made safe to show in a message: unprintable characters become "?"; of more than `most` characters
/// the rest is cut and "…" stands for it.
std::string shown(std::string_view text, std::size_t most = 40);

/// The entry of `known` that `word` was probably meant to be: edit distance at most 2, or a third of its
/// length, but not every letter another one. Upper and lower case are the same; of equally near entries the
/// first.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

/// How many terminal cells a UTF-8 text takes: none for combining marks, two for wide East Asian characters
/// and emoji.
std::size_t display_width(std::string_view text);

}  // namespace latchkey
