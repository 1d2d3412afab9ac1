#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::ledger {

/// One thing by which a ledger does not hold. docs/ledger.md lists the codes.
struct Finding {
  std::string code;                 ///< stable, for programs: E_SEQ, E_ENTRY_HASH, …
  std::optional<std::int64_t> seq;  ///< the first entry that it is about
  std::string request_id;           ///< empty: none, or what stands there is no id
  std::string text;                 ///< for people; never a recipient, never a raw value of the database

  /// Takes it only if it is an id: in a ledger that was tampered with, anything may stand there.
  void set_request_id(std::string_view id);
};

/// What verification has found. Keeps the first hundred of each code and counts the rest.
class Findings {
 public:
  void add(std::string_view code, std::optional<std::int64_t> seq, std::string_view request_id,
           std::string text);
  /// Takes over what another part has found.
  void merge(Findings other);
  /// By seq; those without one at the end.
  void sort();

  std::vector<Finding>& kept() { return kept_; }
  const std::vector<Finding>& kept() const { return kept_; }
  /// How many there are of each code, kept or not.
  const std::map<std::string, std::int64_t, std::less<>>& counts() const { return counts_; }
  std::int64_t total() const;
  bool empty() const { return kept_.empty(); }

 private:
  std::vector<Finding> kept_;
  std::map<std::string, std::int64_t, std::less<>> counts_;
};

}  // namespace latchkey::ledger
