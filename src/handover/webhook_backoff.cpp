#include "handover/webhook_backoff.h"
namespace latchkey::handover {
std::optional<Millis> webhook_wait(int, Millis, std::optional<Millis>, Random&) {
  return std::nullopt;
}
}  // namespace latchkey::handover
