#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/random.h"

namespace latchkey::sandbox {

/// What became of an attempt to open a link.
struct Opening {
  bool opened = false;
  std::string reason;    ///< "used", "expired", "voided" or "unknown" when it was not opened
  std::string customer;  ///< whose link it is; empty when unknown
};

/// The portal's side of the links: each opens once, for a while, and a newer one of the same customer voids
/// it. Thread-safe.
class Links {
 public:
  Links(Millis lifetime, Random& random) : lifetime_(lifetime), random_(random) {}
  /// Mints a link's token hash, 56 hex digits.
  std::string mint(const std::string& customer, TimePoint now);
  /// Uses the link up when it is good.
  Opening open(const std::string& token_hash, TimePoint now);
  void reset();

 private:
  struct Link {
    std::string customer;
    TimePoint expires_at;
    bool used = false;
  };
  const Millis lifetime_;
  Random& random_;
  std::mutex mutex_;
  std::map<std::string, Link> links_;
  std::map<std::string, std::string> newest_;  // customer -> token hash
};

/// The value of `token_hash` in a link; empty when there is none.
std::string token_hash_in(const std::string& link);

}  // namespace latchkey::sandbox
