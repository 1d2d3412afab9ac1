#include "base/error.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace latchkey {

InputError::InputError(std::string code, std::string field, const std::string& message)
    : std::runtime_error(field.empty() ? message : field + ": " + message), code_(std::move(code)) {
  errors_.push_back({std::move(field), message});
}

InputError::InputError(std::string code, const std::string& summary, std::vector<FieldError> errors)
    : std::runtime_error(summary), code_(std::move(code)), errors_(std::move(errors)) {}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace latchkey
