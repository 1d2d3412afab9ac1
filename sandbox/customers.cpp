#include "sandbox/customers.h"

#include <algorithm>

#include "sandbox/faults.h"

namespace latchkey::sandbox {

bool looks_like_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || text.size() > 254) return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == domain.size()) return false;
  return text.find('@') == at && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == ',' || c == ';' || c == '"';
         });
}

bool looks_like_customer_id(std::string_view text) {
  if (!text.starts_with("cus_")) return false;
  text.remove_prefix(4);
  return !text.empty() && text.size() <= 60 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

Customers::Customers(const std::optional<std::string>& list) : everyone_(!list) {
  const char* const separators = " \t\r\n,;\"";
  std::string_view rest = list ? std::string_view(*list) : std::string_view();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(separators), rest.size());
    const std::string word(rest.substr(0, end));
    if (looks_like_email(word) || looks_like_customer_id(word)) listed_.insert(recipient_key(word));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

bool Customers::knows(const std::string& key) const {
  if (!everyone_ && !listed_.contains(key)) return false;
  const auto runs = faults_of_recipient(key.starts_with("cus_") ? Api::Nomos : Api::Mayar, key);
  return runs.empty() || runs.front().fault != Fault::NotFound || runs.front().count >= 0;
}

void Customers::met(const std::string& key) {
  const std::lock_guard lock(mutex_);
  met_.insert(key);
}

Json Customers::shown() const {
  const std::lock_guard lock(mutex_);
  return {{"registered", everyone_ ? Json("everyone not tagged notfound") : Json(listed_)}, {"met", met_}};
}

}  // namespace latchkey::sandbox
