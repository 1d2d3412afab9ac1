#include <boost/test/unit_test.hpp>
#include <sstream>

#include "base/error.h"
#include "job/csv_records.h"

using latchkey::InputError;
using latchkey::job::CsvRecord;
using latchkey::job::CsvRecords;
using latchkey::job::FileLines;

namespace {

/// Every record as "line:field|field", a broken one as "line!".
std::vector<std::string> records_of(const std::string& text) {
  std::istringstream in(text);
  FileLines lines(in);
  CsvRecords records(lines);
  std::vector<std::string> all;
  CsvRecord record;
  while (records.next(record)) {
    std::string shown = std::to_string(record.line) + (record.broken ? "!" : ":");
    for (std::size_t i = 0; !record.broken && i < record.fields.size(); ++i) {
      shown += (i > 0 ? "|" : "") + record.fields[i];
    }
    all.push_back(shown);
  }
  return all;
}

using Records = std::vector<std::string>;

bool is_on_line_two(const InputError& error) {
  return error.errors().at(0).line == 2;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(csv_records_tests)

BOOST_AUTO_TEST_CASE(reads_quoted_fields) {
  BOOST_TEST(records_of("a,\"b,c\",\"d \"\"e\"\"\"\r\n") == (Records{"1:a|b,c|d \"e\""}));
  BOOST_TEST(records_of(" a , b c ,\" q \" \n") == (Records{"1:a|b c| q "}));
  BOOST_TEST(records_of(",\n,\"\"") == (Records{"1:|", "2:|"}));
}

BOOST_AUTO_TEST_CASE(counts_blank_lines_as_lines_but_not_as_records) {
  BOOST_TEST(records_of("\n  \r\na\r\n\r\n\t\nb\n\n") == (Records{"3:a", "6:b"}));
  BOOST_TEST(records_of("").empty());
  BOOST_TEST(records_of("\n \n  ").empty());
}

BOOST_AUTO_TEST_CASE(names_the_line_on_which_a_record_starts) {
  BOOST_TEST(records_of("h\r\n\"a\r\n\r\nb\",c\r\nd\n\"e\rf\",g\nh") ==
             (Records{"1:h", "2:a\r\n\r\nb|c", "5:d", "6:e\rf|g", "8:h"}));
}

BOOST_AUTO_TEST_CASE(reads_a_last_line_without_an_end) {
  BOOST_TEST(records_of("a\nb,") == (Records{"1:a", "2:b|"}));
  BOOST_TEST(records_of("a\n\"b\"") == (Records{"1:a", "2:b"}));
  BOOST_TEST(records_of("a\n\"b\nc\"") == (Records{"1:a", "2:b\nc"}));
}

BOOST_AUTO_TEST_CASE(breaks_only_the_record_with_a_misplaced_quotation_mark) {
  BOOST_TEST(records_of("h\na,Joko \"Jo\" S,b\nc\n") == (Records{"1:h", "2!", "3:c"}));
  BOOST_TEST(records_of("h\na,\"Joko \"Jo\" S\",b\r\nc\n") == (Records{"1:h", "2!", "3:c"}));
  BOOST_TEST(records_of("h\n\"a\" x,b\nc,d\n\"e\"") == (Records{"1:h", "2!", "3:c|d", "4:e"}));
  BOOST_TEST(records_of("h\na\"") == (Records{"1:h", "2!"}));
}

BOOST_AUTO_TEST_CASE(gives_up_where_nobody_can_tell_the_records) {
  // Not closed at all; and "closed" by the opening mark of a later record.
  for (const char* text : {"h\n\"a\nb\nc", "h\n\"", "h\na,\"b\nc,\"d, e\",f\n", "h\n\"a\nb\"c\nd\n"}) {
    BOOST_CHECK_EXCEPTION(records_of(text), InputError, is_on_line_two);
  }
}

BOOST_AUTO_TEST_CASE(gives_up_on_an_endless_record) {
  std::string text = "h\n\"";
  for (int i = 0; i < 70; ++i) text += std::string(1'000, 'a') + "\n";
  BOOST_CHECK_EXCEPTION(records_of(text + "\"\n"), InputError, is_on_line_two);
  BOOST_TEST(records_of("h\n\"" + text.substr(3, 60'000) + "\"\n").size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
