#include <csignal>
#include <exception>

#include "app.h"
#include "base/secret.h"
#include "surface/report_error.h"

int main(int argc, char** argv) {
  latchkey::forbid_core_dumps();
  std::signal(SIGPIPE, SIG_IGN);  // a reader who goes away is seen where we write
  latchkey::App app;
  try {
    return app.run(argc, argv);
  } catch (const std::exception& error) {
    return latchkey::surface::report_error(error, app.json());
  }
}
