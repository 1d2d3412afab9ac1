#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

#include "base/error.h"
#include "base/files.h"
#include "config.h"
#include "tests/support/config_folder.h"

using namespace std::chrono_literals;
using latchkey::Config;
using latchkey::create_private_file;
using latchkey::Error;
using latchkey::FieldError;
using latchkey::initial_config;
using latchkey::InputError;
using latchkey::ListenAddress;
using latchkey::load_config;
using latchkey::Millis;
using latchkey::ProviderConfig;
using latchkey::TempDir;
using latchkey::WebhookConfig;

namespace {

namespace fs = std::filesystem;
using Folder = latchkey::test::ConfigFolder;
using latchkey::test::complaint;
using latchkey::test::complaints;
using latchkey::test::kLeast;
using latchkey::test::kOrigin;

void check_same(const ProviderConfig& a, const ProviderConfig& b) {
  BOOST_TEST(a.base_url == b.base_url);
  BOOST_TEST(a.rate.text == b.rate.text);
  BOOST_TEST(a.rate.interval.count() == b.rate.interval.count());
  BOOST_TEST(a.rate.burst == b.rate.burst);
  BOOST_TEST(a.link_lifetime.count() == b.link_lifetime.count());
  BOOST_TEST(a.timeout.count() == b.timeout.count());
  BOOST_TEST(a.connect_timeout.count() == b.connect_timeout.count());
  BOOST_TEST(a.stall_timeout.count() == b.stall_timeout.count());
  BOOST_TEST(a.ca_file == b.ca_file);
  BOOST_TEST(a.api_key_file.filename() == b.api_key_file.filename());
  BOOST_TEST(a.retry_unknown_once == b.retry_unknown_once);
  BOOST_TEST(a.client_id == b.client_id);
  BOOST_TEST(a.client_secret_file.filename() == b.client_secret_file.filename());
  BOOST_TEST(a.access_token_file == b.access_token_file);
  BOOST_TEST(a.token_request_json == b.token_request_json);
  BOOST_TEST(a.api_version == b.api_version);
  BOOST_TEST(a.link_hosts == b.link_hosts);
  BOOST_TEST(a.on == b.on);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_tests)

BOOST_AUTO_TEST_CASE(the_initial_configuration_says_what_the_defaults_are) {
  const Folder folder(initial_config(kOrigin));
  const Folder least(kLeast);
  const Config a = folder.load();
  const Config b = least.load();
  check_same(a.mayar, b.mayar);
  check_same(a.nomos, b.nomos);
  BOOST_TEST(a.workers == b.workers);
  BOOST_TEST(a.shutdown_grace.count() == b.shutdown_grace.count());
  BOOST_TEST(a.retry.attempts == b.retry.attempts);
  BOOST_TEST(a.retry.first.count() == b.retry.first.count());
  BOOST_TEST(a.retry.most.count() == b.retry.most.count());
  BOOST_TEST(a.origin == kOrigin);
  BOOST_TEST(a.api.listen.host == b.api.listen.host);
  BOOST_TEST(a.api.listen.port == b.api.listen.port);
  const auto in = [](const Folder& f, const fs::path& path) { return path.lexically_relative(f.dir.path()); };
  BOOST_TEST(in(folder, a.data_dir) == in(least, b.data_dir));
  BOOST_TEST(in(folder, a.anchors) == in(least, b.anchors));
  BOOST_TEST(in(folder, a.signing_key_file) == in(least, b.signing_key_file));
  BOOST_TEST(in(folder, a.fingerprint_key_file) == in(least, b.fingerprint_key_file));
}

BOOST_AUTO_TEST_CASE(the_defaults_are_those_of_the_header) {
  const Config loaded = Folder(kLeast).load();
  const Config plain;
  BOOST_TEST(loaded.workers == plain.workers);
  BOOST_TEST(loaded.shutdown_grace.count() == plain.shutdown_grace.count());
  BOOST_TEST(loaded.retry.attempts == plain.retry.attempts);
  BOOST_TEST(loaded.retry.first.count() == plain.retry.first.count());
  BOOST_TEST(loaded.retry.most.count() == plain.retry.most.count());
  BOOST_TEST(loaded.mayar.timeout.count() == plain.mayar.timeout.count());
  BOOST_TEST(loaded.mayar.link_lifetime.count() == plain.mayar.link_lifetime.count());
  BOOST_TEST(loaded.api.listen.host == plain.api.listen.host);
  BOOST_TEST(loaded.api.listen.port == plain.api.listen.port);
  BOOST_TEST((loaded.api.health == plain.api.health));
  BOOST_TEST(loaded.api.threads == plain.api.threads);
}

BOOST_AUTO_TEST_CASE(every_commented_setting_of_the_initial_configuration_is_one) {
  const std::string text = initial_config(kOrigin);
  const std::string all = std::regex_replace(text, std::regex("\n# ([a-z_]+ = |\\[\\[)"), "\n$1");
  BOOST_TEST(all.size() < text.size());
  Folder folder(all);
  folder.add_key("secrets/crm.webhook", "whsec_" + std::string(44, 'A') + "\n");
  const Config config = folder.load();
  BOOST_TEST(config.mayar.ca_file == (folder.dir / "mayar-ca.pem").string());
  BOOST_TEST(config.nomos.access_token_file == folder.dir / "secrets" / "nomos.token");
  BOOST_REQUIRE(config.webhooks.size() == 1U);
  const WebhookConfig endpoint;
  BOOST_TEST((config.webhooks[0].events == endpoint.events));
  BOOST_TEST((config.webhooks[0].timeout == endpoint.timeout && !config.webhooks[0].allow_private));
  BOOST_TEST(config.smtp.on);
  BOOST_TEST(config.smtp.username == "portal@example.com");
  // What stands there is also what a setting is without it.
  const latchkey::SmtpConfig plain;
  BOOST_TEST((config.smtp.security == plain.security));
  BOOST_TEST(config.smtp.port == plain.port);
  BOOST_TEST(config.smtp.password_file == folder.dir / "secrets" / "smtp.password");
  BOOST_TEST(config.smtp.templates == folder.dir / "templates");
  BOOST_TEST(config.smtp.timezone == plain.timezone);
  BOOST_TEST((config.smtp.timeout == plain.timeout && config.smtp.connect_timeout == plain.connect_timeout));
  BOOST_TEST(config.smtp.workers == plain.workers);
  BOOST_TEST(config.smtp.verify_address == plain.verify_address);
}

BOOST_AUTO_TEST_CASE(reads_every_setting) {
  const Folder folder(R"(
    data_dir = "/var/lib/latchkey"
    engine = {workers = 1000, shutdown_grace = "0s"}
    [providers.mayar]
    base_url = "http://127.0.0.1:9000/x"
    api_key_file = "../m.key"
    rate = "unlimited"
    burst = 7
    link_lifetime = "1h"
    timeout = "5m"
    connect_timeout = "100ms"
    stall_timeout = "2s"
    ca_file = "ca.pem"
    after_unknown = "retry_once"
    [providers.nomos]
    client_id = "client"
    client_secret_file = ""
    access_token_file = "t"
    token_request = "json"
    api_version = "2026-05-27.curie"
    link_hosts = [
      "checkout.example", ".portal.example"]
    [retry]
    attempts = 20
    first = "1s"
    most = "1s"
    [ledger]
    origin = "a.b/c"
    anchors = "/srv/anchors"
    signing_key_file = "s"
    fingerprint_key_file = "f"
    [api]
    listen = "[::1]:0"
    health_listen = "127.0.0.2:1"
    threads = 512
  )");
  const Config config = folder.load();
  const fs::path dir = folder.dir.path();
  BOOST_TEST(config.file == folder.file);
  BOOST_TEST(config.data_dir == "/var/lib/latchkey");
  BOOST_TEST(config.workers == 1000);
  BOOST_TEST(config.shutdown_grace.count() == 0);
  BOOST_TEST(config.mayar.base_url == "http://127.0.0.1:9000/x");
  BOOST_TEST(config.mayar.api_key_file == dir.parent_path() / "m.key");
  BOOST_TEST(config.mayar.rate.unlimited());
  BOOST_TEST(config.mayar.rate.burst == 7);
  BOOST_TEST((config.mayar.link_lifetime == Millis(1h)));
  BOOST_TEST((config.mayar.timeout == Millis(5min)));
  BOOST_TEST((config.mayar.connect_timeout == 100ms));
  BOOST_TEST((config.mayar.stall_timeout == Millis(2s)));
  BOOST_TEST(config.mayar.ca_file == (dir / "ca.pem").string());
  BOOST_TEST(config.mayar.retry_unknown_once);
  BOOST_TEST(config.nomos.client_id == "client");
  BOOST_TEST(config.nomos.client_secret_file.empty());
  BOOST_TEST(config.nomos.access_token_file == dir / "t");
  BOOST_TEST(config.nomos.token_request_json);
  BOOST_TEST(config.nomos.api_version == "2026-05-27.curie");
  BOOST_TEST(config.nomos.link_hosts == (std::vector<std::string>{"checkout.example", ".portal.example"}));
  BOOST_TEST(config.retry.attempts == 20);
  BOOST_TEST((config.retry.most == Millis(1s)));
  BOOST_TEST(config.origin == "a.b/c");
  BOOST_TEST(config.anchors == "/srv/anchors");
  BOOST_TEST(config.signing_key_file == dir / "s");
  BOOST_TEST(config.fingerprint_key_file == dir / "f");
  BOOST_TEST(config.api.listen.host == "::1");
  BOOST_TEST(config.api.listen.port == 0);
  BOOST_TEST((config.api.health == ListenAddress{"127.0.0.2", 1}));
  BOOST_TEST(config.api.threads == 512);
}

BOOST_AUTO_TEST_CASE(makes_paths_absolute_from_the_files_folder) {
  const Folder folder(kLeast);
  const fs::path before = fs::current_path();
  fs::current_path(folder.dir.path());
  const Config config = load_config("latchkey.toml");
  fs::current_path(before);
  BOOST_TEST(config.file.is_absolute());
  BOOST_TEST(config.data_dir == config.file.parent_path() / "data");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_each_value) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"[providers.mayar]\nrate = \"20/parsec\"",
       "2 providers.mayar.rate: expected \"20/min\", got \"20/parsec\""},
      {"[providers.nomos]\nrate = 10", "2 providers.nomos.rate: expected \"10/s\", got an integer"},
      {"[engine]\nworkers = true", "2 engine.workers: expected an integer from 1 to 1000, got true or false"},
      {"engine.workers = 1.0",
       "1 engine.workers: expected an integer from 1 to 1000, got a number with a fraction"},
      {"engine.workers = 1001", "1 engine.workers: expected an integer from 1 to 1000, got 1001"},
      {"engine.workers = 0", "1 engine.workers: expected an integer from 1 to 1000, got 0"},
      {"engine = 3", "1 engine: expected a table, got an integer"},
      {"[[providers.mayar]]", "1 providers.mayar: expected a table, got a list"},
      {"engine.shutdown_grace = 30",
       "1 engine.shutdown_grace: expected a duration such as \"30s\", got an integer"},
      {"engine.shutdown_grace = \"soon\"",
       "1 engine.shutdown_grace: expected a duration such as \"30s\", got \"soon\""},
      {"engine.shutdown_grace = \"601s\"", "1 engine.shutdown_grace: expected 0s to 10m, got \"601s\""},
      {"providers.mayar.link_lifetime = \"61m\"",
       "1 providers.mayar.link_lifetime: expected 1s to 1h, got \"61m\""},
      {"providers.nomos.timeout = \"500ms\"", "1 providers.nomos.timeout: expected 1s to 5m, got \"500ms\""},
      {"providers.mayar.burst = 0", "1 providers.mayar.burst: expected an integer from 1 to 1000, got 0"},
      {"providers.mayar.after_unknown = \"retry\"",
       "1 providers.mayar.after_unknown: expected \"hold\" or \"retry_once\", got \"retry\""},
      {"providers.nomos.token_request = \"xml\"",
       "1 providers.nomos.token_request: expected \"form\" or \"json\", got \"xml\""},
      {"providers.nomos.client_id = \"a:b\"", "1 providers.nomos.client_id: must hold no colon and no space"},
      {"providers.nomos.api_version = \"x\\ty\"",
       "1 providers.nomos.api_version: contains a control character"},
      {"providers.nomos.api_version = \"\"",
       "1 providers.nomos.api_version: expected a version such as \"2026-01-29.edison\""},
      {"providers.mayar.base_url = \"http://api.example.com\"",
       "1 providers.mayar.base_url: expected https:// (plain http:// is for loopback hosts only)"},
      {"retry.attempts = 21", "1 retry.attempts: expected an integer from 1 to 20, got 21"},
      {"retry.most = \"1s\"", "1 retry.most: must not be shorter than retry.first"},
      {"data_dir = \"\"", "1 data_dir: must not be empty"},
      {"data_dir = \"a\\u202Eb\"", "1 data_dir: contains a bidirectional mark"},
      {"ledger.anchors = \"a\"",
       "0 ledger.origin: is missing; expected a name such as \"host.example/latchkey/3f9c21ab\", as "
       "`latchkey init` "
       "writes it"},
      {"ledger.origin = \"https://x/y\"",
       "1 ledger.origin: expected a name such as \"host.example/latchkey/3f9c21ab\", got \"https://x/y\""},
      {"api.listen = \"127.0.0.1\"",
       "1 api.listen: expected an address such as \"127.0.0.1:8420\", got \"127.0.0.1\""}};
  for (const auto& [text, expected] : cases) BOOST_TEST(complaint(text) == expected);
}

