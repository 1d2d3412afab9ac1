#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/published_checkpoint.h"
#include "engine/pulse.h"
#include "engine/settings.h"
#include "engine/tally.h"
#include "surface/figures.h"

namespace latchkey::surface {

/// What the metrics are made of.
struct MetricSources {
  const Figures& figures;
  const engine::Tally::Snapshot& tally;
  const engine::Pulse::State& pulse;
  const engine::PublishedCheckpoint::State& published;
  const engine::Settings& settings;  ///< for the rates
  std::int64_t denied = 0;           ///< callers turned away since the process began
  bool ready = false;
  TimePoint started;
  Instant now{};
};

/// The text that Prometheus reads (exposition format 0.0.4). Totals only: the one thing that labels hold is
/// words of closed lists. docs/api.md has the names.
std::string metrics_text(const MetricSources& sources);

}  // namespace latchkey::surface
