#include "surface/serve_command.h"

#include <malloc.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/curl_http_client.h"
#include "base/curl_smtp_client.h"
#include "base/file_lock.h"
#include "base/reserve_file.h"
#include "engine/courier_threads.h"
#include "engine/daemon.h"
#include "engine/publisher.h"
#include "engine/settings_of.h"
#include "handover/smtp_mailer.h"
#include "handover/webhook.h"
#include "provider/factory.h"
#include "store/file_anchors.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "surface/api_access.h"
#include "surface/api_open_routes.h"
#include "surface/api_read_routes.h"
#include "surface/api_write_routes.h"
#include "surface/covering_checkpoint.h"
#include "surface/http_server.h"
#include "surface/key_files.h"
#include "surface/schedule_thread.h"

namespace latchkey::surface {
namespace {

// The results of all calls that can be under way, with what SQLite writes around them, several times over.
constexpr std::int64_t kReserve = 8 * 1024 * 1024;
// Health and metrics are asked for by few, and answered from memory.
constexpr int kHealthThreads = 4;

// A signal handler may touch nothing but this.
engine::Signals* signals_of_process = nullptr;

void on_signal(int signal) {
  if (signal == SIGHUP) {
    signals_of_process->reload = true;
  } else {
    ++signals_of_process->stop;
  }
}

// Routes the process's signals to `signals` for as long as it lives.
class SignalRoute {
 public:
  explicit SignalRoute(engine::Signals& signals) {
    signals_of_process = &signals;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaction(signal, &action, nullptr);
  }
  ~SignalRoute() {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::signal(signal, SIG_DFL);
    signals_of_process = nullptr;
  }
  SignalRoute(const SignalRoute&) = delete;
  SignalRoute& operator=(const SignalRoute&) = delete;
};

// Whether the key in use is another one now. An unusable file leaves the old one in force.
bool reload_fingerprint_key(const std::filesystem::path& path, Secret& key) {
  try {
    Secret newest = std::move(read_fingerprint_keys(path).front());
    const bool changed = newest.reveal() != key.reveal();
    if (changed) key = std::move(newest);
    return changed;
  } catch (const std::exception& error) {
    spdlog::error("fingerprint key not read: {}", error.what());
    return false;
  }
}

// The providers that are on, and their key files.
class Providers {
 public:
  Providers(const Config& config, Clock& clock) : file_(config.file), clock_(clock) {
    for (const job::Provider id : job::kProviders) make(id, config);
  }
  provider::Provider& of(job::Provider id) {
    LATCHKEY_CHECK(providers_.at(index(id)) != nullptr);  // a provider that is off takes no jobs
    return *providers_.at(index(id));
  }
  /// Whether the credentials changed. Unusable key files leave the old ones in force.
  bool reload(job::Provider id) {
    try {
      if (providers_.at(index(id)) != nullptr) return providers_.at(index(id))->reload_credentials();
      // It was off. Workers see the new object: its first attempt reaches them through their queue's lock.
      return make(id, load_config(file_));
    } catch (const std::exception& error) {
      spdlog::error("key files not read provider={}: {}", job::name(id), error.what());
      return false;
    }
  }

 private:
  static std::size_t index(job::Provider id) { return static_cast<std::size_t>(id); }
  bool make(job::Provider id, const Config& config) {
    if (!config.provider(id).on) return false;
    providers_.at(index(id)) = provider::make_provider(id, config, clock_);
    return true;
  }

  std::filesystem::path file_;
  Clock& clock_;
  std::array<std::unique_ptr<provider::Provider>, job::kProviders.size()> providers_;
};

/// Mails and webhooks, as far as they are configured.
class Deliveries {
 public:
  Deliveries(const Config& config, Clock& clock, engine::Inbox& inbox, int posters)
      : config_(config),
        mailer_(config.smtp.on ? std::make_unique<handover::SmtpMailer>(config.smtp, clock) : nullptr),
        webhooks_(config.webhooks, clock),
        threads_({mailer_ ? config.smtp.workers : 0, mailer_.get(),
                  [&config] { return std::make_unique<CurlSmtpClient>(handover::server_of(config.smtp)); },
                  config.webhooks.empty() ? 0 : posters, &webhooks_,
                  [this](const std::string& endpoint) { return client_of(endpoint); }},
                 inbox) {}
  engine::Couriers& couriers() { return threads_; }
  void abort() { threads_.abort(); }
  /// Unusable files leave the old secrets in force.
  void reload() {
    reload_one("mail password", [&] { return mailer_ && mailer_->reload_credentials(); });
    reload_one("webhook secrets", [&] { return webhooks_.reload(); });
  }

 private:
  std::unique_ptr<HttpClient> client_of(const std::string& endpoint) const {
    for (const WebhookConfig& webhook : config_.webhooks) {
      if (webhook.name == endpoint) return std::make_unique<CurlHttpClient>(webhook.ca_file);
    }
    return std::make_unique<CurlHttpClient>();
  }
  static void reload_one(const char* what, const std::function<bool()>& read) {
    try {
      spdlog::info("{} read again changed={}", what, read());
    } catch (const std::exception& error) {
      spdlog::error("{} not read: {}", what, error.what());
    }
  }

