#pragma once

#include <map>
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
  /// `list`: any text (a file of lines, a CSV); each email and customer id in it is a customer, and one of
  /// each on a line belong together. nullopt: everyone is.
  explicit Customers(const std::optional<std::string>& list);
  /// False for those not listed, and for those whose tags say `notfound` for ever. `key`: of recipient_key().
  bool knows(const std::string& key) const;
  /// Notes that somebody asked for them, for the control API.
  void met(const std::string& key);
  /// What Nomos shows as the customer's email; unless something else is set, `ABC@sandbox.invalid` for
  /// cus_ABC.
  std::string email_of(const std::string& customer_id) const;
  /// Any text; nullopt for the usual one.
  void set_email(const std::string& customer_id, const std::optional<std::string>& email);
  /// Emails are as at the start.
  void reset();
  Json shown() const;

 private:
  void read_line(std::string_view line);

  const bool everyone_;
  std::set<std::string> listed_;
  std::map<std::string, std::string> listed_emails_;  // by customer id
  mutable std::mutex mutex_;
  std::set<std::string> met_;                  // protected by mutex_
  std::map<std::string, std::string> emails_;  // protected by mutex_: listed ones, and what was set since
};

}  // namespace latchkey::sandbox
