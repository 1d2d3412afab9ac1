#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

namespace latchkey::ledger {

/// 128 bits that stand for an id: so many ids are met that their texts would not fit into memory.
using IdKey = std::array<std::uint64_t, 2>;

/// Records by id, numbered in the order in which they came. Beside the record itself an id costs its key and
/// about eight bytes. Keys must be as good as random.
template <typename Record>
class IdTable {
 public:
  using Number = std::uint32_t;
  static constexpr Number kNone = ~Number{0};

  Number find(const IdKey& key) const { return places_.empty() ? kNone : places_[place_of(key)]; }
  /// The key must be new.
  Number add(const IdKey& key, const Record& record) {
    if (records_.size() * 2 >= places_.size()) grow();
    const auto number = static_cast<Number>(records_.size());
    places_[place_of(key)] = number;
    records_.push_back({key, record});
    return number;
  }
  Record& operator[](Number number) { return records_[number].record; }
  const Record& operator[](Number number) const { return records_[number].record; }
  Number size() const { return static_cast<Number>(records_.size()); }

 private:
  struct Kept {
    IdKey key;
    Record record;
  };
  // Where the key is, or the free place where it belongs.
  std::size_t place_of(const IdKey& key) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t place = key[0] & mask;
    while (places_[place] != kNone && records_[places_[place]].key != key) place = (place + 1) & mask;
    return place;
  }
  void grow() {
    places_.assign(places_.empty() ? 1024 : places_.size() * 2, kNone);
    for (Number number = 0; number < size(); ++number) places_[place_of(records_[number].key)] = number;
  }

  std::deque<Kept> records_;  // never moved: copying them to grow would need their room twice
  std::vector<Number> places_;
};

}  // namespace latchkey::ledger