  const Config& config_;
  std::unique_ptr<handover::SmtpMailer> mailer_;
  handover::Webhooks webhooks_;
  engine::CourierThreads threads_;  // last: its threads use the others
};

void append(std::vector<ApiRoute>& routes, const std::vector<ApiRoute>& more) {
  routes.insert(routes.end(), more.begin(), more.end());
}

void log_to_stderr() {
  auto logger = spdlog::stderr_logger_mt("latchkey");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void log_start(const Config& config, const std::string& address, const std::string& health) {
  spdlog::info("latchkey {} started pid={} database={} api={} health={} workers={}", LATCHKEY_VERSION,
               getpid(), config.database().string(), address, health, config.workers);
  for (const job::Provider id : job::kProviders) {
    const ProviderConfig& provider = config.provider(id);
    if (provider.on) {
      spdlog::info("provider {} is on rate={} base_url={}", job::name(id), provider.rate.text,
                   provider.base_url);
    } else {
      spdlog::warn("provider {} is off: {}", job::name(id), job::why_off(id));
    }
  }
}

// Memory that was used comes to be used again within a millisecond. Without this it goes back to the system
// each time, which costs every request system calls and, with many threads, interrupts on the other
// processors.
void keep_memory() {
  mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
  mallopt(M_TOP_PAD, 256 * 1024);
}

}  // namespace

int serve(const GlobalOptions& options) {
  keep_memory();
  const Config config = load_config(options.config);
  log_to_stderr();
  store::require_our_database(config.database());
  FileLock lock(config.lock_file());
  engine::Signals signals;
  const SignalRoute route(signals);

  SystemClock clock;
  SystemRandom random;
  store::SqliteStore store(config.database(), clock, store::Access::ReadWrite, Millis(2'000));
  store.write_a_lot();
  const Secret signing_key = read_key(config.signing_key_file, "ledger.signing_key_file");
  store::FileAnchors anchors(config.anchors);
  engine::PublishedCheckpoint checkpoint;
  engine::Publisher publisher(
      store, anchors, signing_key,
      [](const std::string& why) {
        spdlog::error("no checkpoint published; entries are kept, but nothing outside shows them yet: {}",
                      why);
      },
      &checkpoint);
  publisher.compare();  // before anything is added: what is compared must be what was found
  require_origin(config, publisher.origin());
  Secret fingerprint_key = std::move(read_fingerprint_keys(config.fingerprint_key_file).front());
  Providers providers(config, clock);
  ReserveFile reserve(config.data_dir / "reserve", kReserve);
  engine::Inbox inbox;
  handover::ReplyDesk desk;
  handover::WaitingLinks links;
  engine::Denials denials;
  engine::Settings settings = engine::settings_of(config);
  settings.fingerprint_keys = fingerprint_keys_when_asked(config.fingerprint_key_file);
  engine::Tally tally;
  engine::Pulse pulse;
  for (const job::Provider id : job::kProviders) {
    if (config.provider(id).on) pulse.switch_on(id);
  }
  ReadStores stores(config.database(), clock, static_cast<std::size_t>(config.api.threads));
  ReadStores own_store(config.database(), clock, 1);  // questions of callers cannot keep it
  FigureBoard figures(
      [&](TimePoint now) {
        return read_figures(*own_store.lease(), config.database(), checkpoint.state(), now);
      },
      clock);
  ApiAccess access(stores, clock, denials, inbox);
  const auto authorize = [&access](std::string_view token, const std::string& scope) {
    return access.require(token, scope);
  };
  const auto log_fault = [](const std::string& what) { spdlog::error("{}", what); };
  const std::vector<ApiRoute> open =
      open_routes({settings, pulse, tally, checkpoint, denials, figures, clock});
  std::vector<ApiRoute> routes = write_routes({config, inbox, desk, links, stores, clock, random});
  append(routes, read_routes({config, settings, inbox, checkpoint, pulse, figures, stores, clock}));
  append(routes, open);
  HttpServer api(
      {config.api.listen, "api.listen", config.api.threads, std::move(routes), authorize, clock, log_fault});
  HttpServer health(
      {config.api.health, "api.health_listen", kHealthThreads, open, authorize, clock, log_fault});
  engine::Workers workers(
      config.workers,
      {[&](job::Provider id) -> provider::Provider& { return providers.of(id); },
       [&](job::Provider id) { return std::make_unique<CurlHttpClient>(config.provider(id).ca_file); }},
      inbox, clock);
  Deliveries deliveries(config, clock, inbox, settings.posters);
  engine::Engine engine(
      {store, random, inbox, workers, deliveries.couriers(), desk, links, denials, fingerprint_key, &tally},
      settings);
  engine::Daemon daemon(
      engine, workers, inbox, store, clock, signals,
      {config.shutdown_grace, [&](job::Provider id) { return providers.reload(id); }, &publisher, &reserve,
       [&] { return reload_fingerprint_key(config.fingerprint_key_file, fingerprint_key); },
       [&] { deliveries.reload(); }, [&] { deliveries.abort(); }, &pulse});

  engine::Settings schedule_settings = engine::settings_of(config);
  schedule_settings.fingerprint_keys = fingerprint_keys_when_asked(config.fingerprint_key_file);
  ScheduleThread schedules(config, std::move(schedule_settings), clock, pulse,
                           [](const std::string& text, bool trouble) {
                             spdlog::log(trouble ? spdlog::level::warn : spdlog::level::info, "{}", text);
                           });

  api.start();
  health.start();
  lock.write_content("pid " + std::to_string(getpid()) + "\napi " + api.address() + "\nhealth " +
                     health.address() + "\n");
  log_start(config, api.address(), health.address());
  schedules.start();
  daemon.run();
  spdlog::info("stopped");
  return 0;
}

}  // namespace latchkey::surface
