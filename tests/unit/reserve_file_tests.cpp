#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "base/reserve_file.h"
#include "tests/support/temp_dir.h"

using latchkey::ReserveFile;

BOOST_AUTO_TEST_SUITE(reserve_file_tests)

BOOST_AUTO_TEST_CASE(it_holds_real_blocks_and_gives_them_back) {
  const latchkey::TempDir folder;
  ReserveFile reserve(folder / "reserve", 1 << 20);
  BOOST_TEST(!reserve.whole());
  BOOST_TEST(reserve.fill());
  BOOST_TEST(reserve.whole());
  struct stat info {};
  BOOST_REQUIRE(stat((folder / "reserve").c_str(), &info) == 0);
  BOOST_TEST(info.st_blocks * 512 >= 1 << 20);
  BOOST_TEST((info.st_mode & 0077) == 0U);
  reserve.free();
  BOOST_TEST(!reserve.whole());
  BOOST_TEST(!std::filesystem::exists(folder / "reserve"));
  BOOST_TEST(reserve.fill());
}

BOOST_AUTO_TEST_CASE(no_room_is_no_error) {
  const latchkey::TempDir folder;
  ReserveFile nowhere(folder / "missing/reserve", 1 << 20);
  BOOST_TEST(!nowhere.fill());
  ReserveFile too_large(folder / "reserve", std::int64_t{1} << 60);
  BOOST_TEST(!too_large.fill());
  BOOST_TEST(!too_large.whole());
  BOOST_TEST(std::filesystem::file_size(folder / "reserve") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
