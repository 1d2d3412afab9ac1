#pragma once

#include "surface/command_line.h"

namespace latchkey {

/// The program: reads argv and runs the one command it names.
class App {
 public:
  App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Returns the exit code. Throws UsageError for a wrong command line, and whatever the command throws.
  int run(int argc, char** argv);
  /// Whether programs read stdout; known even after a command line that could not be read to its end.
  bool json() const { return line_.global.json; }

 private:
  CLI::App cli_;
  surface::CommandLine line_;
};

}  // namespace latchkey
