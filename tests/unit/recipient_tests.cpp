#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "job/recipient.h"
#include "tests/support/seeded_random.h"

using latchkey::InputError;
using latchkey::job::parse_any_recipient;
using latchkey::job::parse_recipient;
using latchkey::job::Provider;
using latchkey::job::Recipient;

namespace {

/// What is said about `text`; empty when it is taken.
std::string complaint(Provider provider, const std::string& text) {
  try {
    parse_recipient(provider, text);
    return "";
  } catch (const InputError& error) {
    BOOST_TEST(error.code() == "invalid_request");
    BOOST_TEST(error.errors().size() == 1U);
    BOOST_TEST(error.errors().at(0).field == (provider == Provider::Mayar ? "email" : "customerId"));
    return error.errors().at(0).message;
  }
}

std::string normalised(const std::string& email) {
  return parse_recipient(Provider::Mayar, email).normalised;
}

bool is_about(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recipient_tests)

BOOST_AUTO_TEST_CASE(keeps_an_email_as_given_and_normalises_the_other_form) {
  const Recipient recipient = parse_recipient(Provider::Mayar, "  Budi.Santoso@Example.COM ");
  BOOST_TEST(recipient.address == "Budi.Santoso@Example.COM");
  BOOST_TEST(recipient.normalised == "budi.santoso@example.com");
}

BOOST_AUTO_TEST_CASE(takes_the_odd_but_good) {
  for (const char* email :
       {"o'user@example.com", "user+tag@example.net", "u_1@mail.example.com", "a@b.co",
        "x=y/z!#$%&*?^`{|}~@example.org", "1@2.example", "-@example.com", "cus_1@example.com"}) {
    BOOST_TEST(complaint(Provider::Mayar, email) == "");
    BOOST_TEST(normalised(email) == email);
  }
}

BOOST_AUTO_TEST_CASE(writes_an_international_domain_in_punycode) {
  BOOST_TEST(normalised("Kaethe@München.example") == "kaethe@xn--mnchen-3ya.example");
  BOOST_TEST(normalised("kaethe@xn--mnchen-3ya.example") == "kaethe@xn--mnchen-3ya.example");
  BOOST_TEST(normalised("a@XN--MNCHEN-3YA.example") == "a@xn--mnchen-3ya.example");
  // Composed and decomposed are the same domain.
  BOOST_TEST(normalised("a@mu\u0308nchen.example") == "a@xn--mnchen-3ya.example");
  // Non-transitional: another domain than "strasse".
  BOOST_TEST(normalised("a@straße.example") == "a@xn--strae-oqa.example");
  BOOST_TEST(parse_recipient(Provider::Mayar, "a@München.example").address == "a@München.example");
}

// Only a domain with letters outside ASCII is sure to go through the library; the same label beside one must
// come to the same.
BOOST_AUTO_TEST_CASE(takes_a_plain_domain_as_the_library_would) {
  constexpr std::uint64_t kSeed = 20261126;
  BOOST_TEST_MESSAGE("seed " << kSeed);
  latchkey::SeededRandom random(kSeed);
  const std::string letters = "abzAXN019--";
  int taken = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string label;
    for (std::uint64_t left = 1 + random.below(6); left > 0; --left)
      label += letters[random.below(letters.size())];
    const std::string plain = "a@" + label + ".example.com";
    const std::string beside = "a@" + label + ".b\u00FCcher.com";
    BOOST_TEST_CONTEXT(label) {
      BOOST_TEST(complaint(Provider::Mayar, plain) == complaint(Provider::Mayar, beside));
      if (!complaint(Provider::Mayar, plain).empty()) continue;
      ++taken;
      BOOST_TEST(normalised(plain) == "a@" + normalised(beside).substr(2, label.size()) + ".example.com");
    }
  }
  BOOST_TEST(taken > 2000);
}

