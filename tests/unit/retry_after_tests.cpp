#include <boost/test/unit_test.hpp>

#include "base/retry_after.h"
#include "tests/support/fake_http_client.h"

using namespace latchkey;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, the moment of RFC 9110's examples.
constexpr TimePoint kNow = from_ms(784'111'777'000);

std::int64_t asked_ms(const std::string& value) {
  const auto wait = retry_after(http_answer(503, "", {{"retry-after", value}}), kNow);
  return wait ? wait->count() : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retry_after_tests)

BOOST_AUTO_TEST_CASE(reads_seconds_and_dates) {
  BOOST_TEST(asked_ms("120") == 120'000);
  BOOST_TEST(asked_ms("0") == 0);
  BOOST_TEST(asked_ms("Sun, 06 Nov 1994 08:50:37 GMT") == 60'000);
  BOOST_TEST(asked_ms("Sun, 06 Nov 1994 08:49:00 GMT") == 0);
}

BOOST_AUTO_TEST_CASE(takes_nothing_else) {
  for (const char* value : {"", "-1", "1.5", "1s", "9999999999", "Sunday, 06-Nov-94 08:49:37 GMT"}) {
    BOOST_TEST_CONTEXT(value) {
      BOOST_TEST(asked_ms(value) == -1);
    }
  }
  BOOST_TEST(!retry_after(http_answer(503, ""), kNow));
}

BOOST_AUTO_TEST_CASE(reads_any_header_of_seconds) {
  const HttpAnswer answer = http_answer(429, "", {{"ratelimit-reset", "7"}, {"x", "7 s"}});
  BOOST_TEST(seconds_header(answer, "ratelimit-reset").value().count() == 7000);
  BOOST_TEST(!seconds_header(answer, "x"));
  BOOST_TEST(!seconds_header(answer, "y"));
}

BOOST_AUTO_TEST_SUITE_END()
