#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace latchkey::store {

/// Recipients that are looked for as raw bytes, in lower case. Records of a database have nothing between
/// their columns, so that a recipient's beginning and end cannot be seen; what tells budi@x from abudi@x are
/// the longer recipients that are still known.
class Needles {
 public:
  explicit Needles(const std::vector<std::string>& texts);
  /// A recipient that is still known: where it holds one of the texts, the text is none of ours.
  void allow(const std::string& known);
  /// The same for one that stands in a record a few bytes after this salt, as an address for mails does.
  void allow(const std::string& known, const std::string& salt);
  /// How many of the texts lie in `bytes` with their "@" or "cus_" in [from, to), whole ones only. `bytes` is
  /// in lower case and begins and ends far enough from there.
  std::int64_t count(std::string_view bytes, std::size_t from, std::size_t to) const;

 private:
  struct Shape {
    std::size_t anchor;  // where in the text its "@" or "cus_" is
    std::size_t length;
    bool operator==(const Shape&) const = default;
  };
  template <typename Found>
  void each_match(std::string_view bytes, std::size_t from, std::size_t to, Found found) const;
  bool is_of_another(std::string_view bytes, std::size_t at, std::size_t length) const;
  bool holds_one(const std::string& lower) const;
  bool begins_column(std::string_view bytes, std::size_t at) const;

  std::unordered_set<std::string> texts_;
  std::vector<Shape> shapes_;
  std::vector<std::string> known_;
  std::vector<std::string> salts_;
};

/// What a look at a database's files has found.
struct FileScan {
  std::int64_t copies = 0;
  std::string reader;  ///< who holds a snapshot of the database, e.g. "process 4711 (python3)"; or empty
};

/// Counts the needles in a database and its -wal, byte by byte. In a child process, because closing a
/// descriptor of either would drop this process's SQLite locks (POSIX); not for a process with several
/// threads. Throws Error when they cannot be read.
FileScan scan_database(const std::filesystem::path& path, const Needles& needles);

}  // namespace latchkey::store
