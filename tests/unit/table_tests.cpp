#include <boost/test/unit_test.hpp>

#include "surface/table.h"

namespace latchkey::surface {
namespace {

BOOST_AUTO_TEST_SUITE(table_tests)

BOOST_AUTO_TEST_CASE(columns_stand_below_each_other) {
  Table table({"NAME", "COUNT"});
  table.add({"a", "1"});
  table.add({"longer", "2"});
  BOOST_TEST(table.text(false) ==
             "NAME    COUNT\n"
             "a       1\n"
             "longer  2\n");
}

BOOST_AUTO_TEST_CASE(numbers_stand_to_the_right) {
  Table table({"COUNT", "NAME"});
  table.align_right(0);
  table.add({"7", "a"});
  table.add({"1,234,567", "b"});
  BOOST_TEST(table.text(false) ==
             "    COUNT  NAME\n"
             "        7  a\n"
             "1,234,567  b\n");
}

BOOST_AUTO_TEST_CASE(lines_have_no_spaces_at_their_end) {
  Table table({"A", "B", "C"});
  table.add({"x", "", ""});
  table.add({"", "yy", ""});
  table.add({"x"});
  BOOST_TEST(table.text(false) == "A  B   C\nx\n   yy\nx\n");
}

BOOST_AUTO_TEST_CASE(width_is_what_a_terminal_shows) {
  Table table;
  table.add({"é", "1"});
  table.add({"日本", "2"});
  table.add({"abcd", "3"});
  BOOST_TEST(table.text(false) == "é     1\n日本  2\nabcd  3\n");
}

BOOST_AUTO_TEST_CASE(colour_changes_no_width) {
  Table table({"STATE", "NEXT"});
  table.add({Cell("done", Paint::Good), "x"});
  table.add({Cell("cancelled", Paint::Quiet), "y"});
  BOOST_TEST(table.text(true) ==
             "\033[1mSTATE\033[0m      \033[1mNEXT\033[0m\n"
             "\033[32mdone\033[0m       x\n"
             "\033[2mcancelled\033[0m  y\n");
}

BOOST_AUTO_TEST_CASE(list_without_headings_is_indented) {
  Table table;
  table.add({"line 2", "email", "has no \"@\""});
  table.add({"line 11", "at", "expected a time"});
  BOOST_TEST(table.text(false, 2) ==
             "  line 2   email  has no \"@\"\n"
             "  line 11  at     expected a time\n");
}

BOOST_AUTO_TEST_CASE(empty_table_is_empty) {
  BOOST_TEST(Table().text(false).empty());
  BOOST_TEST(Table().empty());
}

BOOST_AUTO_TEST_CASE(plain_text_is_never_wrapped_in_codes) {
  BOOST_TEST(painted("x", Paint::Plain, true) == "x");
  BOOST_TEST(painted("x", Paint::Bad, false) == "x");
  BOOST_TEST(painted("", Paint::Bad, true).empty());
}

BOOST_AUTO_TEST_CASE(long_list_is_taken_in_pieces) {
  Table table({"SEQ", "TYPE", "WHAT"});
  table.align_right(0);
  table.widen(0, 4);
  table.add({"7", "start", "a"});
  BOOST_TEST(table.take(false) ==
             " SEQ  TYPE   WHAT\n"
             "   7  start  a\n");
  table.add({"8", "x", "b"});
  BOOST_TEST(table.take(false) == "   8  x      b\n");
  table.add({"12345", "longer", "c"});
  table.add({"9", "x", "d"});
  BOOST_TEST(table.take(false) ==
             "12345  longer  c\n"
             "    9  x       d\n");
  BOOST_TEST(table.take(false) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface
