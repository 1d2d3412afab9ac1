#include <boost/test/unit_test.hpp>

#include "base/time_text.h"
#include "handover/mail_message.h"

using namespace latchkey;
using handover::compose;
using handover::Mail;
using handover::MailDraft;
using handover::message_id;

namespace {

// Whether a mail program reads the message as it was meant is tested by one:
// tests/conformance/mailer_tests.cpp.

MailDraft draft() {
  MailDraft draft;
  draft.date = parse_rfc3339("2026-11-25T09:35:12Z").value();
  draft.from = {"The Portal", "portal@example.com"};
  draft.to = "budi@example.com";
  draft.message_id = "0123@example.com";
  draft.subject = "Your link";
  draft.text = {"Open ", " now.\n"};
  draft.html = {"<a href=\"", "\">", "</a>\n"};
  return draft;
}

std::string composed(const MailDraft& draft, const std::string& link = "https://a.example/?t=1&u=2") {
  return std::string(compose(draft, Secret(link)).reveal());
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string id_of(const std::string& request_id, int attempt, std::int64_t expires_ms) {
  Mail mail;
  mail.request_id = request_id;
  mail.attempt = attempt;
  mail.link_expires_at = from_ms(expires_ms);
  return message_id(mail, "example.com");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_message_tests)

BOOST_AUTO_TEST_CASE(writes_headers_text_and_html) {
  BOOST_TEST(composed(draft()) ==
             "Date: Wed, 25 Nov 2026 09:35:12 +0000\r\n"
             "From: The Portal <portal@example.com>\r\n"
             "To: budi@example.com\r\n"
             "Subject: Your link\r\n"
             "Message-ID: <0123@example.com>\r\n"
             "Auto-Submitted: auto-generated\r\n"
             "MIME-Version: 1.0\r\n"
             "Content-Type: multipart/alternative;\r\n"
             " boundary=\"=_latchkey_alternative\"\r\n"
             "\r\n"
             "--=_latchkey_alternative\r\n"
             "Content-Type: text/plain; charset=utf-8\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n"
             "\r\n"
             "Open https://a.example/?t=3D1&u=3D2 now.\r\n"
             "\r\n"
             "--=_latchkey_alternative\r\n"
             "Content-Type: text/html; charset=utf-8\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n"
             "\r\n"
             "<a href=3D\"https://a.example/?t=3D1&amp;u=3D2\">https://a.example/?t=3D1&amp=\r\n"
             ";u=3D2</a>\r\n"
             "\r\n"
             "--=_latchkey_alternative--\r\n");
}

BOOST_AUTO_TEST_CASE(writes_the_headers_that_are_configured) {
  MailDraft with = draft();
  with.reply_to = job::Mailbox{"", "help@example.com"};
  with.list_unsubscribe = "mailto:stop@example.com";
  BOOST_TEST(holds(composed(with), "\r\nReply-To: help@example.com\r\n"));
  BOOST_TEST(holds(composed(with), "\r\nList-Unsubscribe: <mailto:stop@example.com>\r\n"));
  BOOST_TEST(!holds(composed(with), "List-Unsubscribe-Post"));
  with.list_unsubscribe = "https://example.com/stop";
  BOOST_TEST(holds(composed(with),
                   "\r\nList-Unsubscribe: <https://example.com/stop>\r\n"
                   "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

BOOST_AUTO_TEST_CASE(a_link_cannot_leave_its_place) {
  const std::string link = "\"><script>'\r\n\r\n--=_latchkey_alternative\r\nSubject: x";
  const std::string text = composed(draft(), link);
  BOOST_TEST(holds(text, "<a href=3D\"&quot;&gt;&lt;script&gt;&#39;"));
  BOOST_TEST(!holds(text.substr(0, text.find("\r\n\r\n")), "Subject: x"));
  // The boundary that the link pretends to be is none: its "=" is encoded.
  BOOST_TEST(holds(text, "--=3D_latchkey_alternative"));
}

BOOST_AUTO_TEST_CASE(finds_room_for_the_longest_link_and_the_oddest_text) {
  MailDraft odd = draft();
  odd.text = {std::string(5000, '='), std::string(5000, '\n')};
  odd.html = {std::string(3000, '\xFF'), "", "", std::string(3000, ' ')};
  for (const char c : {'&', '"', '=', 'x', '\xFF'}) {
    BOOST_TEST(composed(odd, std::string(2047, c)).ends_with("\r\n--=_latchkey_alternative--\r\n"));
  }
  odd.text = {"", ""};
  odd.html = {"", ""};
  BOOST_TEST(composed(odd, "").ends_with("\r\n\r\n\r\n--=_latchkey_alternative--\r\n"));
}

BOOST_AUTO_TEST_CASE(another_try_has_the_same_message_id_and_another_link_has_another) {
  const std::string id = id_of("order-77", 1, 1'780'000'000'000);
  BOOST_TEST(id == id_of("order-77", 1, 1'780'000'000'000));
  BOOST_TEST(id.size() == 32 + std::string("@example.com").size());
  BOOST_TEST(!holds(id, "order"));
  BOOST_TEST(id != id_of("order-77", 2, 1'780'000'000'000));
  BOOST_TEST(id != id_of("order-78", 1, 1'780'000'000'000));
  BOOST_TEST(id != id_of("order-77", 1, 1'780'000'000'001));
  BOOST_TEST(id_of("order-7", 71, 1) != id_of("order-77", 1, 1));
}

BOOST_AUTO_TEST_SUITE_END()
