#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

/// A lock that one process on this machine can hold, and a few lines that it shows to the others. The kernel
/// drops the lock when the process ends, however it ends; the file stays, and what a dead holder left in it
/// counts for nothing.
///
/// An open file description lock (fcntl F_OFD_SETLK) and not flock: others can ask who holds it without
/// taking it for a moment, which could make a daemon that is just starting believe that another one runs.
class FileLock {
 public:
  /// Creates the file (0600) where it is missing, takes the lock at once, and writes "pid N". Throws
  /// DaemonRunning naming the holder's pid, or Error when the file cannot be used.
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// Replaces what the holder shows; at most a few lines. Throws Error.
  void write_content(std::string_view text);

  /// What the present holder shows; nullopt when nobody holds the lock. Throws Error when the file is there
  /// but cannot be read.
  static std::optional<std::string> read_content(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

/// The value of the line "NAME VALUE" in such content, e.g. `pid` or `api`.
std::optional<std::string> content_line(std::string_view content, std::string_view name);

}  // namespace latchkey
