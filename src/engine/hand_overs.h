#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/context.h"
#include "engine/couriers.h"
#include "handover/reply_desk.h"
#include "handover/waiting_links.h"
#include "job/job.h"
#include "provider/provider.h"

namespace latchkey::engine {

/// What must happen for a waiting caller once the turn is durable.
struct Delivery {
  std::string request_id;
  int attempt = 0;
  handover::Reply reply;
};

/// One mail, among all that this process has begun.
struct MailKey {
  const std::string& request_id;
  int attempt = 0;  ///< whose link it was
  int number = 0;   ///< of this link's mails
};

/// What one turn does about links: each step writes its entries at once and keeps what is to be done for
/// carry_out(), after the commit. A turn that fails throws this object away, and neither desk nor links have
/// changed.
class HandOvers {
 public:
  /// Both must outlive this object. `idle_mailers`: mails that can begin in this turn.
  HandOvers(handover::ReplyDesk& desk, handover::WaitingLinks& links, int idle_mailers)
      : desk_(desk), links_(links), idle_mailers_(idle_mailers) {}

  /// Whether somebody waits for the link of a reply job.
  bool caller_waits(const std::string& request_id) { return desk_.waiting(request_id); }
  /// The requestIds for which somebody waits.
  std::vector<std::string> waiting_for() { return desk_.waiting_for(); }
  /// No link that has to wait could be kept.
  bool no_room() const { return links_.full(); }

  /// A link was minted: to the caller who waits, to whoever claims it, or into a mail; or the job fails when
  /// nobody can have it. `intent`: when the attempt began. The result keeps its link.
  void begin(Context& context, job::Job& job, const provider::Result& result, const Instant& intent);
  /// Tells the waiting caller, if the job has one, when the job has come to an end without a link.
  void tell_caller(const job::Job& job);
  /// The end of a hand-over to a waiting caller: handover.result, and the job is done or failed. Writes the
  /// job back.
  void replied(Context& context, job::Job& job, job::Outcome outcome);
  /// A mailer is back: handover.result and what follows from it. One that was given up before changes
  /// nothing.
  void mailed(Context& context, const MailKey& mail, const handover::MailResult& result);
  /// Links of jobs that a person has cancelled are wiped, and the jobs end. Before look_after(), which may
  /// begin mails.
  void end_cancelled(Context& context);
  /// Links whose time is up, mails that are due, mails that have not come back. `clock_was_set`: in this
  /// turn, so that links may be over whose time by the boot clock has not come.
  void look_after(Context& context, bool clock_was_set);

  /// A process ends, or has ended, before this job's link was handed over, or while it was. Writes the job
  /// back.
  void abandon(Context& context, job::Job& job, job::Code code);

  /// What these have come to, for whoever carries it out.
  std::vector<Delivery>& deliveries() { return deliveries_; }
  /// After the commit: changes the links kept, sends the mails. Deliveries are the engine's own.
  void carry_out(Couriers& couriers);

 private:
  struct Kept {
    std::string request_id;
    handover::WaitingLink link;
  };
  struct Move {
    std::string request_id;
    handover::WaitingLink::Stage stage;
    Millis boot_until{0};
  };

  void reply_to_caller(Context& context, job::Job& job, Secret link, TimePoint link_expires_at);
  void begin_mail(Context& context, job::Job& job, const handover::WaitingLink& link);
  const handover::WaitingLink* find(const std::string& request_id) const;
  void look_at(Context& context, const std::string& request_id);
  void end_mail(Context& context, job::Job& job, const handover::WaitingLink& link,
                const handover::MailResult& result);
  void end_link(Context& context, job::Job& job, job::Code code);
  void drop(const std::string& request_id) { dropped_.push_back(request_id); }

  handover::ReplyDesk& desk_;
  handover::WaitingLinks& links_;
  int idle_mailers_;
  std::vector<Delivery> deliveries_;
  std::vector<Kept> kept_;
  std::vector<Move> moves_;
  std::vector<Mailing> mailings_;
  std::vector<std::string> dropped_;
};

}  // namespace latchkey::engine
