#include <boost/test/unit_test.hpp>
#include <sstream>

#include "base/encoding.h"
#include "base/error.h"
#include "job/file_lines.h"

using latchkey::Error;
using latchkey::InputError;
using latchkey::job::FileLines;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  FileLines lines(in);
  std::vector<std::string> all;
  while (const auto line = lines.next()) {
    all.emplace_back(*line);
    BOOST_TEST(lines.number() == static_cast<int>(all.size()));
  }
  BOOST_TEST(lines.digest() == latchkey::to_hex(latchkey::sha256(text)));
  return all;
}

/// A stream whose device fails after its first bytes.
class FailingBuffer final : public std::streambuf {
 protected:
  int_type underflow() override { throw std::runtime_error("device"); }
};

int line_of(const InputError& error) {
  return error.errors().at(0).line;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_lines_tests)

BOOST_AUTO_TEST_CASE(ends_lines_at_lf_crlf_and_lone_cr) {
  // Of "\r\r\n" the second CR belongs to the LF, the first is a line's end of its own.
  BOOST_TEST(lines_of("a\nb\r\nc\r\r\n\nd") ==
             (std::vector<std::string>{"a\n", "b\r\n", "c\r", "\r\n", "\n", "d"}));
  BOOST_TEST(lines_of("").empty());
  BOOST_TEST(lines_of("\r") == (std::vector<std::string>{"\r"}));
}

BOOST_AUTO_TEST_CASE(finds_a_crlf_that_two_pieces_of_the_file_share) {
  const std::string head = std::string(1'000, 'h') + "\n";
  for (std::size_t total = 65'530; total < 65'540; ++total) {
    const std::string line = std::string(total - head.size() - 2, 'a') + "\r\n";
    BOOST_TEST((lines_of(head + line + "b\n") == std::vector<std::string>{head, line, "b\n"}));
  }
}

BOOST_AUTO_TEST_CASE(cuts_one_byte_order_mark) {
  BOOST_TEST(lines_of("\xEF\xBB\xBF"
                      "a\n\xEF\xBB\xBF"
                      "b") == (std::vector<std::string>{"a\n",
                                                        "\xEF\xBB\xBF"
                                                        "b"}));
}

BOOST_AUTO_TEST_CASE(gives_a_line_once_more) {
  std::istringstream in("a\nb\n");
  FileLines lines(in);
  BOOST_TEST(lines.next().value() == "a\n");
  lines.unread();
  BOOST_TEST(lines.next().value() == "a\n");
  BOOST_TEST(lines.number() == 1);
  BOOST_TEST(lines.next().value() == "b\n");
}

BOOST_AUTO_TEST_CASE(rejects_a_line_that_is_not_utf8) {
  BOOST_CHECK_EXCEPTION(lines_of("good\nK\xF6ln\n"), InputError,
                        [](const auto& e) { return line_of(e) == 2; });
}

BOOST_AUTO_TEST_CASE(rejects_an_endless_line) {
  const std::string longest(FileLines::kLineMax, 'a');
  BOOST_TEST(lines_of("x\n" + longest + "\n").size() == 2U);
  for (const char* end : {"a\n", "a", "a\r\nb"}) {
    BOOST_CHECK_EXCEPTION(lines_of("x\n" + longest + end), InputError,
                          [](const auto& e) { return line_of(e) == 2; });
  }
}

BOOST_AUTO_TEST_CASE(tells_a_failing_device_from_the_end) {
  FailingBuffer buffer;
  std::istream in(&buffer);
  FileLines lines(in);
  BOOST_CHECK_THROW(lines.next(), Error);
}

BOOST_AUTO_TEST_SUITE_END()
