#pragma once

#include <string>
#include <string_view>

namespace latchkey::surface {

/// Standard output of a command. Keeps up to 16 MiB back, so that a reader who is slow (a pager left open)
/// seldom makes the query behind it hold its snapshot of the database.
class Output {
 public:
  /// Whether a person reads it, and so colours help: a terminal, and NO_COLOR is not set.
  static bool coloured();

  void line(std::string_view text);
  void text(std::string_view text);
  /// Writes what is kept. Throws Error when it cannot be written. A reader who has gone (`| head`) is no
  /// error: from then on nothing is written.
  void flush();
  /// False when nobody reads any more, and there is no point in going on.
  bool wanted() const { return wanted_; }

 private:
  std::string kept_;
  bool wanted_ = true;
};

/// One line on stderr, at once: diagnostics, and for people what is going on.
void note(std::string_view text);

}  // namespace latchkey::surface
