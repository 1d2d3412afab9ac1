#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "config.h"
#include "tests/support/temp_dir.h"

using namespace latchkey;
using job::EventType;

namespace {

namespace fs = std::filesystem;

const std::string kSecretLine = "whsec_" + std::string(44, 'A') + "\n";

/// A configuration with these tables in it, and a secret beside it in the file `secret`.
struct Hooks {
  explicit Hooks(const std::string& text) : file(dir / "latchkey.toml") {
    create_private_file(file, "[ledger]\norigin = \"host.example/latchkey/1\"\n" + text);
    create_private_file(dir / "secret", kSecretLine);
  }
  std::vector<WebhookConfig> load() const { return load_config(file).webhooks; }

  TempDir dir;
  fs::path file;
};

std::string all_wrong(const Hooks& folder) {
  try {
    folder.load();
    return "";
  } catch (const InputError& error) {
    std::string all;
    for (const FieldError& each : error.errors()) {
      all += (all.empty() ? "" : "\n") + std::to_string(each.line) + " " + each.field + ": " + each.message;
    }
    return all;
  }
}

/// An endpoint that is right but for these lines, which replace those of the same key.
std::string endpoint(const std::string& name, const std::string& lines = "") {
  std::string text = "[[webhooks]]\n";
  const std::vector<std::pair<std::string, std::string>> usual{{"name", "\"" + name + "\""},
                                                               {"url", "\"https://crm.example.com/hook\""},
                                                               {"secret_file", "\"secret\""}};
  for (const auto& [key, value] : usual) {
    if (("\n" + lines).find("\n" + key + " =") == std::string::npos) text += key + " = " + value + "\n";
  }
  return text + lines + "\n";
}

std::string complaint_about_url(const std::string& url, bool allow_private = false) {
  const std::string all = all_wrong(
      Hooks(endpoint("crm", "url = \"" + url + "\"" + (allow_private ? "\nallow_private = true" : ""))));
  const std::string start = "6 webhooks.crm.url: ";
  if (!all.empty()) BOOST_TEST(all.starts_with(start));
  return all.empty() ? all : all.substr(start.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_webhooks_tests)

BOOST_AUTO_TEST_CASE(without_tables_there_are_no_endpoints) {
  BOOST_TEST(Hooks("").load().empty());
}

BOOST_AUTO_TEST_CASE(an_endpoint_is_told_everything_unless_it_says_what) {
  const Hooks folder(endpoint("crm"));
  const auto webhooks = folder.load();
  BOOST_REQUIRE(webhooks.size() == 1U);
  const WebhookConfig& crm = webhooks[0];
  BOOST_TEST(crm.name == "crm");
  BOOST_TEST(crm.url == "https://crm.example.com/hook");
  BOOST_TEST(crm.secret_file == folder.dir / "secret");
  BOOST_TEST((crm.events == std::vector<EventType>(job::kEventTypes.begin(), job::kEventTypes.end())));
  BOOST_TEST(!crm.allow_private);
  BOOST_TEST(crm.ca_file.empty());
  BOOST_TEST(crm.timeout.count() == 15'000);
  BOOST_TEST(crm.connect_timeout.count() == 5'000);
}

BOOST_AUTO_TEST_CASE(reads_every_setting_of_every_endpoint) {
  const Hooks folder(endpoint("crm") + endpoint("local.1", R"(url = "http://[::1]:9000/a?token=b"
events = ["job.held", "job.done", "job.held"]
allow_private = true
ca_file = "ca.pem"
timeout = "1m")"));
  const auto webhooks = folder.load();
  BOOST_REQUIRE(webhooks.size() == 2U);
  const WebhookConfig& local = webhooks[1];
  BOOST_TEST(local.name == "local.1");
  BOOST_TEST(local.url == "http://[::1]:9000/a?token=b");
  BOOST_TEST((local.events == std::vector{EventType::JobDone, EventType::JobHeld}));
  BOOST_TEST(local.allow_private);
  BOOST_TEST(local.ca_file == (folder.dir / "ca.pem").string());
  BOOST_TEST(local.timeout.count() == 60'000);
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_each_value) {
  const std::string names = R"(a name such as "crm", of at most 64 letters, digits and "._:-")";
  const std::vector<std::pair<std::string, std::string>> cases{
      {endpoint("c r m"), "4 webhooks.c r m.name: expected " + names},
      {endpoint("crm", "name = 7"), "6 webhooks.1.name: expected " + names + ", got an integer"},
      {endpoint("crm") + endpoint("crm"), "9 webhooks.crm.name: is the name of another endpoint, too"},
      {endpoint("crm", "events = []"),
       R"(7 webhooks.crm.events: expected a list such as ["job.done", "job.failed", "job.stale", "job.held", )"
       R"("job.cancelled", "batch.finished"])"},
      {endpoint("crm", "timeout = \"61s\""), "7 webhooks.crm.timeout: expected 1s to 1m, got \"61s\""},
      {endpoint("crm", "secret = \"x\""),
       "7 webhooks.crm.secret: is not a known setting"},
      {endpoint("crm", "secret_file = \"\""),
       "6 webhooks.crm.secret_file: is missing; make one with `latchkey key new webhook FILE` and name it "
       "here"},
      {endpoint("crm", "secret_file = 1"),
       "6 webhooks.crm.secret_file: expected a path in quotes, got an integer"},
      {"[webhooks]\nname = \"crm\"", "3 webhooks: expected tables, each with the heading [[webhooks]]"},
  };
  for (const auto& [text, expected] : cases) BOOST_TEST(all_wrong(Hooks(text)) == expected);
  const std::string unknown =
      all_wrong(Hooks(endpoint("crm", "events = [\"job.done\", \"job.finished\"]")));
  BOOST_TEST(unknown.starts_with("7 webhooks.crm.events: expected a list such as"));
}

BOOST_AUTO_TEST_CASE(says_what_is_missing) {
  const std::string all = all_wrong(Hooks("[[webhooks]]\n"));
  for (const char* part :
       {"0 webhooks.1.name: is missing; expected a name", "0 webhooks.1.url: is missing; expected",
        "0 webhooks.1.secret_file: is missing; make one with `latchkey key new webhook FILE`"}) {
    BOOST_TEST(all.find(part) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_secret_file_that_is_not_there_names_the_command_that_makes_it) {
  const Hooks folder(endpoint("crm", "secret_file = \"other\""));
  const std::string other = folder.dir / "other";
  BOOST_TEST(all_wrong(folder) == "6 webhooks.crm.secret_file: " + other +
                                       " is missing or empty; make it with: latchkey key new webhook " +
                                       other);
  create_private_file(other, "");
  BOOST_TEST(all_wrong(folder).find("latchkey key new webhook " + other) != std::string::npos);
  create_private_file(folder.dir / "wrong", "hunter2\n");
  fs::rename(folder.dir / "wrong", other);
  BOOST_TEST(all_wrong(folder).find("whsec_") != std::string::npos);
  BOOST_TEST(all_wrong(folder).find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_secret_file_that_others_can_read_is_refused) {
  const Hooks folder(endpoint("crm"));
  chmod((folder.dir / "secret").c_str(), 0604);
  BOOST_TEST(all_wrong(folder).find("chmod 600 " + (folder.dir / "secret").string()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(takes_https_and_http_to_this_machine_if_that_is_allowed) {
  for (const char* url :
       {"https://crm.example.com", "https://crm.example.com:8443/a/b?c=d&e", "https://8.8.8.8/",
        "https://[2606:4700::1111]/", "https://localhost.example.com"}) {
    BOOST_TEST_CONTEXT(url) {
      BOOST_TEST(complaint_about_url(url) == "");
    }
  }
  for (const char* url : {"http://127.0.0.1:9000/", "http://localhost/", "http://[::1]/", "https://10.0.0.1/",
                          "https://169.254.169.254/", "https://[fd00::1]/"}) {
    BOOST_TEST_CONTEXT(url) {
      BOOST_TEST(complaint_about_url(url, true) == "");
      BOOST_TEST(complaint_about_url(url) ==
                 "is not a public address; allow_private = true takes it all the same");
    }
  }
}

BOOST_AUTO_TEST_CASE(sees_through_odd_spellings_of_an_address) {
  for (const char* host :
       {"127.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
        "169.254.43518", "0xa9fea9fe", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
        "[64:ff9b::10.0.0.1]", "[fe80::1%25eth0]", "LOCALHOST", "%6cocalhost"}) {
    BOOST_TEST_CONTEXT(host) {
      BOOST_TEST(complaint_about_url("https://" + std::string(host) + "/") ==
                 "is not a public address; allow_private = true takes it all the same");
    }
  }
}

BOOST_AUTO_TEST_CASE(takes_no_address_that_is_unsafe_or_none) {
  for (const char* url : {"http://crm.example.com/", "http://10.0.0.1/", "http://127.0.0.1.example.com/"}) {
    BOOST_TEST(complaint_about_url(url, true) ==
               "expected https:// (plain http:// is for loopback hosts only)");
  }
  for (const char* url : {"https://user@crm.example.com/", "https://user:hunter2@crm.example.com/",
                          "https://@crm.example.com/"}) {
    BOOST_TEST(complaint_about_url(url) ==
               "expected no user or password in the address: messages are signed");
  }
  BOOST_TEST(complaint_about_url("https://crm.example.com/?to=a@b.example") == "");
  BOOST_TEST(complaint_about_url("https://crm.example.com/#top") == "expected an address without #");
  for (const char* url :
       {"", "crm.example.com", "ftp://crm.example.com/", "https://", "https:///crm", "file:///etc/passwd",
        "https://crm.example.com:99999/", "https://crm example.com/"}) {
    BOOST_TEST_CONTEXT(url) {
      BOOST_TEST(complaint_about_url(url) == "expected an address like https://example.com/latchkey");
    }
  }
}

BOOST_AUTO_TEST_CASE(takes_sixteen_endpoints_and_not_one_more) {
  std::string text;
  for (int i = 1; i <= 16; ++i) text += endpoint("n" + std::to_string(i));
  BOOST_TEST(Hooks(text).load().size() == 16U);
  BOOST_TEST(all_wrong(Hooks(text + endpoint("n17"))) ==
             "3 webhooks: expected at most 16 endpoints, got 17");
}

BOOST_AUTO_TEST_SUITE_END()
