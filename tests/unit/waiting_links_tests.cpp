#include <boost/test/unit_test.hpp>

#include "handover/waiting_links.h"

namespace latchkey::handover {
namespace {

using Ids = std::vector<std::string>;
using Stage = WaitingLink::Stage;

constexpr TimePoint kBegin = from_ms(1'780'000'000'000);

// Over `ms` after the begin of both clocks.
WaitingLink link_until(int ms, Stage stage = Stage::Claim) {
  WaitingLink link;
  link.link = Secret("https://a.customerportal.energy/" + std::to_string(ms));
  link.stage = stage;
  link.attempt = 1;
  link.expires_at = kBegin + Millis(ms);
  link.boot_expires = Millis(ms);
  return link;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting_links_tests)

BOOST_AUTO_TEST_CASE(link_is_taken_once) {
  WaitingLinks links;
  links.keep("a", link_until(10));
  BOOST_TEST(links.size() == 1U);
  BOOST_REQUIRE(links.find("a") != nullptr);
  BOOST_TEST(links.find("a")->link.reveal() == "https://a.customerportal.energy/10");
  BOOST_TEST(links.find("b") == nullptr);
  BOOST_TEST(links.take("a").reveal() == "https://a.customerportal.energy/10");
  BOOST_TEST(links.take("a").empty());
  BOOST_TEST(links.find("a") == nullptr);
  BOOST_TEST(links.size() == 0U);
  BOOST_TEST(!links.next());
}

BOOST_AUTO_TEST_CASE(dropped_link_is_gone_and_dropping_it_again_does_nothing) {
  WaitingLinks links;
  links.keep("a", link_until(10));
  links.keep("b", link_until(20));
  links.drop("a");
  links.drop("a");
  BOOST_TEST(links.find("a") == nullptr);
  BOOST_TEST((links.next() == Millis(20)));
  BOOST_TEST(links.due(Millis(20)) == Ids{"b"});
}

BOOST_AUTO_TEST_CASE(later_link_of_a_job_takes_the_place_of_the_first) {
  WaitingLinks links;
  links.keep("a", link_until(10, Stage::Mailer));
  links.move("a", Stage::Mailing, Millis(5));
  links.keep("a", link_until(20));
  BOOST_TEST(links.size() == 1U);
  BOOST_TEST(links.mailing() == 0U);
  BOOST_TEST(links.find("a")->mails == 0);
  BOOST_TEST((links.next() == Millis(20)));
  BOOST_TEST(links.due(Millis(19)).empty());
}

BOOST_AUTO_TEST_CASE(link_is_over_by_whichever_clock_comes_first) {
  const WaitingLink link = link_until(10);
  BOOST_TEST(!link.over({kBegin + Millis(9), Millis(9)}));
  BOOST_TEST(link.over({kBegin + Millis(10), Millis(9)}));
  BOOST_TEST(link.over({kBegin + Millis(9), Millis(10)}));
  WaitingLinks links;
  links.keep("a", link_until(10));
  links.keep("b", link_until(20));
  links.keep("c", link_until(30));
  BOOST_TEST(links.over({kBegin + Millis(20), Millis(0)}) == (Ids{"a", "b"}));
  BOOST_TEST(links.over({kBegin, Millis(10)}) == Ids{"a"});
  BOOST_TEST(links.over({kBegin, Millis(0)}).empty());
}

// When something is to be done about a link depends on what it waits for.
BOOST_AUTO_TEST_CASE(agenda_follows_the_stages_of_a_mailed_link) {
  WaitingLinks links;
  links.keep("a", link_until(100, Stage::Mailer));
  BOOST_TEST((links.next() == Millis(100)));
  BOOST_TEST(links.for_mailer(9) == Ids{"a"});
  BOOST_TEST(links.mailing() == 0U);

  links.move("a", Stage::Mailing, Millis(140));
  BOOST_TEST((links.next() == Millis(140)));  // beyond its time: the server may be taking it
  BOOST_TEST(links.for_mailer(9).empty());
  BOOST_TEST(links.mailing() == 1U);
  BOOST_TEST(links.find("a")->mails == 1);
  BOOST_TEST(links.due(Millis(139)).empty());
  BOOST_TEST(links.due(Millis(140)) == Ids{"a"});

  links.move("a", Stage::Planned, Millis(50));
  BOOST_TEST((links.next() == Millis(50)));
  BOOST_TEST(links.mailing() == 0U);
  BOOST_TEST(links.find("a")->mails == 1);
  links.move("a", Stage::Planned, Millis(150));
  BOOST_TEST((links.next() == Millis(100)));  // its end comes first

  links.move("a", Stage::Mailing, Millis(60));
  BOOST_TEST(links.find("a")->mails == 2);
  links.drop("a");
  BOOST_TEST(links.mailing() == 0U);
  BOOST_TEST(!links.next());
  BOOST_TEST(links.for_mailer(9).empty());
}

BOOST_AUTO_TEST_CASE(due_are_all_whose_time_has_come_earliest_first) {
  WaitingLinks links;
  for (const int ms : {30, 10, 20}) links.keep("until-" + std::to_string(ms), link_until(ms));
  links.keep("twin", link_until(20));
  BOOST_TEST((links.next() == Millis(10)));
  BOOST_TEST(links.due(Millis(9)).empty());
  BOOST_TEST(links.due(Millis(20)) == (Ids{"until-10", "twin", "until-20"}));
  BOOST_TEST(links.due(Millis(30)).size() == 4U);
}

BOOST_AUTO_TEST_CASE(idle_mailers_get_the_links_that_end_first) {
  WaitingLinks links;
  links.keep("claim", link_until(1));
  for (const int ms : {30, 10, 20}) links.keep("until-" + std::to_string(ms), link_until(ms, Stage::Mailer));
  BOOST_TEST(links.for_mailer(0).empty());
  BOOST_TEST(links.for_mailer(2) == (Ids{"until-10", "until-20"}));
  BOOST_TEST(links.for_mailer(9).size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::handover
