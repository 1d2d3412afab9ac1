#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace latchkey::handover {

/// The value of the header webhook-signature (Standard Webhooks 1.0.0, "Signature scheme"): for each secret
/// "v1," and the base64 of HMAC-SHA256 over "ID.SECONDS.BODY", separated by spaces. `at` is the time of this
/// try, cut to seconds, which the header webhook-timestamp says too. `id` must hold no full stop.
std::string webhook_signature(const std::vector<Secret>& secrets, std::string_view id, TimePoint at,
                              std::string_view body);

/// The value of the header webhook-timestamp.
std::string webhook_timestamp(TimePoint at);

}  // namespace latchkey::handover
