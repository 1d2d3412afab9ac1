#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ledger/entry_indexes.h"
#include "ledger/rows.h"
#include "ledger/tree_check.h"

namespace latchkey::store {

/// A part of the database cannot be read because it is damaged: what verification finds, not why it fails.
class Damaged : public Error {
 public:
  using Error::Error;
};

/// Rows one after the other, as they stand. Views in a row hold until the next one is read.
template <typename Row>
class Rows {
 public:
  virtual ~Rows() = default;
  /// False at the end. Throws Damaged, or Error when the file cannot be read.
  virtual bool next(Row& row) = 0;
};

/// A row of the ledger table.
struct EntryRow {
  std::int64_t seq = 0;
  std::string_view bytes;
};

/// A row of the checkpoints table.
struct CheckpointRow {
  std::int64_t id = 0;
  std::int64_t size = 0;
  std::string_view note;
};

/// Reads a ledger for verification: everything as it stands, nothing interpreted, nothing written, no lock
/// taken that a daemon would notice. One snapshot of the database, one thread. Rows must be gone before it
/// is.
class Evidence {
 public:
  virtual ~Evidence() = default;

  /// How many entries this snapshot has by its last one; a snapshot taken later has at least these.
  virtual std::int64_t size() = 0;
  /// By seq, up to `size`.
  virtual std::unique_ptr<Rows<EntryRow>> entries(std::int64_t size) = 0;
  virtual std::optional<std::string> entry(std::int64_t seq) = 0;
  /// All rows of an index over the entries, as they lie in it.
  virtual std::unique_ptr<Rows<ledger::IndexRow>> index(ledger::EntryIndex index) = 0;
  /// By index, those below `count`; the tree of this very snapshot must be asked for to see what is beyond.
  virtual std::unique_ptr<Rows<ledger::NodeRow>> nodes(std::optional<std::int64_t> below) = 0;
  /// The largest index there is, -1 for none.
  virtual std::int64_t last_node() = 0;
  virtual std::unique_ptr<Rows<CheckpointRow>> checkpoints() = 0;
  virtual std::unique_ptr<Rows<ledger::JobRow>> jobs() = 0;
  virtual std::unique_ptr<Rows<ledger::SubjectRow>> subjects() = 0;
  virtual std::unique_ptr<Rows<ledger::PrunedRow>> pruned_jobs() = 0;

  /// What the database's own check of its pages, tables and indexes says, at most a hundred lines for each.
  /// Not whether the indexes over the entries have the right rows: index() gives them.
  virtual std::vector<std::string> integrity_faults() = 0;
  /// Tables, indexes and triggers that are not those of a new database of this program.
  virtual std::vector<std::string> schema_faults() = 0;
};

/// Opens one more snapshot of the same database, taken now. Called from any thread.
using OpenEvidence = std::function<std::unique_ptr<Evidence>()>;

}  // namespace latchkey::store
