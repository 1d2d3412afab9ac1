#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/error.h"
#include "base/text.h"

namespace latchkey {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSecretFileMax = 64 * 1024;
constexpr std::size_t kChunk = 64 * 1024;

/// An open file, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

[[noreturn]] void fail(const fs::path& path, const char* what) {
  throw Error(path.string() + ": " + what + ": " + std::generic_category().message(errno));
}

int open_or_fail(const fs::path& path, int flags, const char* what) {
  int fd = open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) fail(path, what);
  return fd;
}

/// Whether systemd put this file there for our service; nobody but the service and root can enter that
/// folder.
bool is_credential(const fs::path& path) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) return false;
  std::error_code missing;
  const fs::path parent = fs::canonical(path, missing).parent_path();
  return !missing && parent == fs::canonical(folder, missing) && !missing;
}

void require_private(const struct stat& status, const fs::path& path, const std::string& field) {
  if (!S_ISREG(status.st_mode)) throw InputError("invalid_request", field, path.string() + " is not a file");
  mode_t forbidden = S_IRWXG | S_IRWXO;
  if (is_credential(path)) forbidden &= ~static_cast<mode_t>(S_IRGRP);
  if ((status.st_mode & forbidden) == 0) return;
  throw InputError("invalid_request", field,
                   path.string() + " is open to others: chmod 600 " + path.string());
}

/// Appends what is left of the file to `into`, whose capacity grows only when it has to.
void read_rest(int fd, std::string& into, const fs::path& path, std::size_t most) {
  for (;;) {
    const std::size_t size = into.size();
    if (size > most) throw Error(path.string() + ": larger than " + std::to_string(most) + " bytes");
    const std::size_t wanted = std::min(kChunk, most + 1 - size);
    into.resize(size + wanted);
    ssize_t got = read(fd, into.data() + size, wanted);
    into.resize(size + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) return;
    if (got < 0 && errno != EINTR) fail(path, "cannot be read");
  }
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) fail(path, "cannot be written");
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

// What root writes for a daemon that runs as another user must stay that user's.
void keep_owner(int file, const fs::path& path, const fs::path& of) {
  struct stat owner {};
  if (geteuid() != 0 || stat(of.c_str(), &owner) != 0) return;
  if (fchown(file, owner.st_uid, owner.st_gid) != 0) fail(path, "cannot be given to its owner");
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// A new name in a folder lasts once the folder is synced, too.
void sync_folder_of(const fs::path& path) {
  const fs::path folder = folder_of(path);
  Descriptor entry(open_or_fail(folder, O_RDONLY | O_DIRECTORY, "cannot be opened"));
  if (fsync(entry.get()) != 0) fail(folder, "cannot be synced to disk");
}

/// Wipes a string on every way out.
struct WipedString {
  std::string text;
  ~WipedString() { wipe(text); }
};

}  // namespace

std::string read_file(const fs::path& path, std::size_t most) {
  Descriptor file(open_or_fail(path, O_RDONLY, "cannot be opened"));
  std::string text;
  read_rest(file.get(), text, path, most);
  return text;
}

Secret read_secret_file(const fs::path& path, const std::string& field) {
  // Checked on the open file, so that nobody can exchange it between the check and the reading.
  Descriptor file(open_or_fail(path, O_RDONLY | O_NONBLOCK, "cannot be opened"));
  struct stat status {};
  if (fstat(file.get(), &status) != 0) fail(path, "cannot be examined");
  require_private(status, path, field);

  WipedString read;
  read.text.reserve(kSecretFileMax + 1);  // a buffer that had to grow would leave pieces of the secret behind
  read_rest(file.get(), read.text, path, kSecretFileMax);
  std::string_view secret = trim(read.text);
  if (secret.empty()) throw InputError("invalid_request", field, path.string() + " is empty");
  return Secret(secret);
}

void require_private(const fs::path& path, const std::string& field) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail(path, "cannot be opened");
  require_private(status, path, field);
}

void create_private_file(const fs::path& path, std::string_view bytes) {
  Descriptor file(open_or_fail(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "cannot be created"));
  try {
    write_all(file.get(), bytes, path);
    if (fsync(file.get()) != 0) fail(path, "cannot be synced to disk");
  } catch (const Error&) {
    unlink(path.c_str());  // half a key is worse than none
    throw;
  }
  sync_folder_of(path);
}

void replace_file(const fs::path& path, std::string_view bytes, unsigned mode) {
  const fs::path next = path.string() + ".new";
  unlink(next.c_str());  // of a process that was killed here
  Descriptor file(open_or_fail(next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "cannot be created"));
  try {
    if (fchmod(file.get(), static_cast<mode_t>(mode)) != 0) fail(next, "cannot be given its mode");
    keep_owner(file.get(), next, fs::exists(path) ? path : folder_of(path));
    write_all(file.get(), bytes, next);
    if (fsync(file.get()) != 0) fail(next, "cannot be synced to disk");
    if (rename(next.c_str(), path.c_str()) != 0) fail(path, "cannot be replaced");
  } catch (const Error&) {
    unlink(next.c_str());
    throw;
  }
  sync_folder_of(path);
}

void append_line(const fs::path& path, std::string_view line) {
  Descriptor file(open_or_fail(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, "cannot be opened"));
  if (fchmod(file.get(), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) != 0) fail(path, "cannot be given its mode");
  const off_t size = lseek(file.get(), 0, SEEK_END);
  if (size == 0) keep_owner(file.get(), path, folder_of(path));
  char last = '\n';
  if (size < 0 || (size > 0 && pread(file.get(), &last, 1, size - 1) != 1)) fail(path, "cannot be read");
  std::string text = last == '\n' ? "" : "\n";
  text += line;
  text += '\n';
  write_all(file.get(), text, path);
  if (fsync(file.get()) != 0) fail(path, "cannot be synced to disk");
  if (size == 0) sync_folder_of(path);
}

std::optional<std::string> read_file_end(const fs::path& path, std::size_t most) {
  std::error_code error;
  if (!fs::exists(path, error) && !error) return std::nullopt;
  Descriptor file(open_or_fail(path, O_RDONLY, "cannot be opened"));
  const off_t size = lseek(file.get(), 0, SEEK_END);
  const off_t begin = std::max<off_t>(0, size - static_cast<off_t>(most));
  if (size < 0 || lseek(file.get(), begin, SEEK_SET) < 0) fail(path, "cannot be read");
  std::string text;
  read_rest(file.get(), text, path, most + kChunk);  // it may have grown meanwhile
  return text;
}

}  // namespace latchkey
