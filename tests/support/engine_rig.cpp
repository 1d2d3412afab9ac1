#include "support/engine_rig.h"

#include <boost/test/unit_test.hpp>

#include "engine/claim.h"
#include "engine/submit.h"
#include "job/recipient.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/faulty_store.h"

namespace latchkey::test {

std::filesystem::path fast_folder() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

job::Submission mail(const std::string& request_id, const std::string& email) {
  job::Submission submission;
  submission.request_id = request_id;
  submission.provider = job::Provider::Mayar;
  submission.recipient.normalised = email.empty() ? request_id + "@example.com" : email;
  submission.recipient.address = submission.recipient.normalised;
  return submission;
}

job::Submission link(const std::string& request_id, const std::string& customer_id) {
  job::Submission submission;
  submission.request_id = request_id;
  submission.provider = job::Provider::Nomos;
  submission.recipient.normalised = customer_id.empty() ? "cus_" + request_id : customer_id;
  submission.recipient.address = submission.recipient.normalised;
  submission.hand_over = job::HandOver::Reply;
  return submission;
}

job::Submission claimable_link(const std::string& request_id, const std::string& customer_id) {
  job::Submission submission = link(request_id, customer_id);
  submission.hand_over = job::HandOver::Claim;
  return submission;
}

job::Submission mailed_link(const std::string& request_id, const std::string& address,
                            const std::string& customer_id) {
  job::Submission submission = link(request_id, customer_id);
  submission.hand_over = job::HandOver::Email;
  submission.deliver_to = job::parse_recipient(job::Provider::Mayar, address);
  return submission;
}

provider::Result ended(job::Outcome outcome, job::Code code, int http) {
  provider::Result result;
  result.outcome = outcome;
  result.code = code;
  result.http = http;
  return result;
}

provider::Result accepted() {
  provider::Result result;
  result.outcome = job::Outcome::Accepted;
  result.http = 200;
  return result;
}

provider::Result minted(const std::string& link, std::uint64_t credential) {
  provider::Result result = accepted();
  result.link = Secret(link);
  result.credential = credential;
  return result;
}

provider::Result copy_of(const provider::Result& result) {
  provider::Result copy;
  copy.outcome = result.outcome;
  copy.code = result.code;
  copy.http = result.http;
  copy.wait = result.wait;
  copy.pause = result.pause;
  copy.credential = result.credential;
  copy.link = result.link.copy();
  return copy;
}

EngineRig::EngineRig(const std::function<void(engine::Settings&)>& adjust) {
  settings.of(job::Provider::Mayar).on = true;
  settings.of(job::Provider::Nomos).on = true;
  if (adjust) adjust(settings);
  const auto path = folder / "latchkey.db";
  store::create_database(path, clock);
  other = std::make_unique<store::SqliteStore>(path, clock, store::Access::ReadWrite, Millis(0));
  command([](engine::Context& context) {
    ledger::Entry entry;  // as `init` begins a ledger
    entry.type = ledger::EntryType::LogInit;
    entry.origin = "example/one";
    context.store.append(entry);
  });
  start_process();
}

void EngineRig::start_process() {
  inbox = std::make_unique<engine::Inbox>();
  desk = std::make_unique<handover::ReplyDesk>();
  links = std::make_unique<handover::WaitingLinks>();
  couriers = std::make_unique<HeldCouriers>(mailers, posters);
  workers = std::make_unique<HeldCalls>(settings.workers);
  store_ = std::make_unique<FaultyStore>(
      std::make_unique<store::SqliteStore>(folder / "latchkey.db", clock, store::Access::ReadWrite,
                                           Millis(0)),
      [this](const char* operation) {
        if (operation == failing) throw Error("the disk is full");
      },
      [] {});
  engine_ = std::make_unique<engine::Engine>(engine::Parts{*store_, random, *inbox, *workers, *couriers,
                                                           *desk, *links, denials, fingerprint_key, &tally},
                                             settings);
  engine_->start();
}

void EngineRig::crash_and_restart() {
  engine_.reset();
  store_.reset();
  start_process();
}

void EngineRig::ask(const job::Submission& submission) {
  const std::string id = submission.request_id;
  inbox->put(engine::Request{"token:tk_1",
                             [submission](engine::Context& context) { engine::submit(context, submission); },
                             [this, id] { answers_[id] = "stored"; },
                             [this, id](std::exception_ptr why) {
                               try {
                                 std::rethrow_exception(why);
                               } catch (const InputError& error) {
                                 answers_[id] = error.code();
                               }
                             }});
}

std::string EngineRig::answer(const std::string& request_id) const {
  const auto at = answers_.find(request_id);
  return at == answers_.end() ? "" : at->second;
}

void EngineRig::claim(const std::string& request_id) {
  inbox->put(engine::Request{
      "token:tk_1",
      [this, request_id](engine::Context& context) { engine::claim(context, *links, request_id); },
      [this, request_id] { claims_[request_id] = std::string(links->take(request_id).reveal()); },
      [this, request_id](std::exception_ptr why) {
        try {
          std::rethrow_exception(why);
        } catch (const InputError& error) {
          claims_[request_id] = error.code();
        }
      }});
}

std::string EngineRig::claimed(const std::string& request_id) const {
  const auto at = claims_.find(request_id);
  return at == claims_.end() ? "" : at->second;
}

void EngineRig::command(const std::function<void(engine::Context&)>& action) {
  store::Transaction transaction(*other);
  engine::Forecasts forecasts(*other, settings, transaction.now().wall);
  engine::Context context{*other, random, settings, forecasts, transaction.now(), "uid:1000"};
  action(context);
  transaction.commit();
}

engine::Attempt EngineRig::start(const job::Submission& submission) {
  ask(submission);
  turn();
  BOOST_REQUIRE_EQUAL(answer(submission.request_id), "stored");
  BOOST_REQUIRE(!workers->calls.empty());
  BOOST_REQUIRE_EQUAL(workers->calls.back().request_id, submission.request_id);
  return workers->calls.back();
}

void EngineRig::finish_call(const provider::Result& result) {
  BOOST_REQUIRE(!workers->calls.empty());
  engine::Attempt attempt = std::move(workers->calls.front());
  workers->calls.pop_front();
  inbox->put(engine::Finished{std::move(attempt), copy_of(result)});
}

void EngineRig::finish_call(const engine::Attempt& attempt, const provider::Result& result) {
  std::erase_if(workers->calls, [&](const engine::Attempt& call) {
    return call.request_id == attempt.request_id && call.number == attempt.number;
  });
  inbox->put(engine::Finished{attempt, copy_of(result)});
}

void EngineRig::finish_mail(const handover::MailResult& result) {
  BOOST_REQUIRE(!couriers->mails.empty());
  const engine::Mailing mailing = std::move(couriers->mails.front());
  couriers->mails.pop_front();
  inbox->put(engine::Mailed{mailing.mail.request_id, mailing.mail.attempt, mailing.number, result});
}

void EngineRig::mint(const job::Submission& submission, const std::string& link) {
  finish_call(start(submission), minted(link));
  turn();
}

job::Job EngineRig::job_of(const std::string& request_id) {
  auto found = other->find_job(request_id);
  BOOST_REQUIRE_MESSAGE(found, "there is no job " << request_id);
  return *found;
}

std::string EngineRig::end(const std::string& request_id) {
  const job::Job found = job_of(request_id);
  return std::string(name(found.standing.state)) + " " + std::string(found.code ? name(*found.code) : "-");
}

std::string EngineRig::story(const std::string& request_id) {
  std::string text;
  other->each_entry({}, [&](const std::string& bytes) {
    const ledger::Entry entry = ledger::decode(bytes);
    if (entry.request_id == request_id) text += (text.empty() ? "" : " ") + std::string(name(entry.type));
    return true;
  });
  return text;
}

std::vector<ledger::Entry> EngineRig::entries(ledger::EntryType type) {
  std::vector<ledger::Entry> found;
  store::EntryFilter filter;
  filter.type = type;
  other->each_entry(filter, [&](const std::string& bytes) {
    found.push_back(ledger::decode(bytes));
    return true;
  });
  return found;
}

}  // namespace latchkey::test
