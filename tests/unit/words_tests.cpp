#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr TimePoint kNow = from_ms(1'767'323'045'000);

BOOST_AUTO_TEST_SUITE(words_tests)

BOOST_AUTO_TEST_CASE(time_is_absolute_or_a_span_back) {
  BOOST_TEST((time_word("2026-01-02T10:04:05+07:00", "from", kNow) == kNow));
  BOOST_TEST((time_word("2h", "from", kNow) == kNow - std::chrono::hours(2)));
  BOOST_TEST((time_word("1h30m ago", "from", kNow) == kNow - std::chrono::minutes(90)));
  for (const char* bad : {"", "yesterday", "2026-01-02", "2 h", "-2h", "99999999d"}) {
    BOOST_CHECK_THROW(time_word(bad, "from", kNow), InputError);
  }
}

BOOST_AUTO_TEST_CASE(limit_is_a_whole_number_from_one) {
  BOOST_TEST(limit_word("1") == 1U);
  BOOST_TEST(limit_word("4000") == 4000U);
  for (const char* bad : {"", "0", "-1", "+1", "1.5", "1x", " 1", "99999999999999999999"}) {
    BOOST_CHECK_THROW(limit_word(bad), InputError);
  }
}

BOOST_AUTO_TEST_CASE(every_known_word_is_understood) {
  BOOST_TEST((state_word("held") == job::State::Held));
  BOOST_TEST((code_word("attempts_exhausted") == job::Code::AttemptsExhausted));
  BOOST_TEST((type_word("checkpoint.daily") == ledger::EntryType::CheckpointDaily));
}

BOOST_AUTO_TEST_CASE(places_in_the_ledger_are_numbers_from_zero) {
  BOOST_TEST(seq_word("0", "after") == 0);
  BOOST_TEST(seq_word("10000000", "after") == 10'000'000);
  for (const char* text : {"", "-1", "1.5", "1 ", "x", "99999999999999999999"}) {
    BOOST_CHECK_THROW(seq_word(text, "after"), InputError);
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_grouped_for_people) {
  BOOST_TEST(counted(0) == "0");
  BOOST_TEST(counted(999) == "999");
  BOOST_TEST(counted(4000) == "4,000");
  BOOST_TEST(counted(1234567, "row") == "1,234,567 rows");
  BOOST_TEST(counted(1, "row") == "1 row");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface
