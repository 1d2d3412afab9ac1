#include <boost/test/unit_test.hpp>

#include "base/encoding.h"
#include "base/text.h"
#include "base/time_text.h"
#include "handover/mail_header.h"

using latchkey::from_base64;
using latchkey::is_utf8;
using latchkey::parse_rfc3339;
using latchkey::handover::header_date;
using latchkey::handover::header_mailbox;
using latchkey::handover::header_text;

BOOST_AUTO_TEST_SUITE(mail_header_tests)

BOOST_AUTO_TEST_CASE(leaves_short_ascii_as_it_is) {
  BOOST_TEST(header_text("Your link, until 10:35") == "Your link, until 10:35");
}

BOOST_AUTO_TEST_CASE(encodes_everything_else_in_words_that_end_between_characters) {
  BOOST_TEST(header_text("Zugang für Sie") == "=?utf-8?B?WnVnYW5nIGbDvHIgU2ll?=");
  for (const std::string& text :
       {std::string(150, 'x'), std::string("ä") + std::string(50, '-'),
        std::string("äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü"),
        std::string("日本語のとても長い件名がここにあります日本語のとても長い件名がここにあります")}) {
    std::string rest = header_text(text) + "\r\n ";
    std::string whole;
    while (!rest.empty()) {
      const std::string word = rest.substr(0, rest.find("\r\n "));
      rest = rest.substr(word.size() + 3);
      BOOST_TEST(word.size() <= 66U);  // with "Subject: " in front no more than 75
      BOOST_REQUIRE(word.starts_with("=?utf-8?B?"));
      BOOST_REQUIRE(word.ends_with("?="));
      const std::string part = from_base64(word.substr(10, word.size() - 12)).value();
      BOOST_TEST(is_utf8(part));
      whole += part;
    }
    BOOST_TEST(whole == text);
  }
}

BOOST_AUTO_TEST_CASE(encodes_what_would_be_read_as_an_encoded_word) {
  BOOST_TEST(header_text("=?utf-8?B?eA==?=").starts_with("=?utf-8?B?PT91"));
}

BOOST_AUTO_TEST_CASE(lets_no_text_begin_another_header) {
  BOOST_TEST(header_text("Hi\r\nBcc: x@example.com") == "Hi  Bcc: x@example.com");
  BOOST_TEST(header_text(std::string("a\0b\tc\x7F", 6)) == "a b c ");
  const std::string encoded = header_text("ä\r\nBcc: x@example.com");
  BOOST_TEST(encoded.find('\n') == std::string::npos);
  BOOST_TEST(from_base64(encoded.substr(10, encoded.size() - 12)).value() == "ä  Bcc: x@example.com");
}

BOOST_AUTO_TEST_CASE(writes_mailboxes_with_names_quoted_where_they_must_be) {
  BOOST_TEST(header_mailbox({"", "a@b.example"}) == "a@b.example");
  BOOST_TEST(header_mailbox({"The Portal", "a@b.example"}) == "The Portal <a@b.example>");
  BOOST_TEST(header_mailbox({"Portal, Inc.", "a@b.example"}) == "\"Portal, Inc.\" <a@b.example>");
  BOOST_TEST(header_mailbox({R"(x"\y)", "a@b.example"}) == R"("x\"\\y" <a@b.example>)");
  BOOST_TEST(header_mailbox({"Müller", "a@b.example"}) == "=?utf-8?B?TcO8bGxlcg==?=\r\n <a@b.example>");
}

BOOST_AUTO_TEST_CASE(writes_dates_in_utc) {
  BOOST_TEST(header_date(parse_rfc3339("2026-11-25T09:35:12.999Z").value()) ==
             "Wed, 25 Nov 2026 09:35:12 +0000");
  BOOST_TEST(header_date(parse_rfc3339("2024-02-29T23:59:59Z").value()) == "Thu, 29 Feb 2024 23:59:59 +0000");
  BOOST_TEST(header_date(parse_rfc3339("2026-03-01T00:00:00+07:00").value()) ==
             "Sat, 28 Feb 2026 17:00:00 +0000");
}

BOOST_AUTO_TEST_SUITE_END()
