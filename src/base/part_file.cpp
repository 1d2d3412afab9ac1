#include "base/part_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace latchkey {
namespace {

constexpr std::size_t kPartKeptMax = 1024 * 1024;

[[noreturn]] void part_failed(const std::filesystem::path& path, const char* what) {
  throw Error(path.string() + ": " + what + ": " + std::generic_category().message(errno));
}

void sync_folder_around(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  errno = error;
  if (!synced) part_failed(folder, "cannot be synced to disk");
}

}  // namespace

PartFile::PartFile(std::filesystem::path path)
    : path_(std::move(path)), part_(std::filesystem::path(path_) += ".part") {
  file_ = open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file_ >= 0) return;
  if (errno != EEXIST) part_failed(part_, "cannot be created");
  throw Error(
      part_.string() +
      " is there: it is being written, or was left by a run that ended early; in that case remove it");
}

PartFile::~PartFile() {
  if (file_ < 0) return;
  close(file_);
  unlink(part_.c_str());
}

void PartFile::write(std::string_view bytes) {
  kept_.append(bytes);
  if (kept_.size() > kPartKeptMax) flush();
}

void PartFile::flush() {
  std::string_view rest = kept_;
  while (!rest.empty()) {
    const ssize_t count = ::write(file_, rest.data(), rest.size());
    if (count < 0 && errno != EINTR) part_failed(part_, "cannot be written");
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
  }
  kept_.clear();
}

void PartFile::publish() {
  flush();
  if (fsync(file_) != 0) part_failed(part_, "cannot be synced to disk");
  if (renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
    part_failed(path_, "cannot be put in its place");
  }
  close(file_);
  file_ = -1;
  sync_folder_around(path_);
}

}  // namespace latchkey
