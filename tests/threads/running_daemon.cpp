#include "tests/threads/running_daemon.h"

#include <spdlog/spdlog.h>

#include "engine/submit.h"
#include "ledger/entry.h"
#include "store/sqlite_schema.h"

namespace latchkey::test {
namespace {

engine::Settings settings_for(int workers) {
  engine::Settings settings;
  settings.workers = workers;
  for (const job::Provider provider : job::kProviders) {
    settings.of(provider).on = true;
    settings.of(provider).rate = job::parse_rate("unlimited").value();
  }
  return settings;
}

job::Submission submission(job::Provider provider, const std::string& request_id) {
  job::Submission submission;
  submission.request_id = request_id;
  submission.provider = provider;
  const bool mayar = provider == job::Provider::Mayar;
  submission.recipient =
      job::parse_recipient(provider, mayar ? request_id + "@example.com" : "cus_" + request_id);
  submission.hand_over = mayar ? job::HandOver::None : job::HandOver::Reply;
  return submission;
}

}  // namespace

RunningDaemon::RunningDaemon(Options options)
    : inbox(options.requests_max),
      settings_(settings_for(options.workers)),
      fingerprint_key_(std::string(32, 'k')) {
  spdlog::set_level(spdlog::level::off);
  use_fixed_token();
  mayar_ = std::make_unique<provider::Mayar>(mayar, clock);
  nomos_ = std::make_unique<provider::Nomos>(nomos, clock);
  const auto database = folder / "latchkey.db";
  store::create_database(database, clock);
  outside_ = std::make_unique<store::SqliteStore>(database, clock);
  store_ = std::make_unique<FaultyStore>(
      std::make_unique<store::SqliteStore>(database, clock),
      [this](const char* operation) { before(operation); },
      [this] {
        const std::lock_guard lock(mutex_);
        ++commits_;
        changed_.notify_all();
      });
  workers_ = std::make_unique<engine::Workers>(options.workers, calls(options.deaf), inbox, clock);
  engine_ = std::make_unique<engine::Engine>(
      engine::Parts{*store_, random_, inbox, *workers_, couriers_, desk, links_, denials_, fingerprint_key_},
      settings_);
  const auto reload = [this](job::Provider provider) {
    ++reloads[provider];
    return provider == job::Provider::Mayar ? mayar_->reload_credentials() : nomos_->reload_credentials();
  };
  daemon_ = std::make_unique<engine::Daemon>(*engine_, *workers_, inbox, *store_, clock, signals,
                                             engine::Daemon::Options{std::chrono::seconds(10), reload});
  thread_ = std::thread([this] {
    try {
      daemon_->run();
    } catch (...) {
      failure_ = std::current_exception();
    }
    ended_.set_value();
  });
  std::unique_lock lock(mutex_);
  // The start and the first turn: one still under way would stand still in the place of the one meant.
  changed_.wait_for(lock, kPatience, [this] { return commits_ > 1; });
}

RunningDaemon::~RunningDaemon() {
  release();
  mayar_wire.answer_all(http_failure(HttpFailure::Reset, true));
  nomos_wire.answer_all(http_failure(HttpFailure::Reset, true));
  if (!thread_.joinable()) return;
  stop(true);
  // What a failed test has left open makes the daemon wait for a while of the test's time.
  const std::future<void> ended = ended_.get_future();
  while (ended.wait_for(Millis(10)) != std::future_status::ready) advance(std::chrono::seconds(1));
  thread_.join();
}

engine::Workers::Calls RunningDaemon::calls(bool deaf) {
  const auto is_mayar = [](job::Provider provider) { return provider == job::Provider::Mayar; };
  return {[this, is_mayar](job::Provider provider) -> provider::Provider& {
            if (is_mayar(provider)) return *mayar_;
            return *nomos_;
          },
          [this, is_mayar, deaf](job::Provider provider) {
            return (is_mayar(provider) ? mayar_wire : nomos_wire).client(deaf);
          }};
}

void RunningDaemon::before(const std::string& operation) {
  if (operation == "begin") {
    std::unique_lock lock(mutex_);
    stands_ = held_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    stands_ = false;
  }
  if (operation == "commit" && commits_to_fail_ > 0) {
    --commits_to_fail_;
    throw Error("the disk is full");
  }
}

void RunningDaemon::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

bool RunningDaemon::stands_still() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [this] { return stands_; });
}

