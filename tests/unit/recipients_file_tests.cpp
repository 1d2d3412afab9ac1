#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/time_text.h"
#include "job/recipients_file.h"
#include "support/source_dir.h"

using namespace std::chrono_literals;
using latchkey::FieldError;
using latchkey::InputError;
using latchkey::job::HandOver;
using latchkey::job::Provider;
using latchkey::job::read_recipients;
using latchkey::job::RecipientsFile;
using latchkey::job::SubmissionLimits;

namespace {

const SubmissionLimits kLimits{15min, *latchkey::parse_rfc3339("2026-03-01T00:00:00Z")};

RecipientsFile read(const std::string& text, Provider provider = Provider::Mayar) {
  std::istringstream in(text);
  return read_recipients(in, provider, kLimits);
}

RecipientsFile read_data(const std::string& path) {
  std::ifstream in(latchkey::test::source_dir() / path, std::ios::binary);
  return read_recipients(in, Provider::Mayar, kLimits);
}

/// The broken rows as "line field" each.
std::vector<std::string> broken(const RecipientsFile& file) {
  std::vector<std::string> all;
  for (const FieldError& error : file.broken) all.push_back(std::to_string(error.line) + " " + error.field);
  return all;
}

std::vector<std::string> ids(const RecipientsFile& file) {
  std::vector<std::string> all;
  for (const auto& submission : file.good) all.push_back(submission.request_id);
  return all;
}

/// Why the whole file is rejected, with the line.
std::string rejection(const std::string& text, Provider provider = Provider::Mayar) {
  try {
    read(text, provider);
    return "";
  } catch (const InputError& error) {
    BOOST_TEST(error.code() == "invalid_request");
    BOOST_TEST(error.errors().size() == 1U);
    const FieldError& wrong = error.errors().at(0);
    return std::to_string(wrong.line) + ": " + wrong.message;
  }
}

using Texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(recipients_file_tests)

BOOST_AUTO_TEST_CASE(reads_every_field_of_a_row) {
  const RecipientsFile file = read(
      "lifetime,email,at,requestId,deliverTo\n"
      "10m,Budi@Example.com,2026-03-02T09:00:00+07:00,a-1,\n");
  BOOST_REQUIRE(file.good.size() == 1U);
  const auto& submission = file.good[0];
  BOOST_TEST(submission.request_id == "a-1");
  BOOST_TEST((submission.provider == Provider::Mayar));
  BOOST_TEST(submission.recipient.address == "Budi@Example.com");
  BOOST_TEST((submission.at == latchkey::parse_rfc3339("2026-03-02T02:00:00Z")));
  BOOST_TEST((submission.lifetime == latchkey::Millis(10min)));
  BOOST_TEST(file.unknown.empty());
  BOOST_TEST(file.good_lines == std::vector<int>{2});
  BOOST_TEST(file.rows == 1);
}

BOOST_AUTO_TEST_CASE(reads_json_lines_like_rows) {
  const RecipientsFile file = read(
      "\xEF\xBB\xBF\r\n"
      "{\"email\":\"a@example.com\",\"requestId\":\"a-1\",\"lifetime\":null,\"at\":\"\",\"name\":[1]}\r\n"
      "\n"
      "{\"requestId\":\"a-2\",\"name\":\"x\\ny\",\"email\":\"b@example.com\",\"lifetime\":\"5m\"}");
  BOOST_TEST(broken(file).empty());
  BOOST_TEST(ids(file) == (Texts{"a-1", "a-2"}));
  BOOST_TEST(file.good_lines == (std::vector<int>{2, 4}));
  BOOST_TEST(!file.good[0].lifetime.has_value());
  BOOST_TEST((file.good[1].lifetime == latchkey::Millis(5min)));
  BOOST_TEST(file.unknown == Texts{"name"});
}

BOOST_AUTO_TEST_CASE(breaks_the_json_lines_that_are_no_rows) {
  const RecipientsFile file = read(
      "{\"email\":\"a@example.com\"}\n"
      "{\"email\":\"a@example.com\"\n"
      "[\"a@example.com\"]\n"
      "{\"email\":17,\"requestId\":true}\n"
      "{\"email\":\"a@example.com\",\"email\":\"b@example.com\"}\n"
      "{\"name\":\"nobody\"}\n"
      "email\n");
  BOOST_TEST(broken(file) == (Texts{"2 ", "3 ", "4 email", "4 requestId", "5 ", "6 email", "7 "}));
  BOOST_TEST(file.rows == 7);
  BOOST_TEST(file.good.size() == 1U);
}

BOOST_AUTO_TEST_CASE(names_each_ignored_column_once) {
  const RecipientsFile file = read("name,email,name,,note\n\"two\nlines \u202E\",a@example.com,x,y,\x07\n");
  BOOST_TEST(file.unknown == (Texts{"name", "note"}));
  BOOST_TEST(file.good.size() == 1U);
}

BOOST_AUTO_TEST_CASE(ignores_the_recipients_of_the_other_provider) {
  const std::string text = "customerId,email\ncus_1,not an address\n";
  const RecipientsFile file = read(text, Provider::Nomos);
  BOOST_TEST(file.unknown == Texts{"email"});
  BOOST_REQUIRE(file.good.size() == 1U);
  BOOST_TEST(file.good[0].recipient.address == "cus_1");
  BOOST_TEST((file.good[0].hand_over == HandOver::None), "the caller settles it");
  BOOST_TEST(broken(read(text)) == Texts{"2 email"});
}

BOOST_AUTO_TEST_CASE(takes_fewer_fields_but_not_more) {
  const RecipientsFile file =
      read("email,requestId,at\na@example.com\nb@example.com,b\nc@example.com,c,,d\n");
  BOOST_TEST(broken(file) == Texts{"4 "});
  BOOST_TEST(file.good.size() == 2U);
  BOOST_TEST(broken(read("requestId,email\na\n")) == Texts{"2 email"});
}

BOOST_AUTO_TEST_CASE(rejects_hand_over_by_email) {
  const RecipientsFile file = read("customerId,deliverTo\ncus_1,\ncus_2,a@example.com\n", Provider::Nomos);
  BOOST_TEST(broken(file) == Texts{"3 deliverTo"});
}

BOOST_AUTO_TEST_CASE(counts_repeats_and_breaks_contradictions) {
  const RecipientsFile file = read(
      "requestId,email\n"
      "a,a@example.com\n"
      "a,A@EXAMPLE.com\n"
      "a,b@example.com\n"
      "b,broken\n"
      "b,b@example.com\n"
      "a,a@example.com\n");
  BOOST_TEST(file.repeated == 2);
  BOOST_TEST(broken(file) == (Texts{"4 requestId", "5 email"}));
  BOOST_TEST(ids(file) == (Texts{"a", "b"}), "a broken row takes no requestId");
  BOOST_TEST(file.rows == 6);
}

BOOST_AUTO_TEST_CASE(finds_repeats_among_many_rows) {
  std::string text = "requestId,email\n";
  for (int i = 0; i < 2'000; ++i)
    text += std::to_string(i % 1'000) + ",user" + std::to_string(i % 1'000) + "@example.com\n";
  const RecipientsFile file = read(text);
  BOOST_TEST(file.good.size() == 1'000U);
  BOOST_TEST(file.repeated == 1'000);
  BOOST_TEST(file.broken.empty());
}

BOOST_AUTO_TEST_CASE(derives_a_request_id_from_digest_and_row_number) {
  const std::string text = "requestId,email\n,a@example.com\n\nb,b@example.com\n,broken\n,a@example.com\n";
  const std::string digest = latchkey::to_hex(latchkey::sha256(text));
  const RecipientsFile file = read(text);
  BOOST_TEST(file.digest == digest);
  const std::string prefix = "file-" + digest.substr(0, 24) + "-";
  BOOST_TEST(ids(file) == (Texts{prefix + "1", "b", prefix + "4"}));
  BOOST_TEST(ids(read(text)) == ids(file));
  BOOST_TEST(ids(read(text + "\n"))[0] != ids(file)[0]);
}

BOOST_AUTO_TEST_CASE(rejects_a_file_without_a_recipient_column) {
  BOOST_TEST(rejection("requestId,name\n") == "1: the header has no column \"email\"");
  BOOST_TEST(rejection("\nrequestId,mail\n") ==
             "2: the header has no column \"email\"; is \"mail\" meant to be it?");
  BOOST_TEST(rejection("email\n", Provider::Nomos) == "1: the header has no column \"customerId\"");
  for (const char* text : {"", "\n \r\n", "\xEF\xBB\xBF"}) {
    BOOST_TEST(rejection(text).starts_with("1: the file is empty"));
  }
}

BOOST_AUTO_TEST_CASE(rejects_a_name_that_is_nearly_known) {
  BOOST_TEST(rejection("email,At\n") == "1: \"At\" is not read; write \"at\"");
  BOOST_TEST(rejection("E-Mail\n") == "1: \"E-Mail\" is not read; write \"email\"");
  BOOST_TEST(rejection("email,request_id\n") == "1: \"request_id\" is not read; write \"requestId\"");
  BOOST_TEST(rejection("{\"email\":\"a@example.com\"}\n{\"email\":\"b@example.com\",\"AT\":\"\"}\n") ==
             "2: \"AT\" is not read; write \"at\"");
  BOOST_TEST(rejection("email,Email\na@example.com,x\n") == "",
             "nothing is missed while the right one is there");
}

BOOST_AUTO_TEST_CASE(rejects_a_file_that_nobody_can_make_rows_of) {
  BOOST_TEST(rejection("email,at,email\n").starts_with("1: the header names \"email\" more than once"));
  BOOST_TEST(rejection("[{\"email\":\"a@example.com\"}]").starts_with("1: is a JSON array"));
  BOOST_TEST(rejection("email,n\na@example.com,J\xF6rg\n").starts_with("2: is not UTF-8"));
  BOOST_TEST(
      rejection("email\na@example.com\n\"b@example.com\n").starts_with("3: a quotation mark opened here"));
  BOOST_TEST(rejection("em\"ail\n").starts_with("1: the header has a quotation mark"));
  BOOST_TEST(rejection("email\n" + std::string(70'000, 'a')).starts_with("2: is longer than 64 KiB"));
}

BOOST_AUTO_TEST_CASE(rejects_a_file_with_more_rows_than_memory_is_meant_for) {
  SubmissionLimits limits = kLimits;
  limits.rows_max = 2;
  const auto rows = [&](const std::string& text) {
    std::istringstream in(text);
    return read_recipients(in, Provider::Mayar, limits).rows;
  };
  BOOST_TEST(rows("email\na@example.com\n\nbroken\n") == 2);
  for (const std::string text : {"email\na@example.com\nbroken\nc@example.com\n", "{}\n{}\n{}\n"}) {
    BOOST_CHECK_EXCEPTION(rows(text), InputError, [&](const InputError& error) {
      const FieldError& one = error.errors().front();
      return one.line == (text[0] == '{' ? 3 : 4) && one.message.find("at most 2;") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(tells_its_progress) {
  std::string text = "email\n";
  for (int i = 0; i < 20'001; ++i) text += "x\n";
  std::istringstream in(text);
  std::vector<int> seen;
  const RecipientsFile file =
      read_recipients(in, Provider::Mayar, kLimits, [&](int rows) { seen.push_back(rows); });
  BOOST_TEST(seen == (std::vector<int>{10'000, 20'000}));
  BOOST_TEST(file.broken.size() == 20'001U);
}

BOOST_AUTO_TEST_CASE(the_sample_in_jobs_is_all_good) {
  const RecipientsFile file = read_data("jobs/onboarding.csv");
  BOOST_TEST(file.rows == 240);
  BOOST_TEST(file.good.size() == 240U);
  BOOST_TEST(file.unknown == (Texts{"name", "city"}));
}

// The file an export really gives: byte order mark, CRLF, blank lines, line breaks in ignored columns,
// repeats, and one row of each kind of mistake.
BOOST_AUTO_TEST_CASE(finds_every_mistake_of_an_export) {
  const RecipientsFile file = read_data("tests/functional/data/export.csv");
  const Texts expected{"13 email", "23 email", "30 requestId", "31 requestId", "34 email", "39 requestId",
                       "42 email", "43 email", "44 email",     "47 email",     "48 email", "49 email",
                       "53 email", "54 email", "55 email",     "56 ",          "57 "};
  BOOST_TEST(broken(file) == expected, boost::test_tools::per_element());
  BOOST_TEST(file.rows == 54);
  BOOST_TEST(file.repeated == 3);
  BOOST_TEST(file.good.size() == 34U);
  BOOST_TEST(file.unknown == (Texts{"name", "city", "note"}));
  BOOST_TEST(file.good.back().recipient.address == "last@example.net");
  BOOST_TEST(file.good_lines.back() == 61);
}

BOOST_AUTO_TEST_SUITE_END()
