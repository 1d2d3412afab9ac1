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
#include "simulation/denial_checker.h"
#include "simulation/link_checker.h"
#include "simulation/outbox_checker.h"
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
  explicit Checker(const engine::Settings& settings) : outbox(settings), settings_(settings) {}

  LinkChecker links;
  OutboxChecker outbox;
  DenialChecker denials;

  /// By how much the clock may be off unseen, because it is set in steps too small for the engine to notice
  /// each.
  void tolerate(Millis unseen) { unseen_ = unseen; }

  /// The caller was told that this request is stored.
  void acknowledged(const std::string& request_id) { acknowledged_.insert(request_id); }
  /// Its links are to be mailed there; known before it is stored.
  void mails_go_to(const std::string& request_id, const std::string& address) {
    addresses_[request_id] = address;
  }
  /// Reads new entries and compares them, the job rows they touch, the outbox, and what was acknowledged.
  void look(store::Store& store, const Moment& moment);
  /// Notes which jobs have become due by the wall clock, and when.
  void pass_time(TimePoint wall, Millis elapsed);
  /// An attempt was dispatched: its intent must be durable by now, and its gate open. `store` is another
  /// connection.
  void dispatched(store::Store& store, const engine::Attempt& attempt, const Moment& moment);
  /// The clock was set while no daemon could see it: what has passed meanwhile cannot be known.
  void clock_was_set_unseen();
  /// A request is about to reach a provider.
  void wire(const Wire& wire);
  /// A link reached a caller who waited, or whoever claimed it.
  void replied(store::Store& store, const std::string& request_id, const std::string& link,
               const Moment& moment);
  void claimed(store::Store& store, const std::string& request_id, const std::string& link,
               const Moment& moment);
  /// A mailer was given a mail: its intent must be durable by now.
  void mail_begun(store::Store& store, const engine::Mailing& mailing, const Moment& moment);
  /// A poster was given an event: its lease must be durable by now.
  void post_begun(store::Store& store, const store::Event& event, const Moment& moment);
  /// After a turn: whether this job's link, which is kept in memory, may still be there.
  void link_is_kept(const std::string& request_id, const handover::WaitingLink& link,
                    const Moment& moment) const;
  /// The daemon has ended, in whatever way, and what it has written was looked at.
  void process_ended();
  /// Nothing runs any more: every job has ended or waits for a person.
  void finished(store::Store& store, const Moment& moment);

  std::size_t wires() const { return wires_.size(); }
  std::size_t entries() const { return static_cast<std::size_t>(next_seq_); }
  const std::map<std::string, int>& counts() const { return counts_; }
  void count(const std::string& what) { ++counts_[what]; }

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
    int hand_overs = 0;       // begun
    int hand_over_ends = 0;   // handover.result, link.claimed, link.expired
    int unknown = 0;          // results that leave it open whether something was sent
    int repeats_allowed = 0;  // a person's releases
    std::string subject;
    bool hand_over_begun = false;  // since a person last looked
    bool mail_unknown = false;     // likewise: its customer may have the link
    std::int64_t intent_seq = 0;   // of the open call or hand-over
    TimePoint link_expires_at;     // of the link minted last
  };
  void read(const ledger::Entry& entry, const Moment& moment);
  void accept(const ledger::Entry& entry);
  void follow(History& history, const ledger::Entry& entry);
  void compare(store::Store& store, const std::string& request_id) const;
  void check_hand_over(History& history, const ledger::Entry& entry);
  void check_erased(const std::string& subject) const;
  void check_boundary();
  void check_intent(History& history, const ledger::Entry& entry);
  void check_given_up(const History& history, const ledger::Entry& entry) const;

  const engine::Settings& settings_;
  Millis unseen_{0};
  std::set<std::string> acknowledged_;
  std::map<std::string, std::string> addresses_;  // by requestId
  std::set<std::string> erased_;                  // subjects
  std::set<std::string> erased_now_;              // of these, by what is being looked at
  std::set<std::string> open_;                    // jobs with an open call or hand-over
  std::int64_t boundary_seq_ = 0;                 // the last daemon.start or daemon.stop
  std::map<std::string, History> jobs_;
  std::set<std::pair<std::string, int>> wires_;
  std::map<std::string, int> counts_;  // what happened how often, for a person to read
  std::int64_t next_seq_ = 0;
  TimePoint last_time_;
  struct Admission {
    Millis elapsed{0};
    int calls = 1;
  };
  std::array<std::optional<Admission>, job::kProviders.size()> last_admission_;
};

}  // namespace latchkey::test
