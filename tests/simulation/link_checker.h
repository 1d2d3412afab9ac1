#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/couriers.h"
#include "simulation/moment.h"

namespace latchkey::test {

/// Follows each minted link: it reaches at most one of the caller who waits, whoever claims it, and the mails
/// of its own job; only while it works; and only as long as the process lives that got it. Throws
/// std::logic_error at the first that does otherwise.
class LinkChecker {
 public:
  struct Minted {
    std::string request_id;
    int attempt = 0;
    TimePoint expires_at;       ///< linkExpiresAt
    Millis elapsed_expires{0};  ///< the same in time that has really passed
  };

  /// A provider has made it.
  void minted(const std::string& link, Minted minted);
  void to_caller(const std::string& request_id, const std::string& link, const Moment& moment);
  void to_claimer(const std::string& request_id, const std::string& link, const Moment& moment);
  /// A mailer was given a mail, and is back with what became of it.
  void mail_begun(const engine::Mailing& mailing, const Moment& moment);
  void mail_ended(const engine::Mailing& mailing, job::Outcome outcome);
  /// Somebody was told that this job's link is gone for good.
  void told_gone(const std::string& request_id) { gone_.insert(request_id); }
  /// The daemon has ended, in whatever way: what was in its memory must never be seen again.
  void process_ended() { ++process_; }

 private:
  enum class Use { None, Caller, Claimer, Mails };
  struct Link {
    Minted minted;
    int process = 0;
    Use use = Use::None;
    int mails = 0;
    bool mail_under_way = false;
    bool may_be_mailed = true;  // no mail of it has been taken, refused, or is of unknown fate
  };
  Link& leaves(const std::string& request_id, const std::string& link, Use use, const Moment& moment);

  std::map<std::string, Link> links_;
  std::set<std::string> gone_;
  int process_ = 0;
};

}  // namespace latchkey::test
