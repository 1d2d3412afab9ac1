#include <boost/test/unit_test.hpp>

#include "engine/denials.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct DenialsRig : test::EngineRig {
  /// As the API does it.
  void deny(const std::string& token, int times = 1) {
    for (int i = 0; i < times; ++i) {
      if (denials.count(token)) inbox->put(Denied{});
    }
  }
  /// "token*count" of each auth.denied, oldest first.
  std::string written() {
    std::string text;
    for (const ledger::Entry& entry : entries(ledger::EntryType::AuthDenied)) {
      text +=
          (text.empty() ? "" : " ") + entry.token.value_or("-") + "*" + std::to_string(entry.count.value());
    }
    return text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(denials_tests, DenialsRig)

BOOST_AUTO_TEST_CASE(flood_is_one_entry_a_minute_and_token) {
  deny("", 10'000);
  deny("tk_1", 3);
  turn();
  BOOST_TEST(written() == "");
  clock.advance(minutes(1) - Millis(1));
  turn();
  BOOST_TEST(written() == "");
  deny("", 1);
  clock.advance(Millis(1));
  turn();
  BOOST_TEST(written() == "-*10001 tk_1*3");
  clock.advance(minutes(5));
  turn();
  BOOST_TEST(written() == "-*10001 tk_1*3");
  BOOST_TEST(denials.total() == 10'004);
}

BOOST_AUTO_TEST_CASE(turn_wakes_for_them_in_time) {
  deny("tk_1");
  const Wake wake = turn();
  BOOST_REQUIRE(wake.boot);
  BOOST_TEST((*wake.boot == clock.now().boot + minutes(1)));
}

BOOST_AUTO_TEST_CASE(next_minute_has_its_own_entry) {
  deny("tk_1");
  turn();
  clock.advance(minutes(1));
  turn();
  deny("tk_1", 2);
  turn();
  clock.advance(minutes(1));
  turn();
  BOOST_TEST(written() == "tk_1*1 tk_1*2");
}

BOOST_AUTO_TEST_CASE(what_is_denied_while_the_others_are_written_comes_with_the_next) {
  Denials counting;
  BOOST_TEST(counting.count(""));
  BOOST_TEST(!counting.count("tk_1"));
  const Denials::Counts counts = counting.counts();
  BOOST_TEST(!counting.count(""));
  BOOST_TEST(counting.written(counts));  // the engine must be told again: nobody else will
  BOOST_TEST((counting.counts() == Denials::Counts{{"", 1}}));
  BOOST_TEST(!counting.written(counting.counts()));
  BOOST_TEST(counting.count("tk_2"));
}

BOOST_AUTO_TEST_CASE(stopping_writes_the_rest) {
  deny("tk_1", 2);
  turn();
  deny("");
  heart().finish();
  BOOST_TEST(written() == "-*1 tk_1*2");
}

BOOST_AUTO_TEST_CASE(turn_that_fails_loses_none) {
  deny("tk_1", 2);
  turn();
  clock.advance(minutes(1));
  other->begin();  // another process holds the database
  BOOST_CHECK_THROW(turn(), store::StoreBusy);
  deny("tk_1");
  other->rollback();
  BOOST_TEST(written() == "");
  turn();
  BOOST_TEST(written() == "tk_1*3");
}

BOOST_AUTO_TEST_CASE(first_word_of_a_turn_that_fails_is_not_lost) {
  deny("tk_1");
  other->begin();
  BOOST_CHECK_THROW(turn(), store::StoreBusy);
  other->rollback();
  turn();
  clock.advance(minutes(1));
  turn();
  BOOST_TEST(written() == "tk_1*1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
