#include <boost/test/unit_test.hpp>
#include <thread>

#include "base/curl_smtp_client.h"
#include "base/error.h"
#include "base/time_text.h"
#include "handover/mail_message.h"
#include "handover/smtp_mailer.h"
#include "job/names.h"
#include "tests/support/closed_port.h"
#include "tests/support/fake_clock.h"
#include "tests/support/mail_server.h"
#include "tests/support/mail_setup.h"

// Our own mailer and client against a mail server and a mail parser that others have written. What each
// answer comes to is the table of docs/email.md.

using namespace latchkey;
using handover::Mail;
using handover::MailResult;
using handover::SmtpMailer;
using test::MailServer;
using test::MailSetup;

namespace {

constexpr std::string_view kLink =
    "https://green.customerportal.energy/auth/"
    "confirm?token_hash=pkce_0123456789abcdef0123456789abcdef&type=magic";
constexpr Millis kTimeout = std::chrono::seconds(20);
constexpr Millis kShort{1'000};  // for what never answers

const Certificates& certificates() {
  static const Certificates all;
  return all;
}

MailServer::Options options(SmtpSecurity security = SmtpSecurity::StartTls) {
  MailServer::Options options;
  options.security = security;
  if (security != SmtpSecurity::None) options.identity = certificates().good();
  return options;
}

MailServer::Options with_fault(const std::string& fault) {
  MailServer::Options with = options();
  with.faults = {fault};
  return with;
}

/// Mailer and client for one server.
struct Mailing {
  MailSetup setup;
  FakeClock clock{parse_rfc3339("2026-11-25T09:20:00Z").value()};

  SmtpConfig config_for(int port, SmtpSecurity security = SmtpSecurity::StartTls) const {
    SmtpConfig config = setup.config();
    config.host = "localhost";
    config.port = port;
    config.security = security;
    config.timeout = config.connect_timeout = kTimeout;
    if (security != SmtpSecurity::None) config.ca_file = certificates().ca_file();
    return config;
  }
  MailResult send(const SmtpConfig& config, const std::string& to = "budi@example.com") {
    SmtpMailer mailer(config, clock);
    CurlSmtpClient client(handover::server_of(config));
    return mailer.send(mail_to(to), client);
  }
  handover::Check check(const SmtpConfig& config) {
    SmtpMailer mailer(config, clock);
    CurlSmtpClient client(handover::server_of(config));
    return mailer.check(client);
  }
  static Mail mail_to(const std::string& to) {
    Mail mail;
    mail.request_id = "order-77";
    mail.attempt = 1;
    mail.to = to;
    mail.link = Secret(kLink);
    mail.link_expires_at = parse_rfc3339("2026-11-25T09:35:12Z").value();
    return mail;
  }
};

std::string came_to(const MailResult& result) {
  std::string text(name(result.outcome));
  if (result.code) text += " " + std::string(name(*result.code));
  return text + " " + std::to_string(result.reply);
}

std::string header(const Json& mail, const std::string& name, const char* kind = "headers") {
  std::string value;
  for (const Json& one : mail["message"][kind]) {
    if (one[0] == name) value += (value.empty() ? "" : "|") + one[1].get<std::string>();
  }
  return value;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mailer_tests)

BOOST_AUTO_TEST_CASE(a_mail_arrives_once_encrypted_and_logged_in) {
  for (const SmtpSecurity security : {SmtpSecurity::StartTls, SmtpSecurity::Tls, SmtpSecurity::None}) {
    MailServer server(options(security));
    Mailing wired;
    BOOST_TEST(came_to(wired.send(wired.config_for(server.port(), security))) == "accepted 250");
    const auto mails = server.rest("mail");
    BOOST_REQUIRE(mails.size() == 1U);
    BOOST_TEST(mails[0]["tls"].get<bool>() == (security != SmtpSecurity::None));
    BOOST_TEST(mails[0]["user"].get<std::string>() == "latchkey");
    BOOST_TEST(mails[0]["from"].get<std::string>() == "portal@example.com");
    BOOST_TEST(mails[0]["to"].dump() == R"(["budi@example.com"])");
    BOOST_TEST(holds(mails[0]["hello"].get<std::string>(), "."));
  }
}

BOOST_AUTO_TEST_CASE(a_mail_program_reads_the_message_as_it_was_meant) {
  MailServer server(options());
  Mailing wired;
  wired.setup.write(kSubjectTemplate,
                    "Ihr Zugang zum Kundenportal für Grüße & mehr, gültig bis {{linkExpiresAt}} ✓\n");
  wired.setup.write(kTextTemplate,
                    ".\r\n..\nGuten Tag, \n\n{{link}}\n\nbis {{linkExpiresAt}} ({{linkExpiresAtUtc}}), "
                    "{{requestId}}; ein langer Satz, der umgebrochen werden muß, weil er so lang ist.\n"
                    "From here on\n");
  SmtpConfig config = wired.config_for(server.port());
  config.from.name = "Kundenportal Müller & Söhne, Abteilung für \"Zugänge\"";
  config.reply_to = job::Mailbox{"Help, please", "help@xn--bcher-kva.example"};
  config.list_unsubscribe = "https://example.com/stop?list=1";
  config.timezone = "Europe/Berlin";
  BOOST_TEST(came_to(wired.send(config, "Budi.S@Bücher.example")) == "accepted 250");

  const Json mail = server.next("mail");
  const std::string raw = mail["raw"].get<std::string>();
  for (const char c : raw) BOOST_REQUIRE(((c >= ' ' && c < 0x7F) || c == '\r' || c == '\n'));
  BOOST_TEST(!holds(mail["options"].dump(), "SMTPUTF8"));
  BOOST_TEST(mail["to"].dump() == R"(["Budi.S@xn--bcher-kva.example"])");

  const Json& message = mail["message"];
  BOOST_TEST(message["defects"].dump() == "[]");
  BOOST_TEST(header(mail, "From", "decoded") == config.from.name + " <portal@example.com>");
  BOOST_TEST(message["from"][0][1].get<std::string>() == "portal@example.com");
  BOOST_TEST(message["to"][0][1].get<std::string>() == "Budi.S@xn--bcher-kva.example");
  BOOST_TEST(message["date"].get<std::string>() == "2026-11-25T09:20:00+00:00");
  BOOST_TEST(header(mail, "Reply-To") == "\"Help, please\" <help@xn--bcher-kva.example>");
  BOOST_TEST(header(mail, "Subject") ==
             "Ihr Zugang zum Kundenportal für Grüße & mehr, gültig bis 25 November 2026, 10:35 CET ✓");
  BOOST_TEST(header(mail, "Message-ID") ==
             "<" + handover::message_id(Mailing::mail_to(""), "example.com") + ">");
  BOOST_TEST(header(mail, "List-Unsubscribe") == "<https://example.com/stop?list=1>");
  BOOST_TEST(header(mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click");
  BOOST_TEST(header(mail, "Auto-Submitted") == "auto-generated");
  BOOST_TEST(header(mail, "MIME-Version") == "1.0");

  BOOST_TEST(message["type"].get<std::string>() == "multipart/alternative");
  BOOST_REQUIRE(message["parts"].size() == 2U);
  const Json& text = message["parts"][0];
  BOOST_TEST(text["type"].get<std::string>() == "text/plain");
  BOOST_TEST(text["charset"].get<std::string>() == "utf-8");
  BOOST_TEST(
      text["text"].get<std::string>() ==
      ".\n..\nGuten Tag, \n\n" + std::string(kLink) +
          "\n\nbis 25 November 2026, 10:35 CET (2026-11-25T09:35:12.000Z), order-77; ein langer Satz, der "
          "umgebrochen werden muß, weil er so lang ist.\nFrom here on\n");
  const Json& html = message["parts"][1];
  BOOST_TEST(html["type"].get<std::string>() == "text/html");
  BOOST_TEST(html["charset"].get<std::string>() == "utf-8");
  // As a browser reads an attribute.
  std::string escaped(kLink);
  escaped.replace(escaped.find('&'), 1, "&amp;");
  BOOST_TEST(holds(html["text"].get<std::string>(), "<a href=\"" + escaped + "\""));
  BOOST_TEST(holds(html["text"].get<std::string>(), "25 November 2026, 10:35 CET"));
}

BOOST_AUTO_TEST_CASE(what_the_server_says_decides_what_it_comes_to) {
  MailServer server(options());
  Mailing wired;
  const SmtpConfig config = wired.config_for(server.port());
  const std::vector<std::pair<std::string, std::string>> cases{{"rcpt550", "rejected smtp_refused 550"},
                                                               {"rcpt553", "rejected smtp_refused 553"},
                                                               {"rcpt451", "not_sent smtp_deferred 451"},
                                                               {"rcpt421", "not_sent smtp_deferred 421"},
                                                               {"rcptcut", "not_sent smtp_deferred 250"},
                                                               {"end554", "rejected smtp_refused 554"},
                                                               {"end452", "not_sent smtp_deferred 452"},
                                                               {"endcut", "unknown smtp_unknown 354"},
                                                               {"quitcut", "accepted 250"},
                                                               {"quit500", "accepted 250"}};
  for (const auto& [fault, expected] : cases) {
    BOOST_TEST(came_to(wired.send(config, "budi+" + fault + "@example.com")) == expected, fault);
  }
  // Each of those that got so far came once, and nothing was tried behind our back.
  std::string replies;
  for (const Json& mail : server.rest("mail")) replies += mail["reply"].get<std::string>() + " ";
  BOOST_TEST(replies == "554 452 cut 250 taken 250 taken ");
}

BOOST_AUTO_TEST_CASE(silence_ends_with_the_time_and_what_it_means_depends_on_how_far_it_came) {
  MailServer server(options());
  Mailing wired;
  SmtpConfig config = wired.config_for(server.port());
  config.timeout = kShort;
  BOOST_TEST(came_to(wired.send(config, "budi+rcpthang@example.com")) == "not_sent smtp_deferred 250");
  BOOST_TEST(came_to(wired.send(config, "budi+endhang@example.com")) == "unknown smtp_unknown 354");
  // The good-bye is not worth waiting for.
  config.timeout = kTimeout;
  BOOST_TEST(came_to(wired.send(config, "budi+quithang@example.com")) == "accepted 250");
  BOOST_TEST(came_to(wired.send(config, "budi+rcpt550+quithang@example.com")) == "rejected smtp_refused 550");
}

BOOST_AUTO_TEST_CASE(what_is_not_the_recipients_fault_is_tried_again) {
  for (const auto& [fault, expected] :
       std::vector<std::pair<std::string, std::string>>{{"greeting554", "not_sent smtp_deferred 554"},
                                                        {"greetingcut", "not_sent smtp_deferred 0"},
                                                        {"login535", "not_sent smtp_deferred 535"},
                                                        {"login454", "not_sent smtp_deferred 454"},
                                                        {"sender550", "not_sent smtp_deferred 550"},
                                                        {"sendercut", "not_sent smtp_deferred 235"}}) {
    MailServer server(with_fault(fault));
    Mailing wired;
    BOOST_TEST(came_to(wired.send(wired.config_for(server.port()))) == expected, fault);
  }
}

BOOST_AUTO_TEST_CASE(the_time_to_connect_ends_a_server_that_never_greets) {
  MailServer server(with_fault("greetinghang"));
  Mailing wired;
  SmtpConfig config = wired.config_for(server.port());
  config.connect_timeout = kShort;
  const MailResult result = wired.send(config);
  BOOST_TEST(came_to(result) == "not_sent smtp_deferred 0");
  BOOST_TEST(result.took < kTimeout / 2);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_not_the_addresss_fault_and_a_new_one_is_taken) {
  MailServer server(options());
  Mailing wired;
  std::ofstream(wired.setup.password()) << "wrong";
  const SmtpConfig config = wired.config_for(server.port());
  SmtpMailer mailer(config, wired.clock);
  CurlSmtpClient client(handover::server_of(config));
  BOOST_TEST(came_to(mailer.send(Mailing::mail_to("budi@example.com"), client)) ==
             "not_sent smtp_deferred 535");
  std::ofstream(wired.setup.password()) << "mail-password";
  BOOST_TEST(mailer.reload_credentials());
  BOOST_TEST(came_to(mailer.send(Mailing::mail_to("budi@example.com"), client)) == "accepted 250");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_logged_in_to_refuses_nobody_for_good) {
  MailServer::Options without_login = options();
  without_login.mechanisms = "";
  MailServer server(without_login);
  Mailing wired;
  SmtpConfig config = wired.config_for(server.port());
  BOOST_TEST(came_to(wired.send(config)).starts_with("not_sent smtp_deferred"));
  config.username.clear();
  BOOST_TEST(came_to(wired.send(config)) == "not_sent smtp_deferred 530");
  BOOST_TEST(server.rest("mail").empty());
}

BOOST_AUTO_TEST_CASE(logs_in_with_what_the_server_offers) {
  MailServer::Options only_login = options();
  only_login.mechanisms = "LOGIN";
  MailServer server(only_login);
  Mailing wired;
  BOOST_TEST(came_to(wired.send(wired.config_for(server.port()))) == "accepted 250");
  BOOST_TEST(server.next("login")["mechanism"].get<std::string>() == "LOGIN");
}

BOOST_AUTO_TEST_CASE(the_password_goes_to_nobody_who_cannot_prove_who_he_is) {
  for (const SmtpSecurity security : {SmtpSecurity::StartTls, SmtpSecurity::Tls}) {
    for (const ServerIdentity& identity : {certificates().wrong_host(), certificates().expired()}) {
      MailServer::Options wrong = options(security);
      wrong.identity = identity;
      MailServer server(wrong);
      Mailing wired;
      BOOST_TEST(came_to(wired.send(wired.config_for(server.port(), security)))
                     .starts_with("not_sent smtp_deferred"));
      BOOST_TEST(server.rest("login").empty());
    }
    MailServer good(options(security));
    Mailing wired;
    SmtpConfig config = wired.config_for(good.port(), security);
    config.ca_file = certificates().other_ca_file();
    BOOST_TEST(came_to(wired.send(config)).starts_with("not_sent smtp_deferred"));
    config.ca_file.clear();  // the system's authorities do not know ours
    BOOST_TEST(came_to(wired.send(config)).starts_with("not_sent smtp_deferred"));
    BOOST_TEST(good.rest("login").empty());
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_said_to_a_server_that_does_not_encrypt) {
  MailServer::Options plain = options(SmtpSecurity::None);
  MailServer server(plain);
  Mailing wired;
  for (const SmtpSecurity wanted : {SmtpSecurity::StartTls, SmtpSecurity::Tls}) {
    BOOST_TEST(
        came_to(wired.send(wired.config_for(server.port(), wanted))).starts_with("not_sent smtp_deferred"));
  }
  BOOST_TEST(server.rest("login").empty());
}

BOOST_AUTO_TEST_CASE(nobody_there_is_no_reason_to_give_up) {
  Mailing wired;
  const ClosedPort closed;
  const std::string url = closed.url();
  SmtpConfig config = wired.config_for(std::stoi(url.substr(url.rfind(':') + 1)));
  BOOST_TEST(came_to(wired.send(config)) == "not_sent smtp_deferred 0");
  config.host = "nowhere.invalid";
  BOOST_TEST(came_to(wired.send(config)) == "not_sent smtp_deferred 0");
}

BOOST_AUTO_TEST_CASE(an_abort_ends_a_delivery_and_refuses_the_next) {
  MailServer server(options());
  Mailing wired;
  const SmtpConfig config = wired.config_for(server.port());
  SmtpMailer mailer(config, wired.clock);
  CurlSmtpClient client(handover::server_of(config));
  MailResult result;
  std::thread delivery([&] { result = mailer.send(Mailing::mail_to("budi+endhang@example.com"), client); });
  server.next("mail");  // it is waiting for the last reply
  client.abort();
  delivery.join();
  BOOST_TEST(came_to(result) == "unknown smtp_unknown 354");
  BOOST_TEST(result.took < kTimeout / 2);
  BOOST_TEST(came_to(mailer.send(Mailing::mail_to("budi@example.com"), client)) ==
             "not_sent smtp_deferred 0");
  BOOST_TEST(server.rest("mail").empty());
}

BOOST_AUTO_TEST_CASE(a_large_message_arrives_whole) {
  MailServer server(options());
  Mailing wired;
  std::string lines;
  for (int i = 0; i < 3'000; ++i) lines += "." + std::to_string(i) + " =äöü  \n";
  wired.setup.write(kTextTemplate, lines + "{{link}} {{linkExpiresAt}}\n");
  wired.setup.write(kHtmlTemplate, "<pre>" + lines + "</pre>{{link}} {{linkExpiresAt}}");
  BOOST_TEST(came_to(wired.send(wired.config_for(server.port()))) == "accepted 250");
  const Json mail = server.next("mail");
  BOOST_TEST(mail["raw"].get<std::string>().size() > 64U * 1024);  // more than libcurl asks for at once
  BOOST_TEST(mail["message"]["parts"][0]["text"].get<std::string>().starts_with(lines));
  BOOST_TEST(mail["message"]["defects"].dump() == "[]");
}

BOOST_AUTO_TEST_CASE(a_check_logs_in_and_sends_nothing) {
  for (const SmtpSecurity security : {SmtpSecurity::StartTls, SmtpSecurity::Tls, SmtpSecurity::None}) {
    MailServer server(options(security));
    Mailing wired;
    const handover::Check check = wired.check(wired.config_for(server.port(), security));
    BOOST_TEST(check.ok, check.text);
    BOOST_TEST(server.next("login")["ok"].get<bool>());
    BOOST_TEST(server.rest("mail").empty());
  }
}

BOOST_AUTO_TEST_CASE(a_check_says_what_is_wrong) {
  const auto said = [](const MailServer::Options& server_options, const std::string& password,
                       SmtpSecurity security) {
    MailServer server(server_options);
    Mailing wired;
    std::ofstream(wired.setup.password()) << password;
    SmtpConfig config = wired.config_for(server.port(), security);
    config.timeout = std::chrono::seconds(5);
    const handover::Check check = wired.check(config);
    BOOST_TEST(!check.ok);
    BOOST_TEST(!holds(check.text, password));
    return check.text;
  };
  MailServer::Options no_login = options();
  no_login.mechanisms = "";
  BOOST_TEST(holds(said(options(), "wrong-password", SmtpSecurity::StartTls), "(535)"));
  BOOST_TEST(holds(said(no_login, "mail-password", SmtpSecurity::StartTls), "offers no login"));
  BOOST_TEST(
      holds(said(with_fault("greeting554"), "mail-password", SmtpSecurity::StartTls), "turns us away (554)"));
  BOOST_TEST(holds(said(options(SmtpSecurity::None), "mail-password", SmtpSecurity::StartTls), "encryption"));
  BOOST_TEST(holds(said(options(SmtpSecurity::StartTls), "mail-password", SmtpSecurity::Tls), "encryption"));
}

BOOST_AUTO_TEST_CASE(a_client_for_an_open_server_elsewhere_cannot_be_made) {
  SmtpServer server;
  server.host = "mail.example.com";
  server.hello = "here.example.com";
  BOOST_CHECK_NO_THROW(CurlSmtpClient{server});
  server.security = SmtpSecurity::None;
  BOOST_CHECK_THROW(CurlSmtpClient{server}, InputError);
  server.host = "127.0.0.1";
  BOOST_CHECK_NO_THROW(CurlSmtpClient{server});
  for (const char* host :
       {"", "a b", "a/b", "user@127.0.0.1", "127.0.0.1:25", "127.0.0.1?x", "127.0.0.1#@a.example"}) {
    server.host = host;
    BOOST_CHECK_THROW(CurlSmtpClient{server}, InputError);
  }
  server.host = "localhost";
  for (const char* hello : {"", "a b", "a/b", "a\r\nMAIL"}) {
    server.hello = hello;
    BOOST_CHECK_THROW(CurlSmtpClient{server}, InputError);
  }
  server.hello = "here.example.com";
  server.ca_file = "no/such/file.pem";
  BOOST_CHECK_THROW(CurlSmtpClient{server}, Error);
}

BOOST_AUTO_TEST_CASE(an_address_that_would_be_a_command_is_not_sent) {
  MailServer server(options(SmtpSecurity::None));
  SmtpServer settings;
  settings.host = "localhost";
  settings.port = server.port();
  settings.security = SmtpSecurity::None;
  settings.hello = "here.example.com";
  CurlSmtpClient client(settings);
  for (const char* address : {"a@b.example\r\nDATA", "a@b.example> SIZE=1", "a@b.example,c@d.example",
                              "a b@c.example", "a\xC3\xA4@b.example", "no-address"}) {
    SmtpMessage message;
    message.from = "portal@example.com";
    message.to = address;
    BOOST_CHECK_THROW(client.send(message), InputError);
    std::swap(message.from, message.to);
    BOOST_CHECK_THROW(client.send(message), InputError);
  }
  BOOST_TEST(server.rest("login").empty());
}

BOOST_AUTO_TEST_SUITE_END()
