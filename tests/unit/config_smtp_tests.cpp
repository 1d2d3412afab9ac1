#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <regex>

#include "config_smtp.h"
#include "tests/support/config_folder.h"

using namespace std::chrono_literals;
using latchkey::FieldError;
using latchkey::Millis;
using latchkey::test::complaint;
using latchkey::test::complaints;
using latchkey::test::kLeast;

namespace {

namespace fs = std::filesystem;
using Folder = latchkey::test::ConfigFolder;

}  // namespace

BOOST_AUTO_TEST_SUITE(config_smtp_tests)

BOOST_AUTO_TEST_CASE(reads_every_setting_of_mail) {
  const Folder folder(kLeast + R"(
    [smtp]
    host = "mail.example.com"
    from = "Portal <portal@Bücher.example>"
    security = "tls"
    username = "user"
    password_file = "p"
    reply_to = "help@example.com"
    list_unsubscribe = "https://example.com/stop"
    templates = "t"
    timezone = "Asia/Jakarta"
    timeout = "1m"
    connect_timeout = "2s"
    ca_file = "ca.pem"
    workers = 64
    verify_address = false
  )");
  const latchkey::SmtpConfig smtp = folder.load().smtp;
  BOOST_TEST(smtp.on);
  BOOST_TEST(smtp.host == "mail.example.com");
  BOOST_TEST(smtp.port == 465);
  BOOST_TEST((smtp.security == latchkey::SmtpSecurity::Tls));
  BOOST_TEST(smtp.from.name == "Portal");
  BOOST_TEST(smtp.from.address == "portal@xn--bcher-kva.example");
  BOOST_TEST(smtp.username == "user");
  BOOST_TEST(smtp.password_file == folder.dir / "p");
  BOOST_TEST(smtp.reply_to.value().address == "help@example.com");
  BOOST_TEST(smtp.list_unsubscribe == "https://example.com/stop");
  BOOST_TEST(smtp.templates == folder.dir / "t");
  BOOST_TEST(smtp.timezone == "Asia/Jakarta");
  BOOST_TEST((smtp.timeout == Millis(1min)));
  BOOST_TEST((smtp.connect_timeout == Millis(2s)));
  BOOST_TEST(smtp.ca_file == (folder.dir / "ca.pem").string());
  BOOST_TEST(smtp.workers == 64);
  BOOST_TEST(!smtp.verify_address);
}

BOOST_AUTO_TEST_CASE(mail_is_off_without_host_and_sender_and_wrong_with_one_of_them) {
  BOOST_TEST(!Folder(kLeast).load().smtp.on);
  BOOST_TEST(!Folder(kLeast + "[smtp]\nusername = \"u\"\n").load().smtp.on);
  BOOST_TEST(!Folder(kLeast + "[smtp]\nhost = \"\"\nfrom = \"\"\n").load().smtp.on);
  BOOST_TEST(complaint("smtp.host = \"a.example\"") ==
             "0 smtp.from: is missing: mail needs a host and a sender");
  BOOST_TEST(complaint("smtp.from = \"a@b.example\"") ==
             "0 smtp.host: is missing: mail needs a host and a sender");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_each_value_of_mail) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"host = \"smtp://a.example\"",
       "4 smtp.host: expected a host name such as \"smtp.example.com\", got \"smtp://a.example\""},
      {"host = \"a.example:25\"",
       "4 smtp.host: expected a host name such as \"smtp.example.com\", got \"a.example:25\""},
      {"host = \"a.example\"\nsecurity = \"ssl\"",
       "5 smtp.security: expected \"starttls\", \"tls\" or \"none\", got \"ssl\""},
      {"host = \"a.example\"\nsecurity = \"none\"",
       "5 smtp.security: \"none\" is for loopback hosts only: a link must not travel in the open"},
      {"host = \"a.example\"\nport = 65536", "5 smtp.port: expected an integer from 1 to 65535, got 65536"},
      {"host = \"a.example\"\nreply_to = \"x\"",
       "5 smtp.reply_to: has no \"@\"; expected an address such as "
       "budi@example.com"},
      {"host = \"a.example\"\nlist_unsubscribe = \"http://a.example\"",
       "5 smtp.list_unsubscribe: expected \"mailto:\" and an address, or an https:// address"},
      {"host = \"a.example\"\nlist_unsubscribe = \"mailto:a@b.example>\"",
       "5 smtp.list_unsubscribe: expected \"mailto:\" and an address, or an https:// address"},
      {"host = \"a.example\"\ntimezone = \"Berlin\"",
       "5 smtp.timezone: expected an IANA time zone such as \"Europe/Berlin\", got \"Berlin\""},
      {"host = \"a.example\"\nworkers = 65", "5 smtp.workers: expected an integer from 1 to 64, got 65"},
      {"host = \"a.example\"\nverify_address = \"no\"",
       "5 smtp.verify_address: expected true or false, got a text"},
      {"host = \"a.example\"\ntimeout = \"6m\"", "5 smtp.timeout: expected 1s to 5m, got \"6m\""}};
  for (const auto& [text, expected] : cases) {
    BOOST_TEST(complaint("\n[smtp]\nfrom = \"Portal <a@b.example>\"\n" + text) == expected);
  }
  BOOST_TEST(complaint("[smtp]\nhost = \"a.example\"\nfrom = \"Portal\"").starts_with("3 smtp.from: has no"));
  for (const char* uri : {"mailto:stop@example.com?subject=stop", "https://example.com/stop?list=1"}) {
    BOOST_TEST(complaint("[smtp]\nlist_unsubscribe = \"" + std::string(uri) + "\"") == "0 complaints");
  }
}

BOOST_AUTO_TEST_CASE(mail_takes_its_usual_ports_and_loopback_in_the_open) {
  const auto port = [](const std::string& security) {
    return Folder(kLeast + "[smtp]\nhost = \"localhost\"\nfrom = \"a@b.example\"\n" + security)
        .load()
        .smtp.port;
  };
  BOOST_TEST(port("") == 587);
  BOOST_TEST(port("security = \"tls\"") == 465);
  BOOST_TEST(port("security = \"none\"") == 25);
  BOOST_TEST(port("security = \"none\"\nport = 2525") == 2525);
}

BOOST_AUTO_TEST_CASE(rejects_a_mail_password_that_others_can_read) {
  Folder folder(kLeast);
  folder.add_key("secrets/smtp.password");
  fs::permissions(folder.dir / "secrets" / "smtp.password", fs::perms::group_read, fs::perm_options::add);
  const auto all = complaints(folder);
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0].field == "smtp.password_file");
  BOOST_TEST(all[0].message.find("chmod 600 ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
