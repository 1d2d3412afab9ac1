#include "ledger/proof.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "base/error.h"
#include "ledger/checkpoint.h"

namespace latchkey::ledger {
namespace {

constexpr std::string_view kProofHead = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kGrowthHead = "latchkey/consistency-proof@v1";
constexpr std::string_view kIndex = "index ";
constexpr std::string_view kExtra = "extra ";
constexpr std::size_t kHashesMax = 63;  // of a tree of 2^63 leaves

std::string hash_lines(const std::vector<Hash>& hashes) {
  std::string text;
  for (const Hash& hash : hashes) text += to_base64(bytes_of(hash)) + "\n";
  return text;
}

// The next line without its newline; what is left stays in `text`.
std::optional<std::string_view> next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::int64_t> plain_number(std::string_view text) {
  if (text.empty() || text.front() == '-' || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Hash> hash_of_line(std::string_view line) {
  const auto bytes = from_base64(line);
  Hash hash{};
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace

EntryProof prove_entry(std::int64_t seq, const std::string& checkpoint, const ReadNode& node) {
  const auto claimed = claimed_checkpoint(checkpoint);
  LATCHKEY_CHECK(claimed.has_value() && seq < claimed->size);
  return {seq, inclusion_proof(seq, claimed->size, node), checkpoint};
}

std::string format_proof(const EntryProof& proof) {
  return std::string(kProofHead) + "\n" + std::string(kIndex) + std::to_string(proof.seq) + "\n" +
         hash_lines(proof.hashes) + "\n" + proof.checkpoint;
}

std::optional<EntryProof> parse_proof(std::string_view text) {
  if (next_line(text) != kProofHead) return std::nullopt;
  auto line = next_line(text);
  if (line && line->starts_with(kExtra)) line = next_line(text);
  if (!line || !line->starts_with(kIndex)) return std::nullopt;
  const auto seq = plain_number(line->substr(kIndex.size()));
  if (!seq) return std::nullopt;
  EntryProof proof{*seq, {}, {}};
  for (line = next_line(text); line && !line->empty(); line = next_line(text)) {
    const auto hash = hash_of_line(*line);
    if (!hash || proof.hashes.size() == kHashesMax) return std::nullopt;
    proof.hashes.push_back(*hash);
  }
  if (!line || !claimed_checkpoint(text)) return std::nullopt;
  proof.checkpoint = text;
  return proof;
}

bool proves(const EntryProof& proof, std::string_view entry, const VerifierKey& key) {
  const auto checkpoint = verified_checkpoint(proof.checkpoint, key);
  return checkpoint &&
         includes(leaf_hash(entry), proof.seq, checkpoint->size, checkpoint->root, proof.hashes);
}

std::string format_proof(const GrowthProof& proof) {
  return std::string(kGrowthHead) + "\nfrom " + std::to_string(proof.from) + "\nto " +
         std::to_string(proof.to) + "\n" + hash_lines(proof.hashes);
}

}  // namespace latchkey::ledger
