#include "base/reserve_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace latchkey {

ReserveFile::ReserveFile(std::filesystem::path path, std::int64_t bytes)
    : path_(std::move(path)), bytes_(bytes) {}

bool ReserveFile::fill() {
  const int file = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0) return whole_ = false;
  // Blocks, not only a size: a file with holes would reserve nothing.
  whole_ = posix_fallocate(file, 0, static_cast<off_t>(bytes_)) == 0;
  if (!whole_ && ftruncate(file, 0) != 0) unlink(path_.c_str());  // half a reserve only takes room away
  close(file);
  return whole_;
}

void ReserveFile::free() {
  unlink(path_.c_str());
  whole_ = false;
}

}  // namespace latchkey
