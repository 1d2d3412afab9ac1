#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "job/mailbox.h"
#include "job/recipient.h"

using latchkey::InputError;
using latchkey::job::Mailbox;
using latchkey::job::parse_email;
using latchkey::job::parse_mailbox;
using latchkey::job::smtp_address;

namespace {

std::string read(const std::string& text) {
  const Mailbox mailbox = parse_mailbox(text, "smtp.from");
  return mailbox.name + "|" + mailbox.address;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mailbox_tests)

BOOST_AUTO_TEST_CASE(reads_a_name_and_an_address) {
  BOOST_TEST(read("Portal <portal@example.com>") == "Portal|portal@example.com");
  BOOST_TEST(read("  The Portal  <portal@example.com> ") == "The Portal|portal@example.com");
  BOOST_TEST(read("Kundenportal Müller <portal@example.com>") == "Kundenportal Müller|portal@example.com");
  BOOST_TEST(read("<portal@example.com>") == "|portal@example.com");
  BOOST_TEST(read("portal@example.com") == "|portal@example.com");
}

BOOST_AUTO_TEST_CASE(reads_a_name_in_quotes) {
  BOOST_TEST(read(R"("Portal, Inc." <portal@example.com>)") == "Portal, Inc.|portal@example.com");
  BOOST_TEST(read(R"("The \"Portal\" \\ <x@y>" <portal@example.com>)") ==
             R"(The "Portal" \ <x@y>|portal@example.com)");
}

BOOST_AUTO_TEST_CASE(gives_the_domain_in_punycode_and_the_local_part_as_it_is) {
  BOOST_TEST(read("Portal <Info@Bücher.example>") == "Portal|Info@xn--bcher-kva.example");
  BOOST_TEST(parse_mailbox("a@Bücher.example", "").domain() == "xn--bcher-kva.example");
  BOOST_TEST(smtp_address(parse_email(" Budi.S@Example.COM ", "")) == "Budi.S@example.com");
}

BOOST_AUTO_TEST_CASE(rejects_what_could_be_read_in_two_ways) {
  for (const char* text :
       {"", " ", "Portal", "Portal <portal>", "Portal portal@example.com", "Portal <portal@example.com",
        "portal@example.com>", "a@example.com <portal@example.com>", "<a@example.com> <portal@example.com>",
        "\"Portal <portal@example.com>", "Por\"tal <portal@example.com>", "\"Portal\" x <portal@example.com>",
        "\"Portal\\\" <portal@example.com>", "Portal <a@example.com, b@example.com>", "Portal <>",
        "Portal <pörtal@example.com>"}) {
    BOOST_CHECK_EXCEPTION(parse_mailbox(text, "smtp.from"), InputError, [](const InputError& error) {
      return error.code() == "invalid_request" && error.errors().at(0).field == "smtp.from";
    });
  }
}

BOOST_AUTO_TEST_CASE(rejects_what_could_begin_another_header) {
  BOOST_CHECK_THROW(parse_mailbox("Portal\r\nBcc: x@example.com <portal@example.com>", "f"), InputError);
  BOOST_CHECK_THROW(parse_mailbox("Portal <portal@example.com\r\n>", "f"), InputError);
  BOOST_CHECK_THROW(parse_mailbox("\u202Eportal <portal@example.com>", "f"), InputError);
  BOOST_CHECK_THROW(parse_mailbox(std::string(101, 'x') + " <portal@example.com>", "f"), InputError);
  BOOST_CHECK_NO_THROW(parse_mailbox(std::string(100, 'x') + " <portal@example.com>", "f"));
}

BOOST_AUTO_TEST_SUITE_END()
