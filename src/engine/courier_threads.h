#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/couriers.h"
#include "engine/crew.h"
#include "engine/inbox.h"

namespace latchkey::engine {

/// Threads that carry mails and webhooks. Each mailer has an SmtpClient of its own, each poster an
/// HttpClient.
class CourierThreads final : public Couriers {
 public:
  /// Who mails and posts, how many at once, and their clients, which are made on the thread that uses them.
  /// `mailer` and `webhooks` may be null where their number is 0; they outlive this object.
  struct Options {
    int mailers = 0;
    handover::Mailer* mailer = nullptr;
    std::function<std::unique_ptr<SmtpClient>()> smtp;
    int posters = 0;
    const handover::Webhooks* webhooks = nullptr;
    std::function<std::unique_ptr<HttpClient>(const std::string& endpoint)> http;
  };

  CourierThreads(Options options, Inbox& inbox);
  /// Aborts what is under way and waits for the threads.
  ~CourierThreads() override;

  int idle_mailers() override { return mailers_.idle(); }
  void mail(Mailing mailing) override { mailers_.give(std::move(mailing)); }
  int idle_posters() override { return posters_.idle(); }
  void post(Posting posting) override { posters_.give(std::move(posting)); }
  /// Ends every delivery under way; what becomes of it still comes. Thread-safe.
  void abort();

 private:
  Crew<Mailing>::Worker mailer();
  Crew<Posting>::Worker poster();
  handover::MailResult carry(const handover::Mail& mail, SmtpClient& smtp);
  handover::PostResult carry(const store::Event& event, HttpClient& http);
  void enlist(std::function<void()> abort);

  const Options options_;
  Inbox& inbox_;
  std::mutex mutex_;
  bool aborted_ = false;
  std::vector<std::function<void()>> aborts_;  // of the clients, which live as long as the threads
  Crew<Mailing> mailers_;                      // last: their threads end before the rest goes
  Crew<Posting> posters_;
};

}  // namespace latchkey::engine
