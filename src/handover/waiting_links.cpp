#include "handover/waiting_links.h"

#include <algorithm>

#include "base/error.h"

namespace latchkey::handover {

using Stage = WaitingLink::Stage;

Millis WaitingLinks::when(const WaitingLink& link) {
  switch (link.stage) {
    case Stage::Claim:
    case Stage::Mailer:
      return link.boot_expires;
    case Stage::Planned:
      return std::min(link.boot_until, link.boot_expires);
    case Stage::Mailing:
      return link.boot_until;  // whatever its link's time: the mail server is asked to take it right now
  }
  return link.boot_expires;
}

void WaitingLinks::enlist(const std::string& request_id, const WaitingLink& link) {
  agenda_.emplace(when(link), request_id);
  if (link.stage == Stage::Mailer) for_mailer_.emplace(link.boot_expires, request_id);
  if (link.stage == Stage::Mailing) ++mailing_;
}

void WaitingLinks::strike(const std::string& request_id, const WaitingLink& link) {
  agenda_.erase({when(link), request_id});
  if (link.stage == Stage::Mailer) for_mailer_.erase({link.boot_expires, request_id});
  if (link.stage == Stage::Mailing) --mailing_;
}

void WaitingLinks::keep(const std::string& request_id, WaitingLink link) {
  drop(request_id);
  enlist(request_id, link);
  links_.emplace(request_id, std::move(link));
}

const WaitingLink* WaitingLinks::find(const std::string& request_id) const {
  const auto at = links_.find(request_id);
  return at == links_.end() ? nullptr : &at->second;
}

void WaitingLinks::move(const std::string& request_id, Stage stage, Millis boot_until) {
  const auto at = links_.find(request_id);
  LATCHKEY_CHECK(at != links_.end());
  WaitingLink& link = at->second;
  strike(request_id, link);
  link.stage = stage;
  link.boot_until = boot_until;
  if (stage == Stage::Mailing) ++link.mails;
  enlist(request_id, link);
}

Secret WaitingLinks::take(const std::string& request_id) {
  const auto at = links_.find(request_id);
  if (at == links_.end()) return {};
  strike(request_id, at->second);
  Secret link = std::move(at->second.link);
  links_.erase(at);
  return link;
}

std::optional<Millis> WaitingLinks::next() const {
  if (agenda_.empty()) return std::nullopt;
  return agenda_.begin()->first;
}

std::vector<std::string> WaitingLinks::due(Millis boot) const {
  std::vector<std::string> ids;
  for (const auto& [time, request_id] : agenda_) {
    if (time > boot) break;
    ids.push_back(request_id);
  }
  return ids;
}

std::vector<std::string> WaitingLinks::over(const Instant& now) const {
  std::vector<std::string> ids;
  for (const auto& [request_id, link] : links_) {
    if (link.over(now)) ids.push_back(request_id);
  }
  return ids;
}

std::vector<std::string> WaitingLinks::for_mailer(std::size_t most) const {
  std::vector<std::string> ids;
  for (const auto& [time, request_id] : for_mailer_) {
    if (ids.size() == most) break;
    ids.push_back(request_id);
  }
  return ids;
}

}  // namespace latchkey::handover
