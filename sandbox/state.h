#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "sandbox/credentials.h"
#include "sandbox/customers.h"
#include "sandbox/fault_plan.h"
#include "sandbox/journal.h"
#include "sandbox/limits.h"
#include "sandbox/links.h"
#include "sandbox/seeded_random.h"

namespace latchkey::sandbox {

/// What the providers' behaviour depends on at the start.
struct Setup {
  Keys keys;
  Limit mayar_limit{20, std::chrono::minutes(1)};
  Limit nomos_limit{10, std::chrono::seconds(1)};
  Millis link_lifetime = std::chrono::hours(1);
  Millis token_lifetime = std::chrono::hours(1);
  std::chrono::seconds throttle_wait{1};  ///< what the throttle faults ask callers to wait
  std::uint64_t seed = 1;
  std::optional<std::string> customers;  ///< text with their emails and ids; nullopt: everyone is one
};

/// All that the APIs of the sandbox know and share. Every part locks itself.
struct State {
  State(const Setup& start, Clock& the_clock)
      : setup(start),
        clock(the_clock),
        random(start.seed),
        credentials(start.keys, start.token_lifetime, random),
        customers(start.customers),
        links(start.link_lifetime, random),
        mayar_limiter(start.mayar_limit),
        nomos_limiter(start.nomos_limit) {}

  const Setup setup;
  Clock& clock;
  SeededRandom random;
  Credentials credentials;
  Customers customers;
  Links links;
  RateLimiter mayar_limiter;
  RateLimiter nomos_limiter;
  FaultPlan faults;
  Journal journal;
};

}  // namespace latchkey::sandbox
