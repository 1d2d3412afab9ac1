#pragma once

#include <cstdint>
#include <filesystem>

namespace latchkey {

/// Disk space kept for the moment when there is no other: a file of real blocks that is given up so that what
/// must be written can be.
class ReserveFile {
 public:
  ReserveFile(std::filesystem::path path, std::int64_t bytes);

  /// Makes the file whole where it is missing or short. False when there is no room for it; never throws.
  bool fill();
  bool whole() const { return whole_; }
  /// Gives its space back to the disk.
  void free();

 private:
  std::filesystem::path path_;
  std::int64_t bytes_;
  bool whole_ = false;
};

}  // namespace latchkey
