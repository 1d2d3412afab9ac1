#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/keyed_hash.h"
#include "job/names.h"
#include "ledger/facts.h"
#include "ledger/finding.h"
#include "ledger/id_table.h"
#include "ledger/rows.h"

namespace latchkey::ledger {

/// What the entries say of every subject, to be compared with the rows of the subjects table. Feed it the
/// entries in their order, then each row, then finish().
class SubjectTraces {
 public:
  using Number = IdTable<int>::Number;
  static constexpr Number kNone = IdTable<int>::kNone;

  SubjectTraces(Findings& findings, const KeyedHash& hash) : findings_(findings), hash_(hash) {}

  /// A job.accepted. Gives the subject's number, kNone where the entry names none.
  Number accepted(const Facts& entry, std::int64_t seq);
  /// A subject.erased.
  void erased(const Facts& entry, std::int64_t seq);
  /// The number of a subject that some entry has named; kNone for any other text.
  Number find(std::string_view id) const;
  /// The same as find(id) == number, in half the time.
  bool is(Number number, std::string_view id) const;
  /// Compares a row: its salt, recipient and address for mails must be what the entries are committed to.
  void compare(const SubjectRow& row);
  /// What has no row must have been erased.
  void finish();

 private:
  struct Trace {
    Digest commitment{};  // its bytes
    std::int64_t last_accepted = 0;
    std::uint32_t deliver = kNone;  // place in delivers_ of what its latest mailed job was committed to
    bool erased = false;
    bool has_row = false;
  };
  std::optional<IdKey> key_of(std::string_view id) const;
  void accepted_mail(Trace& trace, const Facts& entry, std::int64_t seq);
  bool is_committed_to(const Trace& trace, const SubjectRow& row, job::Provider provider) const;

  Findings& findings_;
  KeyedHash hash_;
  IdTable<Trace> traces_;
  std::vector<Digest> delivers_;  // beside the traces, since few subjects have one
};

}  // namespace latchkey::ledger
