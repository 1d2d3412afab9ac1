#pragma once

#include "base/clock.h"
#include "handover/mailer.h"
#include "handover/webhook.h"
#include "store/store.h"

namespace latchkey::engine {

/// A mail with a link: its handover.intent is durable by the time anyone sees this.
struct Mailing {
  handover::Mail mail;
  int number = 0;  ///< of this link's mails, from 1
};

/// A message to an endpoint of the webhooks, leased until its `next_at`.
struct Posting {
  store::Event event;
};

/// Who carries mails and webhooks. The daemon's couriers are threads; a simulation's are scripted. What
/// becomes of what they carry comes back through the inbox.
class Couriers {
 public:
  virtual ~Couriers() = default;
  /// Mailers that have nothing to do.
  virtual int idle_mailers() = 0;
  /// Gives a mail to an idle mailer.
  virtual void mail(Mailing mailing) = 0;
  /// The same for webhooks.
  virtual int idle_posters() = 0;
  virtual void post(Posting posting) = 0;
};

}  // namespace latchkey::engine
