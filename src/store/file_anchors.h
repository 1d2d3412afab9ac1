#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/file_lock.h"
#include "store/anchors.h"

namespace latchkey::store {

/// Anchors in a folder: `checkpoint` and `checkpoints.log`, and one line to the system's log (journald or
/// syslog) for each line of the latter. Holds the folder's lock for as long as it lives: one publishes at a
/// time.
class FileAnchors final : public Anchors {
 public:
  /// Throws DaemonRunning when somebody else publishes there, Error when the folder cannot be used.
  explicit FileAnchors(const std::filesystem::path& folder);

  std::vector<Anchored> newest() override { return newest_in(folder_); }
  void publish(const std::string& note) override;
  void log(const ledger::AnchorLine& line) override;

  /// The same without the lock, for who only reads.
  static std::vector<Anchored> newest_in(const std::filesystem::path& folder);
  /// The note in the `checkpoint` file; nullopt when there is none yet.
  static std::optional<std::string> checkpoint_in(const std::filesystem::path& folder);

 private:
  std::filesystem::path folder_;
  FileLock lock_;
};

}  // namespace latchkey::store
