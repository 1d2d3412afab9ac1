#include "sandbox/call_log.h"

#include <unistd.h>

#include "base/text.h"

namespace latchkey::sandbox {

std::string masked(const std::string& recipient) {
  const std::size_t at = recipient.rfind('@');
  if (at != std::string::npos) return shown(recipient.substr(0, 1)) + "…" + shown(recipient.substr(at));
  return shown(recipient.substr(0, 7)) + (recipient.size() > 7 ? "…" : "");
}

std::string log_line(const Arrival& arrival, const Call& call, const Answer& answer, Millis took) {
  std::string line = std::string(name_of(arrival.api)) + " " + shown(call.method, 10) + " ";
  // Other paths may hold an id or anything at all.
  line += arrival.route == Route::Send ? shown(call.path) : name_of(arrival.route);
  if (!arrival.recipient.empty()) line += " " + masked(arrival.recipient);
  if (!arrival.request_id.empty()) line += " " + arrival.request_id;
  line += " -> " + answer.label();
  if (!answer.fault.empty()) line += " (" + answer.fault + ")";
  return line + " " + std::to_string(took.count()) + " ms";
}

void log_to_stderr(const std::string& line) {
  const std::string whole = line + "\n";
  // A log that cannot be written must not disturb the calls.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, whole.data(), whole.size());
}

}  // namespace latchkey::sandbox
