#include "ledger/checkpoint_check.h"

#include <algorithm>

#include "base/encoding.h"

namespace latchkey::ledger {
namespace {

class OneByOne {
 public:
  OneByOne(const CheckedLedger& ledger, const std::optional<VerifierKey>& key, Findings& findings)
      : ledger_(ledger), key_(key), findings_(findings) {}

  void check(const FoundCheckpoint& found) {
    const auto claimed = claimed_checkpoint(found.note);
    if (!claimed) {
      findings_.add("E_ANCHOR", std::nullopt, "", found.where + " is no checkpoint");
      return;
    }
    // A checkpoint stands in the database and in the log of the anchors, and the newest in a file, too.
    if (!seen_.insert(checkpoint_hash(found.note)).second) return;
    if (key_ && !verified_checkpoint(found.note, {claimed->origin, key_->public_key})) {
      findings_.add("E_SIGNATURE", std::nullopt, "", found.where + ": its signature is not by the key");
      return;
    }
    const Origins::Reign* reign = ledger_.origins.find(claimed->origin);
    if (reign == nullptr) {
      findings_.add("E_ORIGIN", std::nullopt, "", found.where + " is of a ledger with another name");
      return;
    }
    check_tree(found, *claimed, *reign);
  }

  CheckpointsChecked done() {
    // Anybody who may write the database can write a log.init that gives the past up; only the key's holder
    // can sign under the name it gives.
    if (key_ && checked_.lost_history > 0 && !fork_is_signed_) {
      findings_.add(
          "E_ROLLBACK", std::nullopt, "",
          std::to_string(checked_.lost_history) +
              " checkpoints speak of entries that are gone, and none signed under the ledger's present "
              "name says that they were given up");
    }
    return checked_;
  }

 private:
  void check_tree(const FoundCheckpoint& found, const Checkpoint& claimed, const Origins::Reign& reign) {
    if (reign.to && claimed.size > *reign.to) {
      ++checked_.lost_history;
      return;
    }
    if (claimed.size > ledger_.size) {
      findings_.add("E_ROLLBACK", std::nullopt, "",
                    "database size " + std::to_string(ledger_.size) + " < " +
                        (found.anchor ? "anchored" : "signed") + " size " + std::to_string(claimed.size) +
                        " (" + found.where + ")");
      return;
    }
    const auto root = ledger_.root_of(claimed.size);
    if (claimed.size <= reign.from || root != claimed.root) {
      findings_.add("E_ROOT", std::nullopt, "",
                    "size=" + std::to_string(claimed.size) + " checkpoint root " +
                        to_base64(bytes_of(claimed.root)) + " recomputed " +
                        (root ? to_base64(bytes_of(*root)) : "none") + " (" + found.where + ")");
      return;
    }
    fork_is_signed_ = fork_is_signed_ || !reign.to;
    ++(key_ ? checked_.good : checked_.not_signed_for);
    checked_.largest = std::max(checked_.largest, claimed.size);
  }

  const CheckedLedger& ledger_;
  const std::optional<VerifierKey>& key_;
  Findings& findings_;
  CheckpointsChecked checked_;
  bool fork_is_signed_ = false;  // a checkpoint under the ledger's present name holds
  std::set<std::string> seen_;   // hashes of notes
};

}  // namespace

std::set<std::int64_t> sizes_of(const std::vector<FoundCheckpoint>& found) {
  std::set<std::int64_t> sizes;
  for (const FoundCheckpoint& one : found) {
    if (const auto claimed = claimed_checkpoint(one.note)) sizes.insert(claimed->size);
  }
  return sizes;
}

CheckpointsChecked check_checkpoints(const std::vector<FoundCheckpoint>& found, const CheckedLedger& ledger,
                                     const std::optional<VerifierKey>& key, Findings& findings) {
  OneByOne check(ledger, key, findings);
  const std::string current = ledger.origins.current();
  if (key && key->name != current && !current.empty()) {
    findings.add("E_ORIGIN", std::nullopt, "",
                 ledger.origins.find(key->name) == nullptr
                     ? "the key is for a ledger with another name"
                     : "the key is for a name that the ledger has given up; it calls itself " + current +
                           " now: was that a restore that you know of?");
  }
  for (const FoundCheckpoint& one : found) check.check(one);
  return check.done();
}

}  // namespace latchkey::ledger