BOOST_AUTO_TEST_CASE(suggests_the_setting_that_was_meant) {
  BOOST_TEST(complaint("[providers.mayar]\n\nrates = \"1/s\"") ==
             "3 providers.mayar.rates: is not a known setting; did you mean \"rate\"?");
  BOOST_TEST(complaint("[provider.mayar]\nrate = \"1/s\"") ==
             "1 provider: is not a known setting; did you mean \"providers\"?");
  BOOST_TEST(complaint("[engine]\nzebra = 1") == "2 engine.zebra: is not a known setting");
  BOOST_TEST(complaint("[engine]\n\"a\\nb\" = 1") == "2 engine.a?b: is not a known setting");
  BOOST_TEST(
      complaint("[providers.mayar]\nclient_id = \"x\"").starts_with("2 providers.mayar.client_id: is not"));
}

BOOST_AUTO_TEST_CASE(listens_on_loopback_only) {
  for (const char* listen : {"127.0.0.1:1", "127.9.9.9:65535", "localhost:0", "[::1]:8420"}) {
    BOOST_TEST(complaint("api.listen = \"" + std::string(listen) + "\"") == "0 complaints");
  }
  for (const char* listen :
       {"0.0.0.0:1", "192.0.2.1:80", "example.com:80", "[::]:80", ":80", "127.0.0.1.example.com:80"}) {
    for (const std::string key : {"listen", "health_listen"}) {
      const std::string told = complaint("api." + key + " = \"" + listen + "\"");
      BOOST_TEST(told.find("nginx") != std::string::npos);
      BOOST_TEST(told.find("api." + key) != std::string::npos);
    }
  }
  for (const char* listen :
       {"127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:", "127.0.0.1:8x", "::1", "", "8420"}) {
    BOOST_TEST(complaint("api.listen = \"" + std::string(listen) + "\"") != "0 complaints");
  }
}

