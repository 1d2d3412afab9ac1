#pragma once

#include <functional>
#include <string>
#include <vector>

#include "store/store.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"

namespace latchkey::test {

/// A ledger as busy days would leave it, but from a seed: jobs of a few subjects whose entries are mingled,
/// with all that questions ask for, and what people and the daemon do in between.
class RandomLedger {
 public:
  RandomLedger(store::Store& store, FakeClock& clock, std::uint64_t seed)
      : store_(store), clock_(clock), random_(seed) {}

  /// Appends at least `count` entries in transactions of some, the clock moving between them.
  void grow(std::size_t count);

  const std::vector<ledger::Entry>& entries() const { return entries_; }
  const std::vector<store::Subject>& subjects() const { return subjects_; }
  /// A question about some of the members of some entry, so that most have an answer, and now and then about
  /// another one's.
  store::EntryFilter filter();
  /// The same about exactly one thing; `which` counts them from 0 to kThings - 1.
  store::EntryFilter filter_of(std::size_t which);
  static constexpr std::size_t kThings = 14;

  /// A number below `end`.
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_.below(end)); }

 private:
  void accept();
  void go_on(job::Job& job);
  void something_else();
  void append(ledger::Entry entry, job::Job* job);
  void ask(store::EntryFilter& filter, std::size_t which, const ledger::Entry& about);

  store::Store& store_;
  FakeClock& clock_;
  SeededRandom random_;
  std::vector<ledger::Entry> entries_;
  std::vector<store::Subject> subjects_;
  std::vector<job::Job> jobs_;
};

/// Whether an entry answers a question, by the words of the contract alone; the cursor is left out.
bool answers(const store::EntryFilter& filter, const ledger::Entry& entry);

/// The seqs of the entries that answer it, in its order and from its cursor on.
std::vector<std::int64_t> naive_answer(const store::EntryFilter& filter,
                                       const std::vector<ledger::Entry>& entries);

/// What a question is about, for a message.
std::string words_of(const store::EntryFilter& filter);

}  // namespace latchkey::test
