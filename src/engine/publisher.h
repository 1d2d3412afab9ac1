#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "engine/origins.h"
#include "engine/published_checkpoint.h"
#include "store/anchors.h"
#include "store/store.h"

namespace latchkey::engine {

/// Signs and publishes checkpoints of what is durable: commit, sign, publish, in this order, so that no
/// checkpoint is ever ahead of the database. Belongs to the thread of its store and is never used inside a
/// transaction. Whoever has one holds the signing key and the anchors.
///
/// Before it publishes it compares the database with every anchor: AnchorMismatch means that published
/// entries are gone or different, and nothing may go on under this origin.
class Publisher {
 public:
  /// `complain` is told, at most once a minute, why nothing could be published. `shown` is told of all that
  /// was, and whether the last try has failed; nullptr: nobody is.
  Publisher(store::Store& store, store::Anchors& anchors, const Secret& signing_key,
            std::function<void(const std::string&)> complain = {}, PublishedCheckpoint* shown = nullptr);

  /// Throws AnchorMismatch; Error when the anchors cannot be reached.
  void compare();

  /// At most once a second: looks whether the database is still the file that was opened, and publishes if
  /// the ledger has grown. Anchors that cannot be reached are told of in the log and tried again; the ledger
  /// goes on meanwhile.
  /// Returns whether it has written to the database.
  bool tick(const Instant& now);

  /// Publishes the last word of a daemon; troubles as with tick().
  void stop(const Instant& now);

  /// Compares, publishes and logs at once. `why` as in ledger::AnchorLine. Returns the note.
  std::string publish(TimePoint now, const std::string& why);

  /// Publishes for the first time under the origin that a fork has just given. Throws as publish().
  std::string publish_fork(TimePoint now);

  const std::string& origin() const { return origins_.back().name; }

 private:
  ledger::ReadNode nodes();
  void compare(const store::Anchored& anchored, std::int64_t size);
  std::string publish_unchecked(TimePoint now, const std::string& why);
  std::string sign(std::int64_t size);
  void publish_note(const std::string& note, std::int64_t size, TimePoint now);
  void or_complain(const Instant& now, const std::function<void()>& work);

  store::Store& store_;
  store::Anchors& anchors_;
  const Secret& signing_key_;
  std::vector<Origin> origins_;
  std::string public_key_;
  std::function<void(const std::string&)> complain_;
  PublishedCheckpoint* shown_;
  std::int64_t published_ = 0;  // size of the last one
  std::int64_t logged_ = 0;     // size of the last one in the log
  std::optional<Instant> logged_at_;
  Millis next_look_{0};       // boot time
  Millis next_complaint_{0};  // boot time
};

}  // namespace latchkey::engine