void RunningDaemon::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

std::shared_ptr<RunningDaemon::Answer> RunningDaemon::submit(job::Provider provider,
                                                             const std::string& request_id) {
  auto answer = std::make_shared<Answer>();
  const auto ended = [this, answer](const std::string& rejected) {
    const std::lock_guard lock(mutex_);
    *answer = {commits_, rejected};
    ++answers_;
    changed_.notify_all();
  };
  inbox.put(engine::Request{"uid:1",
                            [wanted = submission(provider, request_id)](engine::Context& context) {
                              engine::submit(context, wanted);
                            },
                            [ended] { ended(""); },
                            [ended](std::exception_ptr failure) {
                              try {
                                std::rethrow_exception(failure);
                              } catch (const InputError& error) {
                                ended(error.code());
                              }
                            }});
  return answer;
}

bool RunningDaemon::wait_for_answers(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return answers_ >= count; });
}

RunningDaemon::Caller RunningDaemon::ask_for_link(const std::string& request_id) {
  auto place = desk.open(request_id);
  submit(job::Provider::Nomos, request_id);
  return {request_id, std::move(place)};
}

std::optional<handover::Reply> RunningDaemon::reply_to(const Caller& caller) {
  auto reply = caller.place->wait(kPatience);
  if (reply && !reply->link.empty()) {
    inbox.put(engine::HandedOver{caller.request_id, reply->attempt, job::Outcome::Accepted});
  }
  return reply;
}

void RunningDaemon::from_outside(const std::function<void(engine::Context&)>& action) {
  store::Transaction transaction(*outside_);
  engine::Forecasts forecasts(*outside_, settings_, transaction.now().wall);
  engine::Context context{*outside_, outside_random_, settings_, forecasts, transaction.now(), "uid:2"};
  action(context);
  transaction.commit();
}

job::Job RunningDaemon::job(const std::string& request_id) {
  return outside_->find_job(request_id).value();
}

bool RunningDaemon::eventually(const std::function<bool()>& holds) {
  for (int seen = -1;;) {
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait_for(lock, kPatience, [&] { return commits_ != seen; })) return false;
      seen = commits_;
    }
    if (holds()) return true;
  }
}

bool RunningDaemon::eventually_in(const std::string& request_id, job::State state) {
  return eventually([&] {
    const auto job = outside_->find_job(request_id);
    return job && job->standing.state == state;
  });
}

std::vector<std::string> RunningDaemon::history(const std::string& request_id) {
  std::vector<std::string> lines;
  outside_->each_entry({}, [&](const std::string& bytes) {
    const ledger::Entry entry = ledger::decode(bytes);
    if (entry.request_id != request_id || entry.type == ledger::EntryType::JobAccepted) return true;
    std::string line(name(entry.type));
    if (entry.outcome) line += " " + std::string(name(*entry.outcome));
    if (entry.code) line += " " + std::string(name(*entry.code));
    lines.push_back(line);
    return true;
  });
  return lines;
}

void RunningDaemon::stop(bool at_once) {
  signals.stop = at_once ? 2 : 1;
  inbox.wake();
}

bool RunningDaemon::refuses_requests() {
  try {
    inbox.put(engine::Request{"uid:1", [](engine::Context&) {}, [] {}, [](std::exception_ptr) {}});
    return false;
  } catch (const InputError&) {
    return true;
  }
}

void RunningDaemon::advance(Millis by) {
  clock.advance(by);
  inbox.wake();
}

std::exception_ptr RunningDaemon::join() {
  thread_.join();
  return failure_;
}

}  // namespace latchkey::test
