#pragma once

#include <string>

namespace latchkey::surface {

/// One line on a person's terminal that is written over and over, and wiped in the end; silent anywhere else.
class ProgressLine {
 public:
  /// Nothing is ever shown unless it is `wanted`.
  explicit ProgressLine(bool wanted);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const std::string& text);

 private:
  const bool shows_;
  bool shown_ = false;
};

}  // namespace latchkey::surface
