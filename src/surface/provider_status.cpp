#include "surface/provider_status.h"

#include "base/time_text.h"

namespace latchkey::surface {

std::string_view name(Opening opening) {
  switch (opening) {
    case Opening::Off:
      return "off";
    case Opening::Paused:
      return "paused";
    case Opening::Waiting:
      return "waiting";
    case Opening::Open:
      return "open";
  }
  return "";
}

Opening opening_of(const job::Gate& gate, bool on, TimePoint now) {
  if (!on) return Opening::Off;
  if (gate.paused) return Opening::Paused;
  return gate.wait_until && *gate.wait_until > now ? Opening::Waiting : Opening::Open;
}

std::int64_t ProviderStatus::jobs(job::State state) const {
  for (const auto& [key, count] : counts) {
    if (key == std::pair(provider, state)) return count;
  }
  return 0;
}

ProviderStatus provider_status(store::Store& store, const engine::ProviderSettings& settings,
                               job::Provider provider, const JobCounts& counts, TimePoint now) {
  const job::Gate gate = store.gate(provider);
  return {provider, settings.rate, gate, opening_of(gate, settings.on, now), counts};
}

OrderedJson provider_json(const ProviderStatus& status) {
  const job::Gate& gate = status.gate;
  const bool paused = gate.paused;
  const OrderedJson nothing(nullptr);
  return {{"provider", job::name(status.provider)},
          {"on", status.opening != Opening::Off},
          {"rate", status.rate.text},
          {"burst", status.rate.burst},
          {"gate", name(status.opening)},
          {"paused", paused},
          {"pausedAt", paused ? OrderedJson(format_utc(gate.paused_at)) : nothing},
          {"pausedBy", paused ? OrderedJson(gate.paused_by) : nothing},
          {"reason", paused ? OrderedJson(gate.pause_reason) : nothing},
          {"code", gate.pause_code ? OrderedJson(job::name(*gate.pause_code)) : nothing},
          {"waitUntil", gate.wait_until ? OrderedJson(format_utc(*gate.wait_until)) : nothing},
          {"queued", status.jobs(job::State::Queued)},
          {"running", status.jobs(job::State::Running)},
          {"held", status.jobs(job::State::Held)}};
}

}  // namespace latchkey::surface
