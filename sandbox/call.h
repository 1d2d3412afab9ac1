#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace latchkey::sandbox {

/// One request, read whole. Plain data, so that the APIs can be tested without a socket.
struct Call {
  std::string method = "GET";
  std::string path;                            ///< without the query
  std::map<std::string, std::string> params;   ///< query and form fields
  std::map<std::string, std::string> headers;  ///< names in lower case; repeated ones are joined by ", "
  std::string body;

  /// Empty when there is none.
  std::string_view header(const std::string& name) const;
  std::string_view param(const std::string& name) const;
};

/// How the bytes of an answer reach the caller.
enum class Delivery {
  Whole,
  CutBefore,  ///< the connection is closed before the first byte
  CutAfter,   ///< closed in the middle of the body
  Drip        ///< one byte of the body at a time
};

/// What is answered, and how.
struct Answer {
  int status = 200;
  std::string body;
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  Delivery delivery = Delivery::Whole;
  bool hold = false;  ///< wait for a release before anything is written
  bool slow = false;  ///< wait for the sandbox's slow time before anything is written
  std::string fault;  ///< name of the fault that shaped it, for the journal and the log

  /// What the journal counts it as: the status, "cut" or "none".
  std::string label() const;
};

}  // namespace latchkey::sandbox
