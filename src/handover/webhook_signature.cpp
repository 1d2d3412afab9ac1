#include "handover/webhook_signature.h"

#include "base/crypto.h"
#include "base/encoding.h"

namespace latchkey::handover {

std::string webhook_timestamp(TimePoint at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

std::string webhook_signature(const std::vector<Secret>& secrets, std::string_view id, TimePoint at,
                              std::string_view body) {
  std::string content(id);
  content.append(".").append(webhook_timestamp(at)).append(".").append(body);
  std::string signatures;
  for (const Secret& secret : secrets) {
    if (!signatures.empty()) signatures += ' ';
    signatures += "v1," + to_base64(hmac_sha256(secret.reveal(), content));
  }
  return signatures;
}

}  // namespace latchkey::handover
