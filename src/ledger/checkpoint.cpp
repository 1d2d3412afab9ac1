#include "ledger/checkpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/error.h"

namespace latchkey::ledger {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94";  // U+2014
constexpr std::size_t kNoteMax = 1024;

// What a note consists of; its lines without their newlines.
struct Parts {
  std::string_view origin;
  std::string_view size;
  std::string_view root;
  std::string_view signer;
  std::string_view signature;  // base64 of key id and signature
};

std::string text_of(std::string_view origin, std::string_view size, std::string_view root) {
  return std::string(origin) + "\n" + std::string(size) + "\n" + std::string(root) + "\n";
}

std::string note_of(const Parts& parts) {
  return text_of(parts.origin, parts.size, parts.root) + "\n" + std::string(kDash) + " " +
         std::string(parts.signer) + " " + std::string(parts.signature) + "\n";
}

// Cuts `text` up to the next `end` off and returns it; nullopt when there is no end.
std::optional<std::string_view> cut(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return part;
}

std::optional<Parts> parts_of(std::string_view note) {
  if (note.size() > kNoteMax) return std::nullopt;
  Parts parts;
  const std::string before_signer = std::string(kDash) + " ";
  for (std::string_view* line : {&parts.origin, &parts.size, &parts.root}) {
    const auto text = cut(note, "\n");
    if (!text || text->empty()) return std::nullopt;
    *line = *text;
  }
  const auto empty = cut(note, "\n");
  if (!empty || !empty->empty() || !note.starts_with(before_signer)) return std::nullopt;
  note.remove_prefix(before_signer.size());
  const auto signer = cut(note, " ");
  const auto signature = cut(note, "\n");
  if (!signer || !signature || !note.empty()) return std::nullopt;
  parts.signer = *signer;
  parts.signature = *signature;
  return parts;
}

std::optional<Checkpoint> checkpoint_of(const Parts& parts) {
  Checkpoint checkpoint;
  checkpoint.origin = parts.origin;
  const char* end = parts.size.data() + parts.size.size();
  const auto [stop, error] = std::from_chars(parts.size.data(), end, checkpoint.size);
  const bool plain = parts.size == "0" || !(parts.size.starts_with('0') || parts.size.starts_with('-'));
  const auto root = from_base64(parts.root);
  if (error != std::errc() || stop != end || !plain || !root || root->size() != checkpoint.root.size()) {
    return std::nullopt;
  }
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  return checkpoint;
}

}  // namespace

std::string sign_checkpoint(const Checkpoint& checkpoint, const Secret& seed) {
  const std::string size = std::to_string(checkpoint.size);
  const std::string root = to_base64(bytes_of(checkpoint.root));
  const VerifierKey key{checkpoint.origin, ed25519_public_key(seed)};
  const std::string signature =
      to_base64(key_id(key) + ed25519_sign(seed, text_of(checkpoint.origin, size, root)));
  return note_of({checkpoint.origin, size, root, checkpoint.origin, signature});
}

std::optional<Checkpoint> claimed_checkpoint(std::string_view note) {
  const auto parts = parts_of(note);
  if (!parts || parts->signer != parts->origin) return std::nullopt;
  return checkpoint_of(*parts);
}

std::optional<Checkpoint> verified_checkpoint(std::string_view note, const VerifierKey& key) {
  const auto parts = parts_of(note);
  if (!parts || parts->signer != key.name || parts->origin != key.name) return std::nullopt;
  const auto signature = from_base64(parts->signature);
  const std::string id = key_id(key);
  if (!signature || !signature->starts_with(id)) return std::nullopt;
  const std::string text = text_of(parts->origin, parts->size, parts->root);
  if (!ed25519_verify(key.public_key, text, std::string_view(*signature).substr(id.size()))) {
    return std::nullopt;
  }
  return checkpoint_of(*parts);
}

std::string checkpoint_hash(std::string_view note) {
  return to_hex(sha256(note));
}

std::string one_line(std::string_view note) {
  const auto parts = parts_of(note);
  LATCHKEY_CHECK(parts.has_value() && parts->signer == parts->origin);
  std::string line;
  for (const std::string_view part : {parts->origin, parts->size, parts->root, parts->signature}) {
    if (!line.empty()) line += ' ';
    line += part;
  }
  return line;
}

std::optional<std::string> note_of_line(std::string_view line) {
  std::array<std::string_view, 3> words;
  for (std::string_view& word : words) {
    const auto next = cut(line, " ");
    if (!next || next->empty()) return std::nullopt;
    word = *next;
  }
  if (line.empty() || line.find_first_of(" \n") != std::string_view::npos) return std::nullopt;
  return note_of({words[0], words[1], words[2], words[0], line});
}

}  // namespace latchkey::ledger
