#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/keyed_hash.h"
#include "job/life.h"
#include "ledger/facts.h"
#include "ledger/finding.h"
#include "ledger/id_table.h"
#include "ledger/rows.h"
#include "ledger/subject_traces.h"

namespace latchkey::ledger {

/// What the entries say of every job, followed by the table of job/life.h, to be compared with the rows of
/// the jobs table. Feed it the entries in their order, then each row, then finish(). About 136 bytes a job.
class JobTraces {
 public:
  JobTraces(Findings& findings, SubjectTraces& subjects, const KeyedHash& hash)
      : findings_(findings), subjects_(subjects), hash_(hash) {}

  /// An entry with a requestId. `t` is its time, `clock` what the clock showed.
  void follow(const Facts& entry, EntryType type, std::int64_t seq, TimePoint t, TimePoint clock);
  /// A daemon.start: the leases of this epoch count from now on.
  void daemon_started(std::int64_t epoch) { epoch_ = epoch; }
  /// A clock.jump, which moves planned times without an entry for each.
  void clock_jumped() { ++jumps_; }
  /// Compares a row with what its job's entries lead to.
  void compare(const JobRow& row);
  /// What pruning has left of a job stands for its row.
  void compare(const PrunedRow& row);
  /// Every job must have a row or a pruned one.
  void finish();

  std::int64_t size() const { return traces_.size(); }
  /// Calls and hand-overs under way: intents of running jobs that have no result yet.
  std::int64_t under_way() const { return under_way_; }

 private:
  // Small types, since there are millions.
  struct Trace {
    std::int64_t last_seq = 0;
    std::int64_t open_seq = 0;    // the intent that waits for its result
    std::int64_t created_at = 0;  // milliseconds, as all times here
    std::int64_t due_at = 0;      // as last planned by an entry
    std::int64_t expires_at = 0;
    std::int64_t finished_at = -1;   // -1: not yet
    std::uint64_t batch = 0;         // hash of its name
    std::uint64_t reprocess_of = 0;  // hashes of requestIds, 0: none
    std::uint64_t reprocessed_as = 0;
    SubjectTraces::Number subject = SubjectTraces::kNone;
    std::uint32_t lifetime = 0;
    std::uint32_t attempts = 0;
    std::uint32_t epoch = 0;          // of the latest intent
    std::uint32_t jumps_before = 0;   // clock jumps before it was accepted
    std::uint32_t jumps_planned = 0;  // before due_at was planned
    std::uint8_t state = 0, step = 0, provider = 0, hand_over = 0;
    std::uint8_t outcome = kNothing, code = kNothing;
    bool cancel_requested : 1 = false;
    bool broken : 1 = false;  // its entries contradict each other: said once, the rest would only follow
    bool has_row : 1 = false;
    bool due_known : 1 = true;     // false: some entry moved it without saying where to
    bool was_unknown : 1 = false;  // a mail may have been sent
    bool maybe_sent : 1 = false;   // and no person has decided since
    bool resent : 1 = false;       // and a call was made after it without a person's word
  };
  static constexpr std::uint8_t kNothing = 0xFF;

  void accept(const Facts& entry, std::int64_t seq, TimePoint clock);
  void check_reprocessing(const Facts& entry, std::string_view other, std::int64_t seq);
  void step(Trace& trace, const Facts& entry, EntryType type, std::int64_t seq, TimePoint t);
  bool check_ids(Trace& trace, const Facts& entry, std::int64_t seq);
  bool check_attempt(const Trace& trace, const Facts& entry, EntryType type) const;
  void move(Trace& trace, const Facts& entry, EntryType type, std::int64_t seq);
  void not_allowed(Trace& trace, const Facts& entry, EntryType type, std::int64_t seq);
  static job::Standing standing(const Trace& trace);
  std::uint64_t key_of(std::string_view name) const;

  Findings& findings_;
  SubjectTraces& subjects_;
  KeyedHash hash_;
  IdTable<Trace> traces_;
  std::int64_t epoch_ = 0;
  std::uint32_t jumps_ = 0;
  std::int64_t under_way_ = 0;
};

}  // namespace latchkey::ledger
