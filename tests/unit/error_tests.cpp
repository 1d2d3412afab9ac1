#include <boost/test/unit_test.hpp>

#include "base/error.h"

namespace latchkey {

BOOST_AUTO_TEST_SUITE(error_tests)

BOOST_AUTO_TEST_CASE(input_error_names_its_field) {
  const InputError e("invalid_request", "providers.mayar.rate", "expected \"20/min\"");
  BOOST_TEST(e.what() == "providers.mayar.rate: expected \"20/min\"");
  BOOST_TEST(e.code() == "invalid_request");
  BOOST_REQUIRE(e.errors().size() == 1);
  BOOST_TEST(e.errors()[0].field == "providers.mayar.rate");
  BOOST_TEST(e.errors()[0].message == "expected \"20/min\"");
  BOOST_TEST(e.errors()[0].line == 0);
}

BOOST_AUTO_TEST_CASE(input_error_without_field_is_its_message_alone) {
  BOOST_TEST(InputError("not_found", "", "no such job").what() == "no such job");
}

BOOST_AUTO_TEST_CASE(input_error_carries_many_errors_under_one_summary) {
  const InputError e("invalid_request", "2 rows are broken",
                     {{"email", "is empty", 3}, {"at", "is not a time", 7}});
  BOOST_TEST(e.what() == "2 rows are broken");
  BOOST_REQUIRE(e.errors().size() == 2);
  BOOST_TEST(e.errors()[1].line == 7);
}

BOOST_AUTO_TEST_CASE(environment_errors_are_told_apart_by_type) {
  BOOST_CHECK_THROW(throw DaemonRunning("another daemon"), Error);
  BOOST_CHECK_THROW(throw UsageError("--bogus"), Error);
  // Bad input must not be taken for a broken environment: the exit codes differ.
  BOOST_TEST((!std::is_base_of_v<Error, InputError>));
}

BOOST_AUTO_TEST_CASE(check_lets_true_conditions_pass) {
  LATCHKEY_CHECK(1 + 1 == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey
