#include "store/file_scan.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/error.h"
#include "base/text.h"
#include "job/names.h"

namespace latchkey::store {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;
constexpr std::size_t kMargin = 2048;  // more than two recipients and what stands before them
constexpr std::string_view kCustomer = "cus_";
constexpr std::size_t kNumberMax = 8;  // bytes of an integer in a record
// Where readers of a WAL database lock its -shm (https://www.sqlite.org/walformat.html section 2.3.1).
constexpr off_t kFirstReadLock = 123;
constexpr off_t kReadLocks = 5;

std::size_t anchor_of(std::string_view text) {
  const std::size_t at = text.find('@');
  return at == std::string_view::npos ? text.find(kCustomer) : at;
}

// What may stand in a recipient; bytes beyond ASCII may, in a domain.
bool is_address_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || std::strchr("!#$%&'*+-/=?^_`{|}~.@", c) != nullptr;
}

bool ends_with_at(std::string_view bytes, std::size_t at, std::string_view end) {
  return at >= end.size() && bytes.substr(at - end.size(), end.size()) == end;
}

// The bytes of an index cell before its recipient say how long the recipient is: the types of provider,
// recipient and subject, then the provider (https://www.sqlite.org/fileformat.html section 2.1).
bool is_index_cell(std::string_view bytes, std::size_t at, std::size_t length) {
  std::string types = "\x17";
  const std::size_t type = 2 * length + 13;
  if (type > 0x7F) types += static_cast<char>(0x80 | (type >> 7));
  types += static_cast<char>(type & 0x7F);
  types += "\x39";
  const auto begins = [&](job::Provider provider) {
    return ends_with_at(bytes, at, to_lower(types) + std::string(job::name(provider)));
  };
  return std::any_of(job::kProviders.begin(), job::kProviders.end(), begins);
}

std::int64_t count_in_file(const std::filesystem::path& path, const Needles& needles) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return 0;  // a database without a -wal
    throw Error(path.string() + " cannot be read");
  }
  std::int64_t copies = 0;
  std::string window;
  std::size_t from = 0;
  std::string chunk(kChunk, '\0');
  for (bool more = true; more;) {
    const ssize_t got = read(file, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(path.string() + " cannot be read");
    more = got > 0;
    window += to_lower(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
    const std::size_t to = more ? window.size() - std::min(window.size(), kMargin) : window.size();
    if (to <= from) continue;
    copies += needles.count(window, from, to);
    const std::size_t done = to - std::min(to, kMargin);
    window.erase(0, done);
    from = to - done;
  }
  close(file);
  return copies;
}

// Another process that reads a snapshot, by its lock. Our parent's own locks are no answer.
std::string snapshot_holder(const std::filesystem::path& path) {
  const int file = open((path.string() + "-shm").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return "";
  pid_t holder = 0;
  for (off_t i = 0; i < kReadLocks && holder <= 0; ++i) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = kFirstReadLock + i;
    lock.l_len = 1;
    const bool locked = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (locked && lock.l_pid != getppid()) holder = lock.l_pid;
  }
  close(file);
  if (holder <= 0) return "";
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(holder) + "/comm"), name);
  return "process " + std::to_string(holder) + (name.empty() ? "" : " (" + shown(name) + ")");
}

// What the child says: the count, a space, the reader. Nothing at all when it could not read.
std::string report(const std::filesystem::path& path, const Needles& needles) {
  try {
    const std::int64_t copies = count_in_file(path, needles) + count_in_file(path.string() + "-wal", needles);
    return std::to_string(copies) + " " + snapshot_holder(path);
  } catch (const std::exception&) {
    return "";
  }
}

}  // namespace

Needles::Needles(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::string lower = to_lower(text);
    const Shape shape{anchor_of(lower), lower.size()};
    LATCHKEY_CHECK(shape.anchor != std::string::npos);
    texts_.insert(lower);
    if (std::find(shapes_.begin(), shapes_.end(), shape) == shapes_.end()) shapes_.push_back(shape);
  }
}

template <typename Found>
void Needles::each_match(std::string_view bytes, std::size_t from, std::size_t to, Found found) const {
  std::size_t mail = bytes.find('@', from);
  std::size_t customer = bytes.find(kCustomer, from);
  for (;;) {
    const std::size_t at = std::min(mail, customer);
    if (at >= to) return;
    (at == mail ? mail : customer) = at == mail ? bytes.find('@', at + 1) : bytes.find(kCustomer, at + 1);
    for (const Shape& shape : shapes_) {
      if (at < shape.anchor || at - shape.anchor + shape.length > bytes.size()) continue;
      const std::size_t begin = at - shape.anchor;
      if (texts_.contains(std::string(bytes.substr(begin, shape.length)))) found(begin, shape.length);
    }
  }
}

bool Needles::holds_one(const std::string& lower) const {
  bool holds = false;
  each_match(lower, 0, lower.size(), [&](std::size_t, std::size_t) { holds = true; });
  return holds;
}

void Needles::allow(const std::string& known) {
  std::string lower = to_lower(known);
  if (holds_one(lower)) known_.push_back(std::move(lower));
}

void Needles::allow(const std::string& known, const std::string& salt) {
  if (!holds_one(to_lower(known))) return;
  allow(known);
  salts_.push_back(to_lower(salt));
}

std::int64_t Needles::count(std::string_view bytes, std::size_t from, std::size_t to) const {
  std::int64_t matches = 0;
  each_match(bytes, from, to, [&](std::size_t at, std::size_t length) {
    if (is_index_cell(bytes, at, length) || !is_of_another(bytes, at, length)) ++matches;
  });
  return matches;
}

bool Needles::is_of_another(std::string_view bytes, std::size_t at, std::size_t length) const {
  const std::string_view text = bytes.substr(at, length);
  for (const std::string& known : known_) {
    for (std::size_t offset = known.find(text); offset != std::string::npos;
         offset = known.find(text, offset + 1)) {
      if (at < offset || bytes.substr(at - offset, known.size()) != known) continue;
      if (begins_column(bytes, at - offset)) return true;
    }
  }
  return false;
}

// A recipient follows its provider, an address the recipient, an address for mails the number after the salt.
bool Needles::begins_column(std::string_view bytes, std::size_t at) const {
  if (at == 0 || !is_address_char(bytes[at - 1])) return true;
  for (std::size_t number = 0; number <= std::min(kNumberMax, at); ++number) {
    for (const std::string& salt : salts_) {
      if (ends_with_at(bytes, at - number, salt)) return true;
    }
  }
  for (const job::Provider provider : job::kProviders) {
    if (ends_with_at(bytes, at, job::name(provider))) return true;
  }
  return std::any_of(known_.begin(), known_.end(),
                     [&](const std::string& known) { return ends_with_at(bytes, at, known); });
}

FileScan scan_database(const std::filesystem::path& path, const Needles& needles) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw Error("no pipe could be made");
  const pid_t child = fork();
  if (child < 0) throw Error("no process could be started");
  if (child == 0) {
    const std::string text = report(path, needles);
    const ssize_t wrote = write(ends[1], text.data(), text.size());
    _exit(wrote == static_cast<ssize_t>(text.size()) ? 0 : 1);  // without destructors: they are the parent's
  }
  close(ends[1]);
  std::string text;
  std::array<char, 256> buffer{};
  for (ssize_t got = 0; (got = read(ends[0], buffer.data(), buffer.size())) != 0;) {
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) break;
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) throw Error(path.string() + " and its -wal cannot be searched");
  return {std::stoll(text.substr(0, space)), text.substr(space + 1)};
}

}  // namespace latchkey::store
