#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "engine/settings.h"
#include "job/recipients_file.h"
#include "store/store.h"

namespace latchkey::engine {

/// What the import of a file works with. Nothing here may be used by another thread meanwhile.
struct ImportParts {
  store::Store& store;
  Clock& clock;
  Random& random;
  const Settings& settings;
  std::string actor;
  /// Called between two transactions, for about as long as another writer needs to get its turn; SQLite's
  /// write lock knows no queue.
  std::function<void()> let_others_write;
  /// Called after each transaction with the number of rows stored so far.
  std::function<void(std::size_t)> progress;
};

/// What became of one row.
struct ImportedRow {
  std::string request_id;
  job::State state = job::State::Queued;
  TimePoint due_at;
  TimePoint expires_at;
  std::int64_t seq = 0;  ///< the job's latest entry
  bool created = true;   ///< false: the job was there already
};

/// Asks the door about every row before anything is stored: what it rejects goes from `good` to `broken`,
/// with its line. Reads only. Throws InputError provider_off or no_handover, which hold for the whole file.
/// Rows that the provider's limit cannot admit while they are fresh are not broken and stay in `good`: to
/// leave some customers out because of where they stand in a file would be wrong. What is returned is the one
/// rejection for all of them, to be thrown unless something else is wrong first; it says what pacing would
/// make of the file.
std::optional<InputError> check_at_door(const ImportParts& parts, job::RecipientsFile& file);

/// Stores the good rows, in their order. A file of at most kSmallImport rows is one transaction. A larger one
/// is several of at most 50 ms whose jobs become takeable with the last: until then nothing of it is sent,
/// and if it ends early nothing ever is, unless the same file is imported again. Throws StoreBusy, Error, or
/// the InputError of a row that the door rejects only now because others have filled the queue meanwhile.
std::vector<ImportedRow> store_rows(const ImportParts& parts, const job::RecipientsFile& file);

inline constexpr std::size_t kSmallImport = 500;

}  // namespace latchkey::engine
