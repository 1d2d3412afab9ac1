#pragma once

#include <array>
#include <cstdint>
#include <memory>
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
    if (std::size_t{size_} * 2 >= places_.size()) grow();
    const Number number = size_;
    places_[place_of(key)] = number;
    if (size_ % kChunk == 0) chunks_.push_back(std::make_unique<Kept[]>(kChunk));
    kept(size_++) = {key, record};
    return number;
  }
  Record& operator[](Number number) { return kept(number).record; }
  const Record& operator[](Number number) const { return kept(number).record; }
  const IdKey& key_of(Number number) const { return kept(number).key; }
  Number size() const { return size_; }

 private:
  static constexpr Number kChunk = 1024;
  struct Kept {
    IdKey key{};
    Record record{};
  };
  Kept& kept(Number number) { return chunks_[number / kChunk][number % kChunk]; }
  const Kept& kept(Number number) const { return chunks_[number / kChunk][number % kChunk]; }
  // Where the key is, or the free place where it belongs.
  std::size_t place_of(const IdKey& key) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t place = key[0] & mask;
    while (places_[place] != kNone && kept(places_[place]).key != key) place = (place + 1) & mask;
    return place;
  }
  void grow() {
    places_.assign(places_.empty() ? 1024 : places_.size() * 2, kNone);
    for (Number number = 0; number < size(); ++number) places_[place_of(kept(number).key)] = number;
  }

  // Never moved: copying them to grow would need their room twice.
  std::vector<std::unique_ptr<Kept[]>> chunks_;
  Number size_ = 0;
  std::vector<Number> places_;
};

}  // namespace latchkey::ledger
