#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "base/time_text.h"
#include "handover/smtp_mailer.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_smtp_client.h"
#include "tests/support/mail_setup.h"

using namespace latchkey;
using handover::Mail;
using handover::MailResult;
using handover::result_of;
using handover::SmtpMailer;
using job::Code;
using job::Outcome;
using test::MailSetup;

namespace {

constexpr std::string_view kLink = "https://green.customerportal.energy/?token_hash=0123456789abcdef";

Mail mail_to(const std::string& to) {
  Mail mail;
  mail.request_id = "order-77";
  mail.attempt = 1;
  mail.to = to;
  mail.link = Secret(kLink);
  mail.link_expires_at = parse_rfc3339("2026-11-25T09:35:12Z").value();
  return mail;
}

/// "outcome code" of what one failure comes to.
std::string told(SmtpFailure failure, int reply, bool body_ended) {
  const MailResult result = result_of({failure, reply, body_ended, Millis(1)});
  return std::string(name(result.outcome)) + " " + std::string(name(result.code.value()));
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(smtp_mailer_tests)

BOOST_AUTO_TEST_CASE(an_answer_that_is_yes_is_accepted) {
  const MailResult result = result_of({std::nullopt, 250, true, Millis(7)});
  BOOST_TEST((result.outcome == Outcome::Accepted));
  BOOST_TEST(!result.code);
  BOOST_TEST(result.reply == 250);
  BOOST_TEST(result.took.count() == 7);
}

BOOST_AUTO_TEST_CASE(the_reply_says_whether_a_refusal_is_final) {
  for (const bool body_ended : {false, true}) {
    BOOST_TEST(told(SmtpFailure::Refused, 550, body_ended) == "rejected smtp_refused");
    BOOST_TEST(told(SmtpFailure::Refused, 554, body_ended) == "rejected smtp_refused");
    BOOST_TEST(told(SmtpFailure::Refused, 451, body_ended) == "not_sent smtp_deferred");
    BOOST_TEST(told(SmtpFailure::Refused, 421, body_ended) == "not_sent smtp_deferred");
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_the_addresss_fault_is_tried_again_even_at_5yz) {
  BOOST_TEST(told(SmtpFailure::Login, 535, false) == "not_sent smtp_deferred");
  BOOST_TEST(told(SmtpFailure::Login, 554, false) == "not_sent smtp_deferred");
  BOOST_TEST(told(SmtpFailure::Sender, 550, false) == "not_sent smtp_deferred");
  BOOST_TEST(told(SmtpFailure::Session, 554, false) == "not_sent smtp_deferred");
  for (const SmtpFailure failure : {SmtpFailure::Dns, SmtpFailure::Connect, SmtpFailure::Tls}) {
    BOOST_TEST(told(failure, 0, false) == "not_sent smtp_deferred");
  }
}

BOOST_AUTO_TEST_CASE(nobody_knows_once_the_message_was_out) {
  for (const SmtpFailure failure : {SmtpFailure::Timeout, SmtpFailure::Reset, SmtpFailure::Aborted,
                                    SmtpFailure::BadAnswer, SmtpFailure::Tls}) {
    BOOST_TEST(told(failure, 354, false) == "not_sent smtp_deferred");
    BOOST_TEST(told(failure, 354, true) == "unknown smtp_unknown");
  }
}

BOOST_AUTO_TEST_CASE(gives_the_client_envelope_login_and_message) {
  const MailSetup setup;
  SmtpConfig config = setup.config();
  config.timezone = "Europe/Berlin";
  config.timeout = Millis(9'000);
  config.connect_timeout = Millis(3'000);
  config.reply_to = job::Mailbox{"", "help@example.com"};
  FakeClock clock(parse_rfc3339("2026-11-25T09:20:00Z").value());
  SmtpMailer mailer(config, clock);
  FakeSmtpClient client;
  const MailResult result = mailer.send(mail_to("Budi.S@Bücher.example"), client);
  BOOST_TEST((result.outcome == Outcome::Accepted));
  BOOST_REQUIRE(client.sent.size() == 1U);
  const auto& sent = client.sent[0];
  BOOST_TEST(sent.from == "portal@example.com");
  BOOST_TEST(sent.to == "Budi.S@xn--bcher-kva.example");
  BOOST_TEST(sent.username == "latchkey");
  BOOST_TEST(sent.password == "mail-password");
  BOOST_TEST(sent.timeout.count() == 9'000);
  BOOST_TEST(sent.connect_timeout.count() == 3'000);
  BOOST_TEST(sent.text.starts_with("Date: Wed, 25 Nov 2026 09:20:00 +0000\r\n"));
  BOOST_TEST(holds(sent.text, "\r\nTo: Budi.S@xn--bcher-kva.example\r\n"));
  BOOST_TEST(holds(sent.text, "\r\nReply-To: help@example.com\r\n"));
  BOOST_TEST(holds(sent.text, "until 25 November 2026, 10:35 CET."));
  BOOST_TEST(holds(sent.text, "token_hash=3D0123456789abcdef"));
}

BOOST_AUTO_TEST_CASE(rejects_an_address_that_is_none_before_anything_is_sent) {
  const MailSetup setup;
  FakeClock clock;
  SmtpMailer mailer(setup.config(), clock);
  FakeSmtpClient client;
  BOOST_CHECK_THROW(mailer.send(mail_to("budi@example.com\r\nRCPT TO:<x@example.com>"), client), InputError);
  BOOST_TEST(client.sent.empty());
}

BOOST_AUTO_TEST_CASE(reads_the_password_again_and_keeps_the_old_one_when_the_file_is_unusable) {
  const MailSetup setup;
  FakeClock clock;
  SmtpMailer mailer(setup.config(), clock);
  FakeSmtpClient client;
  BOOST_TEST(!mailer.reload_credentials());
  std::ofstream(setup.password()) << "second\n";
  BOOST_TEST(mailer.reload_credentials());
  mailer.send(mail_to("a@example.com"), client);
  std::ofstream(setup.password()) << "";
  BOOST_CHECK_THROW(mailer.reload_credentials(), InputError);
  std::filesystem::remove(setup.password());
  BOOST_CHECK_THROW(mailer.reload_credentials(), Error);
  mailer.send(mail_to("a@example.com"), client);
  for (const auto& sent : client.sent) BOOST_TEST(sent.password == "second");
}

BOOST_AUTO_TEST_CASE(needs_a_password_only_with_a_user_name) {
  const MailSetup setup;
  FakeClock clock;
  SmtpConfig config = setup.config();
  std::filesystem::remove(setup.password());
  BOOST_CHECK_THROW(SmtpMailer(config, clock), Error);
  config.username.clear();
  SmtpMailer mailer(config, clock);
  BOOST_TEST(!mailer.reload_credentials());
}

BOOST_AUTO_TEST_CASE(checks_without_sending_anything) {
  const MailSetup setup;
  FakeClock clock;
  SmtpMailer mailer(setup.config(), clock);
  FakeSmtpClient client({std::nullopt, 250, false, Millis(1)});
  const handover::Check good = mailer.check(client);
  BOOST_TEST(good.ok);
  BOOST_TEST(good.text == "localhost:587 answers over TLS and takes our login");
  BOOST_REQUIRE(client.sent.size() == 1U);
  BOOST_TEST(client.sent[0].to.empty());
  BOOST_TEST(client.sent[0].text.empty());
  BOOST_TEST(client.sent[0].password == "mail-password");
}

BOOST_AUTO_TEST_CASE(says_what_a_check_failed_at_without_the_password) {
  const MailSetup setup;
  FakeClock clock;
  SmtpMailer mailer(setup.config(), clock);
  const auto text = [&](SmtpFailure failure, int reply) {
    FakeSmtpClient client({failure, reply, false, Millis(1)});
    const handover::Check check = mailer.check(client);
    BOOST_TEST(!check.ok);
    BOOST_TEST(check.text.starts_with("localhost:587: "));
    BOOST_TEST(!holds(check.text, "mail-password"));
    return check.text;
  };
  BOOST_TEST(holds(text(SmtpFailure::Login, 535), "does not take smtp.username and the password (535)"));
  BOOST_TEST(holds(text(SmtpFailure::Login, 250), "offers no login"));
  BOOST_TEST(holds(text(SmtpFailure::Tls, 220), "certificate"));
  BOOST_TEST(holds(text(SmtpFailure::Session, 554), "turns us away (554)"));
  BOOST_TEST(holds(text(SmtpFailure::Dns, 0), "does not resolve"));
  for (const SmtpFailure failure :
       {SmtpFailure::Connect, SmtpFailure::Sender, SmtpFailure::Refused, SmtpFailure::Aborted,
        SmtpFailure::Timeout, SmtpFailure::Reset, SmtpFailure::BadAnswer}) {
    BOOST_TEST(text(failure, 0).size() > 20U);
  }
}

BOOST_AUTO_TEST_CASE(calls_itself_by_a_full_host_name) {
  SmtpConfig config = MailSetup().config();
  config.port = 2525;
  config.ca_file = "ca.pem";
  config.security = SmtpSecurity::Tls;
  const SmtpServer server = handover::server_of(config);
  BOOST_TEST(server.host == "localhost");
  BOOST_TEST(server.port == 2525);
  BOOST_TEST(server.ca_file == "ca.pem");
  BOOST_TEST((server.security == SmtpSecurity::Tls));
  BOOST_TEST(server.hello.find('.') != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
