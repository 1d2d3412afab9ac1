#include "sandbox/links.h"

#include "base/encoding.h"

namespace latchkey::sandbox {

std::string Links::mint(const std::string& customer, TimePoint now) {
  const std::string token_hash = to_hex(random_.bytes(28));
  const std::lock_guard lock(mutex_);
  links_[token_hash] = {customer, now + lifetime_};
  newest_[customer] = token_hash;
  return token_hash;
}

Opening Links::open(const std::string& token_hash, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = links_.find(token_hash);
  if (found == links_.end()) return {false, "unknown", ""};
  Link& link = found->second;
  if (link.used) return {false, "used", link.customer};
  if (newest_[link.customer] != token_hash) return {false, "voided", link.customer};
  if (now >= link.expires_at) return {false, "expired", link.customer};
  link.used = true;
  return {true, "", link.customer};
}

void Links::reset() {
  const std::lock_guard lock(mutex_);
  links_.clear();
  newest_.clear();
}

std::string token_hash_in(const std::string& link) {
  const std::string key = "token_hash=";
  const std::size_t at = link.find(key);
  if (at == std::string::npos) return "";
  const std::size_t from = at + key.size();
  return link.substr(from, link.find_first_of("&#", from) - from);
}

}  // namespace latchkey::sandbox
