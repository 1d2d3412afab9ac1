#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/error.h"
#include "base/text.h"

namespace latchkey {
namespace {

[[noreturn]] void fail_on(const std::filesystem::path& path, const char* what) {
  throw Error(path.string() + ": " + what + ": " + std::generic_category().message(errno));
}

struct flock whole_file(short type) {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  return range;
}

std::string read_start(int file, const std::filesystem::path& path) {
  std::array<char, 512> bytes{};
  const ssize_t count = pread(file, bytes.data(), bytes.size(), 0);
  if (count < 0) fail_on(path, "cannot be read");
  return {bytes.data(), static_cast<std::size_t>(count)};
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path) : path_(path) {
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file_ < 0) fail_on(path, "cannot be opened");
  // One that root makes in somebody's folder must be theirs to take later.
  struct stat folder {};
  struct stat own {};
  if (geteuid() == 0 && stat(path.parent_path().c_str(), &folder) == 0 && fstat(file_, &own) == 0 &&
      own.st_size == 0 && fchown(file_, folder.st_uid, folder.st_gid) != 0) {
    fail_on(path, "cannot be given to its folder's owner");
  }
  struct flock range = whole_file(F_WRLCK);
  if (fcntl(file_, F_OFD_SETLK, &range) == 0) {
    try {
      write_content("pid " + std::to_string(getpid()) + "\n");
    } catch (...) {
      close(file_);
      throw;
    }
    return;
  }
  const int error = errno;
  const std::string pid = content_line(read_start(file_, path), "pid").value_or("?");
  close(file_);
  errno = error;
  if (error != EAGAIN && error != EACCES) fail_on(path, "cannot be locked");
  throw DaemonRunning("another Latchkey process (pid " + shown(pid) + ") holds " + path.string());
}

FileLock::~FileLock() {
  close(file_);
}

void FileLock::write_content(std::string_view text) {
  // Written over the old text and then cut, so that a reader never finds the file empty.
  const auto size = static_cast<ssize_t>(text.size());
  if (pwrite(file_, text.data(), text.size(), 0) != size || ftruncate(file_, size) != 0) {
    fail_on(path_, "cannot be written");
  }
}

std::optional<std::string> FileLock::read_content(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail_on(path, "cannot be opened");
  }
  struct flock range = whole_file(F_RDLCK);
  const bool asked = fcntl(file, F_OFD_GETLK, &range) == 0;
  std::optional<std::string> content;
  if (asked && range.l_type != F_UNLCK) content = read_start(file, path);
  close(file);
  if (!asked) fail_on(path, "cannot be looked at");
  return content;
}

std::optional<std::string> content_line(std::string_view content, std::string_view name) {
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    const std::string_view line = content.substr(0, end);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ') {
      return std::string(line.substr(name.size() + 1));
    }
    content = end == std::string_view::npos ? std::string_view() : content.substr(end + 1);
  }
  return std::nullopt;
}

}  // namespace latchkey
