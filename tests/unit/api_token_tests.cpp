#include <boost/test/unit_test.hpp>

#include "base/api_token.h"
#include "base/crypto.h"
#include "tests/support/seeded_random.h"

namespace latchkey {
namespace {

std::string made(std::uint64_t seed = 1) {
  SeededRandom random(seed);
  return std::string(make_api_token(random).text.reveal());
}

BOOST_AUTO_TEST_SUITE(api_token_tests)

BOOST_AUTO_TEST_CASE(made_token_names_its_id) {
  SeededRandom random(1);
  const ApiToken token = make_api_token(random);
  BOOST_TEST(token.id.size() == 8U);
  BOOST_TEST(token.text.size() == 50U);
  BOOST_TEST(token.text.reveal().substr(0, 12) == "lk_" + token.id + "_");
  BOOST_TEST(api_token_id(token.text.reveal()).value() == token.id);
}

BOOST_AUTO_TEST_CASE(tokens_differ) {
  BOOST_TEST(made(1) != made(2));
}

BOOST_AUTO_TEST_CASE(sees_every_mistyped_character) {
  const std::string good = made();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string typed = good;
    typed[i] = typed[i] == 'a' ? 'b' : 'a';
    BOOST_TEST(!api_token_id(typed).has_value(), "a changed character at " << i);
  }
}

BOOST_AUTO_TEST_CASE(sees_two_swapped_characters) {
  const std::string good = made();
  for (std::size_t i = 0; i + 1 < good.size(); ++i) {
    std::string typed = good;
    std::swap(typed[i], typed[i + 1]);
    if (typed != good) BOOST_TEST(!api_token_id(typed).has_value(), "swapped at " << i);
  }
}

BOOST_AUTO_TEST_CASE(sees_a_cut_or_lengthened_token) {
  const std::string good = made();
  for (std::size_t length = 0; length < good.size(); ++length) {
    BOOST_TEST(!api_token_id(good.substr(0, length)).has_value());
  }
  for (const char* more : {" ", "\n", "a"}) BOOST_TEST(!api_token_id(good + more).has_value());
}

BOOST_AUTO_TEST_CASE(refuses_foreign_characters_of_the_right_length) {
  BOOST_TEST(!api_token_id(std::string(50, '\0')).has_value());
  BOOST_TEST(!api_token_id(std::string(50, '_')).has_value());
}

BOOST_AUTO_TEST_CASE(hash_is_sha256_of_the_whole_token) {
  BOOST_TEST(api_token_hash(made()) == sha256(made()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey
