#include <boost/test/unit_test.hpp>
#include <limits>

#include "base/error.h"
#include "surface/list_cursor.h"

namespace latchkey::surface {
namespace {

BOOST_AUTO_TEST_SUITE(list_cursor_tests)

BOOST_AUTO_TEST_CASE(cursor_leads_back_to_its_place) {
  for (const std::int64_t id :
       {std::int64_t{1}, std::int64_t{1'000'000}, std::numeric_limits<std::int64_t>::max()}) {
    BOOST_TEST(after_id_of(job_cursor(id, "q"), "q") == id);
  }
  BOOST_TEST(after_batch_of(batch_cursor("welcome-1", "q"), "q") == "welcome-1");
}

BOOST_AUTO_TEST_CASE(cursor_of_another_question_is_refused) {
  BOOST_CHECK_THROW(after_id_of(job_cursor(5, "q"), "r"), InputError);
  BOOST_CHECK_THROW(after_batch_of(batch_cursor("welcome-1", "q"), "r"), InputError);
  BOOST_CHECK_THROW(after_batch_of(job_cursor(5, "q"), "q"), InputError);
}

BOOST_AUTO_TEST_CASE(what_is_no_cursor_is_refused) {
  const std::string good = job_cursor(5, "q");
  std::string negative = good;
  negative[16] = 'f';
  for (const std::string& bad : {std::string(), std::string("5"), good.substr(2), good + "00", negative,
                                 std::string(32, 'x'), std::string(32, '0')}) {
    BOOST_CHECK_EXCEPTION(after_id_of(bad, "q"), InputError, [](const InputError& error) {
      return error.code() == "invalid_request" && error.errors().front().field == "cursor";
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface
