#pragma once

#include <string>

#include "base/random.h"
#include "engine/forecasts.h"
#include "engine/settings.h"
#include "engine/tally.h"
#include "store/store.h"

namespace latchkey::engine {

/// What an operation on the queue works with, inside an open transaction. The engine's turn makes one, and so
/// does every command that writes.
struct Context {
  store::Store& store;
  Random& random;
  const Settings& settings;
  Forecasts& forecasts;
  Instant now;
  std::string actor;                ///< who asked: "system", "token:ID" or "uid:N"
  OutcomeCounts* counts = nullptr;  ///< what record() counts in this transaction; nullptr: nobody does
};

}  // namespace latchkey::engine
