#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"
#include "base/signing_secret.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"

using namespace latchkey;

namespace {

const std::string kField = "webhooks.crm.secret_file";

std::string line_of(std::size_t bytes, char fill = 'k') {
  return "whsec_" + to_base64(std::string(bytes, fill)) + "\n";
}

std::vector<std::string> read(const std::string& content) {
  const TempDir dir;
  create_private_file(dir / "secret", content);
  std::vector<std::string> secrets;
  for (const Secret& secret : read_signing_secrets(dir / "secret", kField))
    secrets.emplace_back(secret.reveal());
  return secrets;
}

std::string complaint(const std::string& content) {
  try {
    read(content);
    return {};
  } catch (const InputError& error) {
    BOOST_TEST(error.errors().at(0).field == kField);
    return error.errors().at(0).message;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_secret_tests)

BOOST_AUTO_TEST_CASE(reads_a_secret_a_line_in_the_order_of_the_file) {
  BOOST_TEST(read(line_of(24)) == (std::vector{std::string(24, 'k')}), boost::test_tools::per_element());
  BOOST_TEST(read("\n" + line_of(64, 'n') + "\r\n" + line_of(32, 'o')) ==
                 (std::vector{std::string(64, 'n'), std::string(32, 'o')}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(takes_no_other_text_and_never_quotes_it) {
  const std::string good = line_of(32);
  for (const std::string& content :
       {line_of(23), line_of(65), std::string("whsec_\n"), good.substr(6), "whpk_" + good.substr(6),
        good.substr(0, good.size() - 3) + "\n", "whsec_" + std::string(43, '*') + "=\n", good + "and more\n",
        "# a comment\n" + good, good.substr(0, good.size() - 1) + " " + good}) {
    BOOST_TEST_CONTEXT(content) {
      const std::string message = complaint(content);
      BOOST_TEST(message.find("whsec_\" and the base64 of 24 to 64") != std::string::npos);
      BOOST_TEST(message.find(content.substr(6, 8)) == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_missing_or_empty_file_names_the_command_that_makes_it) {
  BOOST_TEST(complaint("").find("latchkey key new webhook ") != std::string::npos);
  const TempDir dir;
  const std::string path = dir / "none";
  BOOST_CHECK_EXCEPTION(read_signing_secrets(path, kField), InputError, [&](const InputError& error) {
    return error.errors().at(0).message.ends_with("latchkey key new webhook " + path);
  });
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_read_is_refused) {
  const TempDir dir;
  create_private_file(dir / "secret", line_of(32));
  chmod((dir / "secret").c_str(), 0640);
  BOOST_CHECK_THROW(read_signing_secrets(dir / "secret", kField), InputError);
  latchkey::SeededRandom random(1);
  BOOST_CHECK_THROW(add_signing_secret(dir / "secret", kField, random), InputError);
  BOOST_CHECK_THROW(read_signing_secrets(dir.path(), kField), InputError);
}

BOOST_AUTO_TEST_CASE(a_new_secret_stands_before_those_there_were) {
  const TempDir dir;
  const std::filesystem::path path = dir / "secret";
  latchkey::SeededRandom random(1);
  BOOST_TEST(add_signing_secret(path, kField, random) == 1U);
  const std::string first(read_signing_secrets(path, kField).at(0).reveal());
  BOOST_TEST(first.size() == 32U);
  BOOST_TEST(add_signing_secret(path, kField, random) == 2U);
  const auto both = read_signing_secrets(path, kField);
  BOOST_REQUIRE(both.size() == 2U);
  BOOST_TEST(both[0].reveal() != first);
  BOOST_TEST(both[1].reveal() == first);
  struct stat status {};
  BOOST_REQUIRE(stat(path.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0600U);
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_as_good_as_none) {
  const TempDir dir;
  create_private_file(dir / "secret", "");
  latchkey::SeededRandom random(1);
  BOOST_TEST(add_signing_secret(dir / "secret", kField, random) == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_holds_something_else_is_left_alone) {
  const TempDir dir;
  create_private_file(dir / "other", "somebody's file\n");
  latchkey::SeededRandom random(1);
  BOOST_CHECK_THROW(add_signing_secret(dir / "other", kField, random), InputError);
  BOOST_TEST(read_file(dir / "other", 100) == "somebody's file\n");
}

BOOST_AUTO_TEST_CASE(a_full_file_says_what_to_remove) {
  const TempDir dir;
  latchkey::SeededRandom random(1);
  for (std::size_t i = 1; i <= kSigningSecretsMax; ++i)
    BOOST_TEST(add_signing_secret(dir / "secret", kField, random) == i);
  BOOST_CHECK_EXCEPTION(add_signing_secret(dir / "secret", kField, random), InputError,
                        [](const InputError& error) {
                          return std::string(error.what()).find("remove its last lines") != std::string::npos;
                        });
  BOOST_TEST(read_signing_secrets(dir / "secret", kField).size() == kSigningSecretsMax);
  std::string many;
  for (std::size_t i = 0; i <= kSigningSecretsMax; ++i) many += line_of(32);
  BOOST_TEST(complaint(many).find("more than 8 secrets") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