BOOST_AUTO_TEST_CASE(two_servers_have_two_addresses) {
  BOOST_TEST(complaint("api.health_listen = \"127.0.0.1:8420\"") ==
             "1 api.health_listen: expected another address than api.listen has");
  BOOST_TEST(complaint("api = {listen = \"127.0.0.1:0\", health_listen = \"127.0.0.1:0\"}") ==
             "0 complaints");
}

BOOST_AUTO_TEST_CASE(takes_no_link_host_that_lets_everybody_in) {
  for (const char* hosts : {"[]", "\".a.example\"", "[\"\"]", "[\".\"]", "[\".energy\"]", "[\"a..b\"]",
                            "[\"*.a.b\"]", "[\"a.b/c\"]", "[\".a.b\", 1]"}) {
    BOOST_TEST(complaint("providers.nomos.link_hosts = " + std::string(hosts)) ==
               "1 providers.nomos.link_hosts: expected a list such as [\".customerportal.energy\"]");
  }
}

BOOST_AUTO_TEST_CASE(reports_every_wrong_setting_in_the_order_of_the_file) {
  const Folder folder("[engine]\nworkers = 0\nspeed = 1\n[retry]\nfirst = \"x\"\n[ledger]\n");
  std::string all;
  for (const FieldError& error : complaints(folder)) all += std::to_string(error.line) + error.field + " ";
  BOOST_TEST(all == "0ledger.origin 2engine.workers 3engine.speed 5retry.first ");
  BOOST_CHECK_EXCEPTION(folder.load(), InputError, [&](const InputError& error) {
    const std::string what = error.what();
    return what.starts_with(folder.file.string()) &&
           what.find("engine.speed: is not a known") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(names_line_and_column_of_bad_toml_and_quotes_nothing) {
  const Folder folder("a = 1\nkey = sk_live_secret\n");
  const auto all = complaints(folder);
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0].line == 2);
  BOOST_TEST(all[0].message.find("column") != std::string::npos);
  BOOST_CHECK_EXCEPTION(folder.load(), InputError, [](const InputError& e) {
    return std::string(e.what()).find("sk_live") == std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(rejects_files_that_no_person_writes) {
  std::string dotted = "a";
  for (int i = 0; i < 100'000; ++i) dotted += ".a";
  BOOST_TEST(complaints(Folder("\n" + dotted + " = 1\n")).at(0).line == 2);
  BOOST_TEST(complaints(Folder("a = " + std::string(500, '['))).size() == 1U);
  const Folder large(std::string(1024 * 1024 + 1, '\n'));
  BOOST_CHECK_THROW(large.load(), Error);
}

BOOST_AUTO_TEST_CASE(tells_a_missing_file_from_a_wrong_one) {
  const TempDir dir;
  BOOST_CHECK_THROW(load_config(dir / "none.toml"), Error);
  BOOST_CHECK_THROW(load_config(dir.path()), Error);
}

BOOST_AUTO_TEST_CASE(rejects_a_configuration_that_others_can_read) {
  const Folder folder(kLeast);
  fs::permissions(folder.file, fs::perms::others_read, fs::perm_options::add);
  const auto all = complaints(folder);
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0].message.find("chmod 600 " + folder.file.string()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(turns_a_provider_on_by_its_key) {
  Folder folder(kLeast + "providers.nomos.client_id = \"client\"\n");
  BOOST_TEST(!folder.load().mayar.on);
  BOOST_TEST(!folder.load().nomos.on);
  folder.add_key("secrets/mayar.key");
  BOOST_TEST(folder.load().mayar.on);
  BOOST_TEST(!folder.load().nomos.on);
  folder.add_key("secrets/nomos.secret");
  BOOST_TEST(folder.load().nomos.on);
}

BOOST_AUTO_TEST_CASE(leaves_a_provider_off_without_a_whole_credential) {
  Folder empty(kLeast);
  empty.add_key("secrets/mayar.key", " \n");
  empty.add_key("secrets/nomos.secret");
  BOOST_TEST(!empty.load().mayar.on);
  BOOST_TEST(!empty.load().nomos.on, "there is no client_id");
  Folder token(kLeast + "providers.nomos.access_token_file = \"token\"\n");
  BOOST_TEST(!token.load().nomos.on);
  token.add_key("token");
  BOOST_TEST(token.load().nomos.on, "a fixed token needs no client_id");
}

BOOST_AUTO_TEST_CASE(rejects_every_key_that_others_can_read) {
  Folder folder("providers.nomos.access_token_file = \"token\"\n" + kLeast);
  for (const char* key : {"secrets/mayar.key", "secrets/nomos.secret", "token", "secrets/ledger.key",
                          "secrets/fingerprint.key"}) {
    folder.add_key(key, "");
    fs::permissions(folder.dir.path() / key, fs::perms::group_read, fs::perm_options::add);
  }
  // Each complaint names the setting and the file that it leads to.
  std::string all;
  for (const FieldError& error : complaints(folder)) {
    const fs::path file = error.message.substr(error.message.rfind(' ') + 1);
    BOOST_TEST(error.message.find("chmod 600 ") != std::string::npos);
    all += std::to_string(error.line) + error.field + "=" + file.filename().string() + " ";
  }
  BOOST_TEST(all ==
             "0providers.mayar.api_key_file=mayar.key 0providers.nomos.client_secret_file=nomos.secret "
             "0ledger.signing_key_file=ledger.key 0ledger.fingerprint_key_file=fingerprint.key "
             "1providers.nomos.access_token_file=token ");
}

BOOST_AUTO_TEST_SUITE_END()
