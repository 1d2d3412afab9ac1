#include <boost/test/unit_test.hpp>
#include <fstream>

#include "store/file_scan.h"
#include "support/temp_dir.h"

namespace latchkey::store {
namespace {

const std::string kId(22, 'i');
const std::string kSalt(32, '\x01');

// As a row of the table and a row of its index lie in a page: nothing between the columns.
std::string row_of(const std::string& recipient) {
  return "\x07" + kId + "mayar" + recipient + recipient + kSalt;
}

std::int64_t counted(const std::vector<std::string>& erased, const std::vector<std::string>& known,
                     const std::string& bytes) {
  Needles needles(erased);
  for (const std::string& one : known) needles.allow(one);
  return needles.count(bytes, 0, bytes.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_scan_tests)

BOOST_AUTO_TEST_CASE(both_columns_of_a_row_count) {
  BOOST_TEST(counted({"budi@example.com"}, {}, row_of("budi@example.com")) == 2);
  BOOST_TEST(counted({"budi@example.com"}, {}, row_of("siti@example.com")) == 0);
  BOOST_TEST(counted({"cus_1", "budi@x.id"}, {}, row_of("cus_1") + row_of("budi@x.id")) == 4);
}

BOOST_AUTO_TEST_CASE(part_of_a_known_recipient_is_no_copy) {
  BOOST_TEST(counted({"budi@x.id"}, {"abudi@x.id"}, row_of("abudi@x.id")) == 0);
  BOOST_TEST(counted({"budi@x.co"}, {"budi@x.com"}, row_of("budi@x.com")) == 0);
  BOOST_TEST(counted({"cus_1"}, {"cus_12"}, row_of("cus_12")) == 0);
  BOOST_TEST(counted({"budi@x.id"}, {"ABudi@X.id", "abudi@x.id"}, row_of("abudi@x.id")) == 0);
}

BOOST_AUTO_TEST_CASE(copy_beside_a_known_longer_recipient_counts) {
  BOOST_TEST(counted({"budi@x.id"}, {"abudi@x.id"}, row_of("abudi@x.id") + row_of("budi@x.id")) == 2);
  // The end of "mayar" and the recipient together read as somebody else.
  BOOST_TEST(counted({"budi@x.id"}, {"rbudi@x.id"}, row_of("budi@x.id")) == 2);
  BOOST_TEST(counted({"budi@x.id"}, {"rbudi@x.id"}, row_of("rbudi@x.id")) == 0);
}

BOOST_AUTO_TEST_CASE(index_row_says_itself_how_long_its_recipient_is) {
  const std::string row = std::string("\x04\x17\x1f\x39", 4) + "mayarbudi@x.co" + "m" + kId;
  BOOST_TEST(counted({"budi@x.co"}, {"budi@x.com"}, row) == 1);
}

BOOST_AUTO_TEST_CASE(who_is_known_again_is_not_erased) {
  BOOST_TEST(counted({"budi@x.id"}, {"budi@x.id"}, row_of("budi@x.id")) == 0);
}

BOOST_AUTO_TEST_CASE(files_are_searched_across_every_boundary_and_in_either_case) {
  const TempDir folder;
  const auto path = folder / "database";
  std::string bytes(3 * 1024 * 1024 + 100, '.');
  const std::string text = "Budi@Example.com";
  // At the ends, and around each megabyte, where one piece that is read ends and the next begins.
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{1024 * 1024 - 8}, std::size_t{2 * 1024 * 1024 - 2048 - 5},
        std::size_t{3 * 1024 * 1024}, bytes.size() - text.size()}) {
    bytes.replace(at, text.size(), text);
  }
  std::ofstream(path, std::ios::binary) << bytes;
  BOOST_TEST(scan_database(path, Needles({"budi@example.com"})).copies == 5);
  std::ofstream(path.string() + "-wal", std::ios::binary) << text;
  BOOST_TEST(scan_database(path, Needles({"BUDI@example.com"})).copies == 6);
  BOOST_TEST(scan_database(path, Needles({"siti@example.com"})).copies == 0);
  BOOST_TEST(scan_database(path, Needles({"siti@example.com"})).reader == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::store
