#include <boost/test/unit_test.hpp>

#include "ledger/entry.h"
#include "ledger/member.h"
#include "support/seeded_random.h"

namespace latchkey::ledger {
namespace {

BOOST_AUTO_TEST_SUITE(member_tests)

Entry full_entry() {
  Entry entry;
  entry.seq = 42;
  entry.t = from_ms(1'767'323'045'000);
  entry.type = EntryType::JobFailed;
  entry.request_id = "req-1";
  entry.prev = 17;
  entry.code = job::Code::Timeout;
  return entry;
}

BOOST_AUTO_TEST_CASE(finds_what_the_entry_says) {
  const std::string bytes = encode(full_entry());
  BOOST_CHECK(has_member(bytes, member_text("actor", "system")));  // the first
  BOOST_CHECK(has_member(bytes, member_text("requestId", "req-1")));
  BOOST_CHECK(has_member(bytes, member_text("type", "job.failed")));
  BOOST_CHECK(!has_member(bytes, member_text("requestId", "req-")));
  BOOST_CHECK(!has_member(bytes, member_text("requestId", "req-11")));
  BOOST_CHECK(!has_member(bytes, member_text("Id", "req-1")));
  BOOST_CHECK(text_member(bytes, "requestId") == "req-1");
  BOOST_CHECK(text_member(bytes, "t") == "2026-01-02T03:04:05.000Z");
  BOOST_CHECK(!text_member(bytes, "subject"));
  BOOST_CHECK(!text_member(bytes, "seq"));
  BOOST_CHECK(integer_member(bytes, "seq") == 42);
  BOOST_CHECK(integer_member(bytes, "prev") == 17);
  BOOST_CHECK(!integer_member(bytes, "subjectPrev"));
  BOOST_CHECK(!integer_member(bytes, "requestId"));
}

// A person's words are the only free text.
BOOST_AUTO_TEST_CASE(text_that_looks_like_members_is_none) {
  for (const char* words : {R"(,"requestId":"x")", R"({"requestId":"x"})", R"(\",\"requestId\":\"x)",
                            R"(","requestId":"x)", R"(,)", R"(\)", R"(")", R"("requestId":"x",)"}) {
    Entry entry = full_entry();
    entry.reason = words;
    const std::string bytes = encode(entry);
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_CHECK(!has_member(bytes, member_text("requestId", "x")));
      BOOST_CHECK(text_member(bytes, "requestId") == "req-1");
      BOOST_CHECK(has_member(bytes, member_text("reason", words)));
    }
  }
}

// What is asked for comes from a command line.
BOOST_AUTO_TEST_CASE(question_cannot_say_more_than_one_member) {
  const std::string bytes = encode(full_entry());
  BOOST_CHECK(!has_member(bytes, member_text("code", R"(timeout","prev":17,"requestId":"req-1)")));
  BOOST_CHECK(!has_member(bytes, member_text("requestId", "")));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_entry_do_no_harm) {
  for (const char* bytes : {"", "{", "}", "\"", R"({"seq":)", R"({"seq":-)", R"({"a":"x)", R"({"a":"\)",
                            R"({"seq":99999999999999999999})", R"({"a":)"}) {
    BOOST_CHECK(!text_member(bytes, "a"));
    BOOST_CHECK(!integer_member(bytes, "seq"));
    BOOST_CHECK(!has_member(bytes, member_text("a", "x")));
  }
  constexpr std::uint64_t kSeed = 5;
  BOOST_TEST_MESSAGE("seed " << kSeed);
  SeededRandom random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = encode(full_entry());
    for (char& c : bytes) {
      if (random.below(12) == 0) c = random.bytes(1).front();
    }
    bytes.resize(random.below(bytes.size() + 1));
    text_member(bytes, "requestId");
    integer_member(bytes, "seq");
    has_member(bytes, member_text("type", "job.failed"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::ledger
