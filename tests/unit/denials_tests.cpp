// A flood of bad tokens is one entry a minute for each token that is known, and one for all others.
#include <boost/test/unit_test.hpp>

#include "engine/denials.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using ledger::EntryType;
using std::chrono::minutes;
using test::EngineRig;

// As the API does for a caller that it denies.
void deny(EngineRig& rig, const std::string& token) {
  if (rig.denials.count(token)) rig.inbox->put(Denied{});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(denials_tests)

BOOST_AUTO_TEST_CASE(only_the_first_of_those_that_are_not_written_asks_to_be_told) {
  Denials denials;
  BOOST_TEST(denials.count("tk_1"));
  BOOST_TEST(!denials.count("tk_1"));
  BOOST_TEST(!denials.count(""));
  const auto counts = denials.counts();
  BOOST_TEST(counts.at("tk_1") == 2);
  BOOST_TEST(counts.at("") == 1);
  BOOST_TEST(!denials.written(counts));
  BOOST_TEST(denials.counts().empty());
  BOOST_TEST(denials.count("tk_1"));
  BOOST_TEST(denials.total() == 4);
}

BOOST_AUTO_TEST_CASE(what_is_counted_while_others_are_written_is_not_lost) {
  Denials denials;
  denials.count("tk_1");
  const auto counts = denials.counts();
  BOOST_TEST(!denials.count("tk_1"));
  BOOST_TEST(!denials.count("tk_2"));
  BOOST_TEST(denials.written(counts));
  BOOST_TEST(denials.counts().at("tk_1") == 1);
  BOOST_TEST(denials.counts().at("tk_2") == 1);
  BOOST_TEST(!denials.written({}));  // a turn that has written none says nothing
}

BOOST_AUTO_TEST_CASE(denials_are_one_entry_a_token_and_minute) {
  EngineRig rig;
  for (int i = 0; i < 1000; ++i) deny(rig, i % 4 == 0 ? "tk_1" : "");
  const Wake wake = rig.turn();
  BOOST_TEST(rig.entries(EntryType::AuthDenied).empty());
  BOOST_TEST((wake.boot == rig.clock.now().boot + minutes(1)));
  rig.clock.advance(minutes(1));
  rig.turn();
  auto entries = rig.entries(EntryType::AuthDenied);
  BOOST_REQUIRE_EQUAL(entries.size(), 2U);
  BOOST_TEST(!entries[0].token);
  BOOST_TEST(entries[0].count.value() == 750);
  BOOST_TEST(entries[1].token.value() == "tk_1");
  BOOST_TEST(entries[1].count.value() == 250);
  BOOST_TEST(entries[1].actor == "system");
  BOOST_TEST(!rig.turn().boot);
  rig.clock.advance(minutes(5));
  deny(rig, "tk_1");
  rig.turn();
  rig.clock.advance(minutes(1));
  rig.turn();
  entries = rig.entries(EntryType::AuthDenied);
  BOOST_REQUIRE_EQUAL(entries.size(), 3U);
  BOOST_TEST(entries[2].count.value() == 1);
}

BOOST_AUTO_TEST_CASE(turn_that_fails_has_written_none_and_the_next_writes_all) {
  EngineRig rig;
  deny(rig, "tk_1");
  rig.turn();
  rig.clock.advance(minutes(1));
  rig.failing = "commit";
  BOOST_CHECK_THROW(rig.turn(), Error);
  deny(rig, "tk_1");
  rig.failing.clear();
  rig.turn();
  const auto entries = rig.entries(EntryType::AuthDenied);
  BOOST_REQUIRE_EQUAL(entries.size(), 1U);
  BOOST_TEST(entries[0].count.value() == 2);
}

BOOST_AUTO_TEST_CASE(daemon_that_ends_writes_what_it_has_counted) {
  EngineRig rig;
  deny(rig, "");
  rig.turn();
  rig.heart().finish();
  BOOST_TEST(rig.entries(EntryType::AuthDenied).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