BOOST_AUTO_TEST_CASE(rejects_what_is_no_single_plain_address) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "is missing"},
      {"   ", "is missing"},
      {"budi", "has no \"@\""},
      {"a@b@example.com", "more than one \"@\""},
      {"Budi <budi@example.com>", "give the address alone"},
      {"<budi@example.com>", "give the address alone"},
      {"a@example.com;b@example.com", "not a list"},
      {"a@example.com,b@example.com", "not a list"},
      {"\"budi\"@example.com", "quotes"},
      {"budi(home)@example.com", "comment"},
      {"bu\\di@example.com", "quotes"},
      {"budi santoso@example.com", "contains a space"},
      {"budi@ example.com", "contains a space"},
      {"mailto:budi@example.com", "has a \":\""},
      {"budi@example.com\n", "a line break"},
      {"budi@example.com\r\nBcc: x@example.com", "a line break"},
      {"bu\adi@example.com", "a control character"},
      {std::string("bu\0di@example.com", 17), "a control character"},
      {"bu\u202Edi@example.com", "a bidirectional mark"},
      {"bu\xFF"
       "di@example.com",
       "not UTF-8"}};
  for (const auto& [email, expected] : cases) {
    BOOST_TEST_CONTEXT(expected) {
      BOOST_TEST(is_about(complaint(Provider::Mayar, email), expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(rejects_a_bad_local_part) {
  BOOST_TEST(is_about(complaint(Provider::Mayar, "@example.com"), "nothing before"));
  BOOST_TEST(is_about(complaint(Provider::Mayar, "käthe@example.com"), "outside ASCII"));
  for (const char* email : {".a@example.com", "a.@example.com", "a..b@example.com"}) {
    BOOST_TEST(is_about(complaint(Provider::Mayar, email), "misplaced dot before"));
  }
  BOOST_TEST(complaint(Provider::Mayar, std::string(64, 'x') + "@example.com") == "");
  BOOST_TEST(is_about(complaint(Provider::Mayar, std::string(65, 'x') + "@example.com"), "more than 64"));
}

BOOST_AUTO_TEST_CASE(rejects_a_bad_domain) {
  const std::vector<std::pair<std::string, std::string>> cases{{"", "nothing after"},
                                                               {"example", "without a dot"},
                                                               {".example.com", "misplaced dot in"},
                                                               {"example.com.", "misplaced dot in"},
                                                               {"example..com", "misplaced dot in"},
                                                               {"。example.com", "misplaced dot in"},
                                                               {"[192.0.2.1]", "an IP address"},
                                                               {"192.0.2.1", "an IP address"},
                                                               {"exa_mple.com", "no domain can hold"},
                                                               {"℀.example", "no domain can hold"},
                                                               {"-example.com", "not valid"},
                                                               {"example-.com", "not valid"},
                                                               {"i❤.example", "not valid"},
                                                               {"exam\u00ADple.com", "invisible"},
                                                               {"exam\u200Bple.com", "invisible"},
                                                               {std::string(64, 'd') + ".com", "not valid"}};
  for (const auto& [domain, expected] : cases) {
    BOOST_TEST_CONTEXT(domain) {
      BOOST_TEST(is_about(complaint(Provider::Mayar, "budi@" + domain), expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(limits_the_whole_address_in_both_forms) {
  const std::string label(60, 'd');
  const std::string domain = label + "." + label + "." + label + "." + std::string(60, 'e');  // 243 bytes
  BOOST_TEST(complaint(Provider::Mayar, std::string(10, 'x') + "@" + domain) == "");
  BOOST_TEST(is_about(complaint(Provider::Mayar, std::string(11, 'x') + "@" + domain), "too long"));

  // 25 labels of "ü" are 75 bytes in UTF-8 and 200 in punycode ("xn--tda.").
  std::string short_in_unicode;
  for (int i = 0; i < 25; ++i) short_in_unicode += "ü.";
  BOOST_TEST(complaint(Provider::Mayar, std::string(49, 'x') + "@" + short_in_unicode + "com") == "");
  BOOST_TEST(is_about(complaint(Provider::Mayar, std::string(52, 'x') + "@" + short_in_unicode + "com"),
                      "too long"));
}

BOOST_AUTO_TEST_CASE(never_repeats_the_address_in_its_message) {
  for (const char* email :
       {"secret person@example.com", "secret@", "secret@nodot", "secret", "Secret <x@y.z>"}) {
    BOOST_TEST(!is_about(complaint(Provider::Mayar, email), "ecret"));
  }
}

BOOST_AUTO_TEST_CASE(takes_a_customer_id_as_it_is) {
  const Recipient recipient = parse_recipient(Provider::Nomos, " cus_Ab-9_x ");
  BOOST_TEST(recipient.address == "cus_Ab-9_x");
  BOOST_TEST(recipient.normalised == "cus_Ab-9_x");
  BOOST_TEST(complaint(Provider::Nomos, "cus_" + std::string(60, 'a')) == "");
}

BOOST_AUTO_TEST_CASE(rejects_what_is_no_customer_id) {
  BOOST_TEST(is_about(complaint(Provider::Nomos, ""), "is missing"));
  BOOST_TEST(is_about(complaint(Provider::Nomos, "budi@example.com"), "starts with \"cus_\""));
  BOOST_TEST(is_about(complaint(Provider::Nomos, "CUS_1"), "starts with \"cus_\""));
  for (const std::string& id : {std::string("cus_"), "cus_" + std::string(61, 'a'), std::string("cus_a b"),
                                std::string("cus_ü"), std::string("cus_a/b")}) {
    BOOST_TEST(is_about(complaint(Provider::Nomos, id), "1 to 60"));
  }
  BOOST_TEST(is_about(complaint(Provider::Nomos, "cus_a\n"), "a line break"));
}

BOOST_AUTO_TEST_CASE(tells_the_kinds_apart_in_a_question) {
  Provider provider = Provider::Mayar;
  BOOST_TEST(parse_any_recipient("cus_1", provider).normalised == "cus_1");
  BOOST_TEST((provider == Provider::Nomos));
  BOOST_TEST(parse_any_recipient("cus_1@Example.com", provider).normalised == "cus_1@example.com");
  BOOST_TEST((provider == Provider::Mayar));
}

BOOST_AUTO_TEST_CASE(names_the_field_of_a_question) {
  Provider provider = Provider::Nomos;
  for (const char* text : {"nobody", "cus_ä"}) {
    BOOST_CHECK_EXCEPTION(parse_any_recipient(text, provider), InputError,
                          [](const InputError& e) { return e.errors().at(0).field == "recipient"; });
  }
  BOOST_TEST((provider == Provider::Nomos), "a question that fails leaves the provider alone");
}

BOOST_AUTO_TEST_SUITE_END()
