#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace latchkey {

/// The environment is broken: a file, the database, the network of our own machine. Ends a command with
/// exit 4.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Another daemon holds the database (exit 75).
class DaemonRunning : public Error {
 public:
  using Error::Error;
};

/// A checkpoint outside the database says otherwise than the database (exit 78).
class AnchorMismatch : public Error {
 public:
  using Error::Error;
};

/// The command line itself is wrong (exit 2).
class UsageError : public Error {
 public:
  using Error::Error;
};

/// One thing that is wrong with what somebody gave us.
struct FieldError {
  std::string field;    ///< path of the field, e.g. "providers.mayar.rate"
  std::string message;  ///< what would be right; never more than a harmless part of what was given
  int line = 0;         ///< physical line in a file, 0 where there is none
};

/// Bad input: rejected at the door, nothing was changed. Ends a command with exit 3, a request with HTTP 4xx.
/// `code()` is stable and meant for programs: invalid_request, conflict, request_id_used, suppressed,
/// cannot_be_fresh, provider_off, no_handover, not_found, wrong_state, link_gone, try_later, unauthorized,
/// forbidden, and those of HTTP (surface/api_error.h has all with their statuses).
class InputError : public std::runtime_error {
 public:
  InputError(std::string code, std::string field, const std::string& message);
  InputError(std::string code, const std::string& summary, std::vector<FieldError> errors);
  const std::string& code() const { return code_; }
  const std::vector<FieldError>& errors() const { return errors_; }

 private:
  std::string code_;
  std::vector<FieldError> errors_;
};

/// cannot_be_fresh: the provider's limit leaves no room for a job while it is fresh.
class CannotBeFresh : public InputError {
 public:
  CannotBeFresh(const std::string& message, TimePoint earliest)
      : InputError("cannot_be_fresh", "at", message), earliest_(earliest) {}
  /// For several jobs, whose errors these are.
  CannotBeFresh(const std::string& summary, std::vector<FieldError> errors, TimePoint earliest)
      : InputError("cannot_be_fresh", summary, std::move(errors)), earliest_(earliest) {}
  /// The first dueAt from the one asked for on that would have been let in.
  TimePoint earliest() const { return earliest_; }

 private:
  TimePoint earliest_;
};

/// A bug in Latchkey: prints where and aborts. Always on; never used on input.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace latchkey

// A macro because it must print the condition's own text and place.
#define LATCHKEY_CHECK(condition)                                               \
  do {                                                                          \
    if (!(condition)) ::latchkey::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
