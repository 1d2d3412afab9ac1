#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "base/files.h"
#include "base/time_text.h"
#include "sandbox/sandbox.h"

namespace {

namespace sandbox = latchkey::sandbox;
using latchkey::Millis;
using latchkey::UsageError;

constexpr std::size_t kCustomersFileMax = 64 * 1024 * 1024;

/// The options as they stand on the command line.
struct Words {
  std::string listen = "127.0.0.1:0";
  std::string control_listen, certificate, key, customers;
  std::string latency = "0ms", slow = "3s", throttle_wait = "1s";
  std::string link_lifetime = "1h", token_lifetime = "1h";
  std::string mayar_limit = "20/min", nomos_limit = "10/s";
  bool quiet = false;
};

void declare(CLI::App& app, Words& words, sandbox::Options& options) {
  sandbox::Keys& keys = options.setup.keys;
  app.add_option("--listen", words.listen, "address of the providers, the portal and the control API")
      ->capture_default_str();
  app.add_option("--control-listen", words.control_listen, "a second address, for the control API alone");
  app.add_option("--cert", words.certificate, "PEM file: speak HTTPS on --listen");
  app.add_option("--key", words.key, "PEM file of the certificate's key");
  app.add_option("--customers", words.customers,
                 "file with the only emails and cus_ ids that are registered");
  app.add_option("--mayar-key", keys.mayar_key, "API key")->capture_default_str();
  app.add_option("--nomos-client", keys.nomos_client, "client id")->capture_default_str();
  app.add_option("--nomos-secret", keys.nomos_secret, "client secret")->capture_default_str();
  app.add_option("--nomos-token", keys.nomos_token, "an access token that is always good");
  app.add_option("--mayar-limit", words.mayar_limit, "calls in a window, or off")->capture_default_str();
  app.add_option("--nomos-limit", words.nomos_limit, "calls in a window, or off")->capture_default_str();
  app.add_option("--latency", words.latency, "before every answer")->capture_default_str();
  app.add_option("--slow", words.slow, "what the slow fault adds")->capture_default_str();
  app.add_option("--throttle-wait", words.throttle_wait, "what the throttle fault asks for")
      ->capture_default_str();
  app.add_option("--link-lifetime", words.link_lifetime)->capture_default_str();
  app.add_option("--token-lifetime", words.token_lifetime)->capture_default_str();
  app.add_option("--seed", options.setup.seed, "of tokens, links and request ids")->capture_default_str();
  app.add_flag("--quiet", words.quiet, "no line per call");
}

Millis duration(const std::string& text, const char* option) {
  const auto parsed = latchkey::parse_duration(text);
  if (!parsed) throw UsageError(std::string(option) + ": expected a duration such as 20ms, 3s or 1h");
  return *parsed;
}

sandbox::Limit limit(const std::string& text, const char* option) {
  const auto parsed = sandbox::parse_limit(text);
  if (!parsed) throw UsageError(std::string(option) + ": expected something like 20/min, 10/s or off");
  return *parsed;
}

void read_words(const Words& words, sandbox::Options& options) {
  options.listen = sandbox::parse_address(words.listen);
  if (words.certificate.empty() != words.key.empty()) throw UsageError("--cert and --key go together");
  options.listen.certificate = words.certificate;
  options.listen.key = words.key;
  if (!words.control_listen.empty()) options.control_listen = sandbox::parse_address(words.control_listen);
  options.latency = duration(words.latency, "--latency");
  options.slow = duration(words.slow, "--slow");
  options.setup.throttle_wait =
      std::chrono::ceil<std::chrono::seconds>(duration(words.throttle_wait, "--throttle-wait"));
  options.setup.link_lifetime = duration(words.link_lifetime, "--link-lifetime");
  options.setup.token_lifetime = duration(words.token_lifetime, "--token-lifetime");
  options.setup.mayar_limit = limit(words.mayar_limit, "--mayar-limit");
  options.setup.nomos_limit = limit(words.nomos_limit, "--nomos-limit");
  if (!words.customers.empty())
    options.setup.customers = latchkey::read_file(words.customers, kCustomersFileMax);
  if (!words.quiet) options.log = sandbox::log_to_stderr;
}

void print_usage(const sandbox::Sandbox& running) {
  std::fprintf(
      stderr,
      "Both providers answer here, with the keys of --mayar-key, --nomos-client and --nomos-secret.\n"
      "Ask for a fault by recipient: budi+throttle2@example.com, cus_cutafter1_abc (docs/sandbox.md).\n"
      "Counts: curl %s/control/calls?brief=1\n",
      running.control_url().c_str());
}

int run(int argc, char** argv) {
  sandbox::Options options;
  Words words;
  CLI::App app("Mayar's and Nomos' APIs on loopback, with faults on demand", "latchkey-sandbox");
  declare(app, words, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  read_words(words, options);

  // Blocked before any thread begins, so that only sigwait below sees them.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  latchkey::SystemClock clock;
  sandbox::Sandbox running(std::move(options), clock);
  std::printf("listening on %s\n", running.url().c_str());
  std::fflush(stdout);
  print_usage(running);
  int signal = 0;
  sigwait(&ending, &signal);
  // At once: calls in progress may hang or drip, and there is nothing to keep.
  std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const UsageError& e) {
    std::fprintf(stderr, "latchkey-sandbox: %s\n", e.what());
    return 2;
  } catch (const latchkey::Error& e) {
    std::fprintf(stderr, "latchkey-sandbox: %s\n", e.what());
    return 4;
  }
}
