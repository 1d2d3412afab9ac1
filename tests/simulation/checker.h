#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/attempt.h"
#include "engine/settings.h"
#include "job/job.h"
#include "ledger/entry.h"
#include "store/store.h"

namespace latchkey::test {

/// A request that reached a provider in the simulated world.
struct Wire {
  std::string request_id;
  int attempt = 0;
  job::Provider provider = job::Provider::Mayar;
  TimePoint wall;
  Millis elapsed{0};  ///< time that has really passed, whatever anybody set a clock to
};

/// Watches the guarantees of docs/ARCHITECTURE.md from outside: it knows what was acknowledged and what
/// reached the providers, reads the ledger as it grows, and throws std::logic_error with one sentence at the
/// first thing that must never be.
class Checker {
 public:
  explicit Checker(const engine::Settings& settings) : settings_(settings) {}

  /// By how much the clock may be off unseen, because it is set in steps too small for the engine to notice
  /// each.
  void tolerate(Millis unseen) { unseen_ = unseen; }

  /// The caller was told that this request is stored.
  void acknowledged(const std::string& request_id) { acknowledged_.insert(request_id); }
  /// Reads new entries and compares them, the job rows they touch, and what was acknowledged.
  void look(store::Store& store);
  /// Notes which jobs have become due by the wall clock, and when.
  void pass_time(TimePoint wall, Millis elapsed);
  /// An attempt was dispatched: its intent must be durable by now, and its gate open. `store` is another
  /// connection.
  void dispatched(store::Store& store, const engine::Attempt& attempt, const Instant& now, Millis elapsed);
  /// The clock was set while no daemon could see it: what has passed meanwhile cannot be known.
  void clock_was_set_unseen();
  /// A request is about to reach a provider.
  void wire(const Wire& wire);
  /// A link reached a caller.
  void handed_over(const std::string& request_id, const std::string& link);
  /// Nothing runs any more: every job has ended or waits for a person.
  void finished(store::Store& store);

  std::size_t wires() const { return wires_.size(); }
  std::size_t entries() const { return static_cast<std::size_t>(next_seq_); }
  const std::map<std::string, int>& counts() const { return counts_; }

 private:
  struct History {
    job::Standing standing;
    std::int64_t last_seq = 0;
    TimePoint due_at;
    TimePoint expires_at;
    std::optional<Millis> due_since;  // elapsed time at which it was seen to be due
    job::Provider provider = job::Provider::Mayar;
    job::HandOver hand_over = job::HandOver::None;
    int intents = 0;
    int results = 0;
    int unknown = 0;          // results that leave it open whether something was sent
    int repeats_allowed = 0;  // a person's releases
    bool hand_over_begun = false;
  };
  void read(const ledger::Entry& entry);
  void follow(History& history, const ledger::Entry& entry);
  void check_intent(History& history, const ledger::Entry& entry);
  void check_given_up(const History& history, const ledger::Entry& entry) const;

  const engine::Settings& settings_;
  Millis unseen_{0};
  std::set<std::string> acknowledged_;
  std::map<std::string, History> jobs_;
  std::set<std::pair<std::string, int>> wires_;
  std::map<std::string, std::string> links_;  // link -> requestId
  std::map<std::string, int> counts_;         // what happened how often, for a person to read
  std::int64_t next_seq_ = 0;
  TimePoint last_time_;
  std::array<std::optional<Millis>, job::kProviders.size()> last_admission_;
};

}  // namespace latchkey::test
