#include "surface/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/error.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kKeptMax = 16 * 1024 * 1024;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool Output::coloured() {
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(STDOUT_FILENO) == 1 && !dumb && !is_set("NO_COLOR");
}

void Output::line(std::string_view text) {
  kept_.append(text).append("\n");
  if (kept_.size() > kKeptMax) flush();
}

void Output::text(std::string_view text) {
  kept_.append(text);
  if (kept_.size() > kKeptMax) flush();
}

void Output::flush() {
  std::string_view rest = kept_;
  while (wanted_ && !rest.empty()) {
    const ssize_t count = write(STDOUT_FILENO, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EPIPE) {
      wanted_ = false;
    } else if (errno != EINTR) {
      throw Error("the output cannot be written; is its disk full?");
    }
  }
  kept_.clear();
}

void note(std::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

}  // namespace latchkey::surface
