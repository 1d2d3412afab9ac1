#include <boost/test/unit_test.hpp>

#include "sandbox/links.h"
#include "sandbox/seeded_random.h"
#include "tests/support/fake_clock.h"

using latchkey::FakeClock;
using latchkey::Millis;
using namespace latchkey::sandbox;

namespace {

struct Portal {
  FakeClock clock;
  latchkey::sandbox::SeededRandom random{7};
  Links links{std::chrono::hours(1), random};

  std::string mint(const std::string& customer) { return links.mint(customer, clock.now().wall); }
  /// "" when it opened, else the reason.
  std::string open(const std::string& token_hash) { return links.open(token_hash, clock.now().wall).reason; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sandbox_links_tests, Portal)

BOOST_AUTO_TEST_CASE(link_opens_once) {
  const std::string link = mint("cus_a");
  const Opening opening = links.open(link, clock.now().wall);
  BOOST_TEST(opening.opened);
  BOOST_TEST(opening.customer == "cus_a");
  BOOST_TEST(open(link) == "used");
}

BOOST_AUTO_TEST_CASE(link_expires_at_the_end_of_its_lifetime) {
  const std::string first = mint("cus_a");
  const std::string second = mint("cus_b");
  clock.advance(std::chrono::hours(1) - Millis(1));
  BOOST_TEST(open(first) == "");
  clock.advance(Millis(1));
  BOOST_TEST(open(second) == "expired");
}

BOOST_AUTO_TEST_CASE(newer_link_voids_the_older_of_the_same_customer_only) {
  const std::string older = mint("cus_a");
  const std::string other = mint("cus_b");
  const std::string newer = mint("cus_a");
  BOOST_TEST(open(older) == "voided");
  BOOST_TEST(open(other) == "");
  BOOST_TEST(open(newer) == "");
}

BOOST_AUTO_TEST_CASE(unknown_link_does_not_open) {
  BOOST_TEST(open("") == "unknown");
  const std::string link = mint("cus_a");
  links.reset();
  BOOST_TEST(open(link) == "unknown");
}

BOOST_AUTO_TEST_CASE(finds_the_token_hash_in_a_link) {
  BOOST_TEST(token_hash_in("https://h/auth/confirm?token_hash=abc&type=magiclink") == "abc");
  BOOST_TEST(token_hash_in("https://h/?a=b&token_hash=abc#x") == "abc");
  BOOST_TEST(token_hash_in("https://h/?a=b") == "");
}

BOOST_AUTO_TEST_CASE(same_seed_mints_the_same_links) {
  Portal again;
  BOOST_TEST(again.mint("cus_a") == mint("cus_a"));
  BOOST_TEST(again.mint("cus_a") == mint("cus_b"));
  BOOST_TEST(mint("cus_a").size() == 56);
}

BOOST_AUTO_TEST_SUITE_END()
