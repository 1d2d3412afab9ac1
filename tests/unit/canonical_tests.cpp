#include <boost/test/unit_test.hpp>
#include <string>

#include "ledger/canonical.h"
#include "ledger/entry.h"

using namespace latchkey;
using ledger::CanonicalReader;
using ledger::Member;

namespace {

/// "" where the bytes are canonical, else why they are not.
std::string flaw(std::string_view bytes) {
  CanonicalReader reader(bytes);
  Member member;
  while (reader.next(member)) {
  }
  return reader.flaw() == nullptr ? "" : reader.flaw();
}

bool holds(std::string_view bytes) {
  return flaw(bytes).empty();
}

std::string value(const std::string& text) {
  return "{\"a\":" + text + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(canonical_tests)

BOOST_AUTO_TEST_CASE(gives_each_member_as_it_stands) {
  CanonicalReader reader(R"({"aB1":"x\"y","b":0,"c":9007199254740991,"d":true,"e":false})");
  Member member;
  BOOST_REQUIRE(reader.next(member));
  BOOST_TEST(member.key == "aB1");
  BOOST_TEST(member.text == R"(x\"y)");
  BOOST_REQUIRE(reader.next(member));
  BOOST_TEST((member.kind == Member::Kind::Integer && member.integer == 0));
  BOOST_REQUIRE(reader.next(member));
  BOOST_TEST(member.integer == 9007199254740991);
  BOOST_REQUIRE(reader.next(member));
  BOOST_TEST((member.kind == Member::Kind::Boolean && member.integer == 1));
  BOOST_REQUIRE(reader.next(member));
  BOOST_TEST((member.kind == Member::Kind::Boolean && member.integer == 0));
  BOOST_TEST(!reader.next(member));
  BOOST_TEST((reader.flaw() == nullptr));
  BOOST_TEST(!reader.next(member));
}

BOOST_AUTO_TEST_CASE(takes_what_encode_writes) {
  ledger::Entry entry;
  entry.t = from_ms(1'780'000'000'123);
  for (std::size_t type = 0; type < 40; ++type) {
    entry.type = static_cast<ledger::EntryType>(type);
    entry.seq = static_cast<std::int64_t>(type * type);
    entry.request_id = "req-" + std::to_string(type);
    entry.attempt = static_cast<int>(type);
    entry.reason = "says \"why\" \\ and Grüße aus 東京 🎉 \x7f";
    entry.clock = from_ms(1'780'000'000'000);
    entry.prev = 9007199254740991;
    BOOST_TEST(flaw(ledger::encode(entry)) == "");
  }
}

BOOST_AUTO_TEST_CASE(an_empty_object_is_canonical_and_nothing_is_not) {
  BOOST_TEST(holds("{}"));
  BOOST_TEST(!holds(""));
  BOOST_TEST(!holds("{"));
  BOOST_TEST(!holds("}"));
  BOOST_TEST(!holds("[]"));
  BOOST_TEST(!holds("null"));
}

BOOST_AUTO_TEST_CASE(there_is_one_spelling_of_each_object) {
  BOOST_TEST(holds(R"({"a":1,"b":2})"));
  for (const char* bytes :
       {R"({"b":2,"a":1})", R"({"a":1,"a":1})", R"({ "a":1})", R"({"a" :1})",  R"({"a": 1})",
        R"({"a":1 })",      R"({"a":1} )",      "{\"a\":1}\n", R"({"a":1,})",  R"({,"a":1})",
        R"({"a":1"b":2})",  R"({"a":1}{})",     R"({"A":1})",  R"({"a_b":1})", R"({"1a":1})",
        R"({"":1})",        R"({"\u0061":1})",  R"({"ä":1})",  R"({"a":{}})",  R"({"a":[]})",
        R"({"a":null})",    R"({"a":})",        R"({"a"})",    R"({"a":1)",    "\xEF\xBB\xBF{}"}) {
    BOOST_TEST(!holds(bytes), bytes);
  }
  // In the order of code units, as RFC 8785 wants it: capitals come first.
  BOOST_TEST(holds(R"({"dueAt":1,"due":1})") == false);
  BOOST_TEST(holds(R"({"aB":1,"aa":1})"));
}

BOOST_AUTO_TEST_CASE(there_is_one_spelling_of_each_number) {
  for (const char* text : {"0", "1", "10", "9007199254740991"}) BOOST_TEST(holds(value(text)), text);
  for (const char* text : {"00", "01", "-0", "-1", "+1", "1.0", "1e1", "1E1", ".5", "9007199254740992",
                           "99999999999999999999999999", "0x1", "1_0", "NaN", "True", "tru", "truee"}) {
    BOOST_TEST(!holds(value(text)), text);
  }
}

BOOST_AUTO_TEST_CASE(there_is_one_spelling_of_each_string) {
  for (const char* text : {R"("")", R"("\"\\\b\f\n\r\t")", R"("\u0000\u0001\u001f\u000b\u000e\u000f\u0007")",
                           "\"\x7f/'é€😀\"", "\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\""}) {
    BOOST_TEST(holds(value(text)), text);
  }
  for (const char* text : {R"("\/")",
                           R"("\u0041")",
                           R"("\u001F")",
                           R"("\u000A")",
                           R"("\u000a")",
                           R"("\u0008")",
                           R"("\u0009")",
                           R"("\u000c")",
                           R"("\u000d")",
                           R"("\u0022")",
                           R"("\u005c")",
                           R"("\u007f")",
                           R"("\ud83d\ude00")",
                           R"("\x41")",
                           R"("\u00")",
                           R"("\u")",
                           R"("\)",
                           R"("\")",
                           "\"",
                           "\"a",
                           "\"\x01\"",
                           "\"\n\"",
                           "\"\t\"",
                           "'a'"}) {
    BOOST_TEST(!holds(value(text)), text);
  }
  for (const char* bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3\x28", "\xE0\x80\x80", "\xE2\x82", "\xED\xA0\x80",
        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    BOOST_TEST(!holds(value("\"" + std::string(bytes) + "\"")));
  }
}

BOOST_AUTO_TEST_CASE(an_entry_has_at_most_4096_bytes) {
  BOOST_TEST(holds(value("\"" + std::string(4096 - 8, 'x') + "\"")));
  BOOST_TEST(!holds(value("\"" + std::string(4096 - 7, 'x') + "\"")));
}

BOOST_AUTO_TEST_CASE(a_cut_is_seen_at_every_byte) {
  const std::string whole = R"({"a":"x\u0001é","b":10,"c":true})";
  BOOST_TEST(holds(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) BOOST_TEST(!holds(whole.substr(0, size)), size);
}

BOOST_AUTO_TEST_SUITE_END()
