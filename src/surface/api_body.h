#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"

namespace latchkey::surface {

/// Reads a request's body as one JSON object. Throws InputError invalid_request for anything else: no JSON,
/// bad UTF-8, zero bytes, deep nesting, a key twice, numbers that do not fit.
Json parse_body(const std::string& body);
/// The same where a body may be left out: an empty one is `{}`.
Json parse_optional_body(const std::string& body);

/// The members of an object that somebody sent, asked for one by one. Whatever is wrong with them goes into
/// one list, so that a caller mends a request in one go.
class BodyReader {
 public:
  /// `path` stands before the names in messages: "jobs[17].". Both references must outlive this object.
  BodyReader(const Json& object, std::string path, std::vector<FieldError>& errors);

  /// nullopt when it is absent, or is something else, which is wrong.
  std::optional<std::string> text(const char* name);
  std::optional<bool> boolean(const char* name);
  /// A whole number from 0 that a JSON number of everybody's holds exactly.
  std::optional<std::int64_t> whole_number(const char* name);
  /// A duration such as "10s", from `least` to `most`.
  std::optional<Millis> duration(const char* name, Millis least, Millis most);
  /// nullptr when it is absent or no list.
  const Json* list(const char* name);
  /// nullptr when it is absent or no object.
  const Json* object(const char* name);
  /// A text whose absence is wrong.
  std::optional<std::string> needed_text(const char* name);
  /// `reason`: a text for the ledger (ledger::check_reason). An empty one is a reason that was given, and a
  /// bad one.
  std::string reason(bool needed);

  void wrong(const std::string& name, std::string message);
  /// The errors of `error`, whose fields are members of this object.
  void wrong(const InputError& error);
  /// Complains about members that were not asked for, each with the one that may have been meant.
  void finish();

 private:
  const Json* find(const char* name);

  const Json& object_;
  const std::string path_;
  std::vector<FieldError>& errors_;
  std::vector<std::string> known_;
};

/// The first of them, and how many more there are: the message above a list of errors.
std::string summary_of(const std::vector<FieldError>& errors);

/// Throws them as one InputError, unless there are none.
void reject_if_any(const std::string& code, std::vector<FieldError> errors);

/// A body that holds a reason and nothing else; where none is needed it may be absent. Throws InputError.
std::string read_reason(const std::string& body, bool needed);

}  // namespace latchkey::surface
