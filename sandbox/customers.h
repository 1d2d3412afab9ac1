#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"

namespace latchkey::sandbox {

/// One address with a local part and a dotted domain, without white space: about what a form on the web
/// accepts.
bool looks_like_email(std::string_view text);
/// `cus_` and 1 to 60 of `[A-Za-z0-9_-]`.
bool looks_like_customer_id(std::string_view text);

/// Whom the providers know: everyone, or those of a list. Thread-safe.
class Customers {
 public:
  /// `list`: any text (a file of lines, a CSV); each email and customer id in it is a customer. nullopt:
  /// everyone is.
  explicit Customers(const std::optional<std::string>& list);
  /// False for those not listed, and for those whose tags say `notfound` for ever. `key`: of recipient_key().
  bool knows(const std::string& key) const;
  /// Notes that somebody asked for them, for the control API.
  void met(const std::string& key);
  Json shown() const;

 private:
  const bool everyone_;
  std::set<std::string> listed_;
  mutable std::mutex mutex_;
  std::set<std::string> met_;
};

}  // namespace latchkey::sandbox
