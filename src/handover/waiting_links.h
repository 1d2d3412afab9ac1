#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "job/names.h"

namespace latchkey::handover {

/// A minted link that nobody has got yet.
struct WaitingLink {
  /// What it waits for: its claim; the time of its next mail; an idle mailer; the end of the mail under way.
  enum class Stage { Claim, Planned, Mailer, Mailing };

  Secret link;
  Stage stage = Stage::Claim;
  int attempt = 0;         ///< whose link it is
  TimePoint expires_at;    ///< linkExpiresAt, as customers are told
  Millis boot_expires{0};  ///< the same by the clock that nobody can set
  int mails = 0;           ///< mails begun so far
  Millis boot_until{0};    ///< Planned: when it is due. Mailing: when the mail counts as lost

  /// Whether its time is up, by either clock: one that is set back must not revive a link.
  bool over(const Instant& now) const { return now.wall >= expires_at || now.boot >= boot_expires; }
};

/// Where links wait for their claim or their mail: locked memory of this process, and nowhere else. A link is
/// wiped when it is dropped or this object goes. Belongs to the engine's thread.
class WaitingLinks {
 public:
  /// So many can wait at once: each takes a page of locked memory.
  static constexpr std::size_t kMost = 20'000;

  void keep(const std::string& request_id, WaitingLink link);
  /// nullptr when none waits for that job; valid until the next change.
  const WaitingLink* find(const std::string& request_id) const;
  /// What a mailed link waits for next, and until when (Planned, Mailing). Going to Mailing counts the mail.
  void move(const std::string& request_id, WaitingLink::Stage stage, Millis boot_until = Millis(0));
  /// Takes a link out; empty when there is none.
  Secret take(const std::string& request_id);
  void drop(const std::string& request_id) { take(request_id); }

  std::size_t size() const { return links_.size(); }
  bool full() const { return links_.size() >= kMost; }
  /// How many mails are under way.
  std::size_t mailing() const { return mailing_; }
  /// The boot time at which something is to be done about one of them.
  std::optional<Millis> next() const;
  /// The jobs whose link has something to be done about at `boot`.
  std::vector<std::string> due(Millis boot) const;
  /// The jobs whose link's time is up by either clock. Looks at all of them.
  std::vector<std::string> over(const Instant& now) const;
  /// The jobs whose link waits for an idle mailer, those that expire first before the others, at most `most`.
  std::vector<std::string> for_mailer(std::size_t most) const;

 private:
  using Agenda = std::set<std::pair<Millis, std::string>>;
  static Millis when(const WaitingLink& link);
  void enlist(const std::string& request_id, const WaitingLink& link);
  void strike(const std::string& request_id, const WaitingLink& link);

  std::map<std::string, WaitingLink> links_;
  Agenda agenda_;      // when each is to be looked at
  Agenda for_mailer_;  // by expiry
  std::size_t mailing_ = 0;
};

}  // namespace latchkey::handover
