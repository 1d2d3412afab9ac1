#include "sandbox/customers.h"

#include <algorithm>
#include <vector>

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
  std::string_view rest = list ? std::string_view(*list) : std::string_view();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    read_line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  emails_ = listed_emails_;
}

void Customers::read_line(std::string_view line) {
  std::vector<std::string> ids, emails;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find_first_of(" \t,;\""), line.size());
    const std::string word(line.substr(0, end));
    if (looks_like_customer_id(word)) ids.push_back(word);
    if (looks_like_email(word)) emails.push_back(word);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  if (ids.size() == 1 && emails.size() == 1) listed_emails_[ids.front()] = emails.front();
  listed_.insert(ids.begin(), ids.end());
  for (const std::string& email : emails) listed_.insert(recipient_key(email));
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

std::string Customers::email_of(const std::string& customer_id) const {
  const std::lock_guard lock(mutex_);
  const auto set = emails_.find(customer_id);
  return set == emails_.end() ? customer_id.substr(4) + "@sandbox.invalid" : set->second;
}

void Customers::set_email(const std::string& customer_id, const std::optional<std::string>& email) {
  const std::lock_guard lock(mutex_);
  if (email) {
    emails_[customer_id] = *email;
  } else {
    emails_.erase(customer_id);
  }
}

void Customers::reset() {
  const std::lock_guard lock(mutex_);
  emails_ = listed_emails_;
}

Json Customers::shown() const {
  const std::lock_guard lock(mutex_);
  return {{"registered", everyone_ ? Json("everyone not tagged notfound") : Json(listed_)},
          {"met", met_},
          {"emails", emails_}};
}

}  // namespace latchkey::sandbox
