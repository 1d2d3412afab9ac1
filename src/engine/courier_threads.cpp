#include "engine/courier_threads.h"

#include <map>

namespace latchkey::engine {

CourierThreads::CourierThreads(Options options, Inbox& inbox)
    : options_(std::move(options)),
      inbox_(inbox),
      mailers_(options_.mailers, [this] { return mailer(); }),
      posters_(options_.posters, [this] { return poster(); }) {}

CourierThreads::~CourierThreads() {
  abort();
}

void CourierThreads::abort() {
  const std::lock_guard lock(mutex_);
  aborted_ = true;
  for (const auto& abort_client : aborts_) abort_client();
}

void CourierThreads::enlist(std::function<void()> abort) {
  const std::lock_guard lock(mutex_);
  if (aborted_) abort();
  aborts_.push_back(std::move(abort));
}

Crew<Mailing>::Worker CourierThreads::mailer() {
  const std::shared_ptr<SmtpClient> smtp = options_.smtp();
  enlist([smtp] { smtp->abort(); });
  return [this, smtp](const Mailing& mailing) {
    Mailed mailed{mailing.mail.request_id, mailing.mail.attempt, mailing.number, carry(mailing.mail, *smtp)};
    mailers_.done();
    inbox_.put(std::move(mailed));
  };
}

// A client for each endpoint, since each may trust certificates of its own.
Crew<Posting>::Worker CourierThreads::poster() {
  using Clients = std::map<std::string, std::shared_ptr<HttpClient>>;
  return [this, clients = std::make_shared<Clients>()](const Posting& posting) {
    std::shared_ptr<HttpClient>& http = (*clients)[posting.event.endpoint];
    Posted posted{posting.event, {}};
    try {
      if (!http) {
        http = options_.http(posting.event.endpoint);
        enlist([client = http] { client->abort(); });
      }
      posted.result = carry(posting.event, *http);
    } catch (const std::exception&) {
      posted.result.error = "the endpoint's settings are unusable";
    }
    posters_.done();
    inbox_.put(std::move(posted));
  };
}

handover::MailResult CourierThreads::carry(const handover::Mail& mail, SmtpClient& smtp) {
  try {
    return options_.mailer->send(mail, smtp);
  } catch (const std::exception&) {
    // Something of our own broke: what the mail server saw is not known. The text may hold an address.
    return {};
  }
}

handover::PostResult CourierThreads::carry(const store::Event& event, HttpClient& http) {
  return options_.webhooks->post({event.id, event.endpoint, event.message, event.body}, http);
}

}  // namespace latchkey::engine
