#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "support/temp_dir.h"
#include "surface/key_files.h"

using namespace latchkey;
using namespace latchkey::surface;

namespace {

const std::string kOne(64, 'a');
const std::string kTwo(64, 'B');

std::vector<Secret> read(const std::string& text) {
  const TempDir dir;
  create_private_file(dir / "keys", text);
  return read_fingerprint_keys(dir / "keys");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(key_files_tests)

BOOST_AUTO_TEST_CASE(the_first_fingerprint_key_is_the_newest) {
  const auto keys = read(kTwo + "\n" + kOne + "\n");
  BOOST_REQUIRE_EQUAL(keys.size(), 2U);
  BOOST_TEST((keys[0].reveal() == std::string(32, '\xBB')));
  BOOST_TEST((keys[1].reveal() == std::string(32, '\xAA')));
}

BOOST_AUTO_TEST_CASE(one_key_as_init_writes_it_is_enough) {
  BOOST_TEST(read(kOne + "\n").size() == 1U);
  BOOST_TEST(read(kOne).size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_line_may_be_anything_but_a_key) {
  for (const std::string& text : {std::string("\n"), kOne + "\n\n" + kTwo, kOne + "\nx\n", kOne + "aa\n",
                                  kOne + " " + kTwo, kOne.substr(2)}) {
    BOOST_CHECK_THROW(read(text), InputError);
  }
}

BOOST_AUTO_TEST_SUITE_END()
