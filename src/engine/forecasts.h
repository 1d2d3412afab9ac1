#pragma once

#include <array>
#include <optional>

#include "engine/settings.h"
#include "job/slots.h"
#include "store/store.h"

namespace latchkey::engine {

/// When the gates will admit what is queued, for the length of one transaction or one import. Reads the queue
/// only when somebody asks and only for a provider with a limit.
class Forecasts {
 public:
  Forecasts(store::Store& store, const Settings& settings, TimePoint now)
      : store_(store),
        settings_(settings),
        now_(now),
        calls_of_mail_(settings.calls_of(job::HandOver::Email)) {}

  /// Whether a job that is due then and makes so many calls at once can be called while it is fresh, and so
  /// can all that it pushes back, which is taken to have the same lifetime.
  bool can_be_fresh(job::Provider provider, TimePoint due, Millis lifetime, int calls = 1);
  /// The first time from `due` on at which the gate has nothing else to do: a job that is due then goes at
  /// once, and pushes nothing back.
  TimePoint first_free(job::Provider provider, TimePoint due, int calls = 1);
  /// A job that is due then and makes so many calls has been queued.
  void take(job::Provider provider, TimePoint due, int calls = 1);
  /// When the gate is likely to let a queued job of this dueAt go, given what is queued: the last of those
  /// with this dueAt. nullopt while the provider is paused.
  std::optional<TimePoint> admission(job::Provider provider, TimePoint due);
  /// What was taken has not been stored after all: reads the queue anew.
  void forget() { known_ = {}; }

 private:
  struct Known {
    job::Slots slots;
    TimePoint until;  // due times up to here are in it
  };
  job::Slots& slots(job::Provider provider, TimePoint due);

  store::Store& store_;
  const Settings& settings_;
  TimePoint now_;
  int calls_of_mail_;
  std::array<std::optional<Known>, job::kProviders.size()> known_;
};

}  // namespace latchkey::engine
