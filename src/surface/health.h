#pragma once

#include <string>
#include <vector>

#include "engine/published_checkpoint.h"
#include "engine/pulse.h"
#include "surface/figures.h"

namespace latchkey::surface {

/// What somebody who watches should know, without an id or a person's words.
struct HealthNote {
  std::string code;  ///< stable, for programs; docs/api.md lists them
  std::string message;
};

/// Whether requests are stored and jobs are sent, and what is to be mended before it hurts.
struct Health {
  std::vector<HealthNote> reasons;  ///< why not; empty: it is ready
  std::vector<HealthNote> warnings;
};

/// Judges what is known at `now`.
Health judge_health(const engine::Pulse::State& pulse, const engine::PublishedCheckpoint::State& published,
                    const Figures& figures, const Instant& now);

}  // namespace latchkey::surface
