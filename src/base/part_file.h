#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace latchkey {

/// A file that is at its path only when it is whole: written as PATH.part with mode 0600, synced to disk and
/// moved there at the end. A PartFile that goes before that takes what was written with it.
class PartFile {
 public:
  /// Throws Error when PATH.part cannot be created; also when it is there, as someone else may be writing it.
  explicit PartFile(std::filesystem::path path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  /// Keeps up to a MiB back. Throws Error, e.g. when the disk is full.
  void write(std::string_view bytes);
  /// Ends the file and moves it to its path, where nothing may be. Throws Error.
  void publish();

 private:
  void flush();

  const std::filesystem::path path_;
  const std::filesystem::path part_;
  int file_ = -1;
  std::string kept_;
};

}  // namespace latchkey
