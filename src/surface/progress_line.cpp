#include "surface/progress_line.h"

#include <unistd.h>

#include <cstdio>

namespace latchkey::surface {

ProgressLine::ProgressLine(bool wanted) : shows_(wanted && isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void ProgressLine::show(const std::string& text) {
  if (!shows_) return;
  shown_ = true;
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

}  // namespace latchkey::surface
