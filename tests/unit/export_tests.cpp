#include <boost/test/unit_test.hpp>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "ledger/entry.h"
#include "ledger/export_cloud_events.h"
#include "ledger/export_csv.h"
#include "ledger/export_ocsf.h"

using namespace latchkey;
using namespace latchkey::ledger;

namespace {

const std::string kOrigin = "latchkey.example/ledger";
const std::string kResult =
    R"({"actor":"system","attempt":1,"code":"timeout","http":504,"ms":200,"outcome":"unknown","prev":2,"provider":"nomos","requestId":"req-1","seq":3,"subject":"q83vEjRWeJCrze8SNFZ4kA","t":"2026-01-02T03:04:06.210Z","type":"attempt.result","v":1})";

Entry paused(const std::string& reason) {
  Entry entry;
  entry.seq = 7;
  entry.type = EntryType::ProviderPaused;
  entry.actor = "uid:1000";
  entry.reason = reason;
  return entry;
}

Json ocsf(const std::string& entry, const std::optional<std::string>& recipient = std::nullopt) {
  return parse_json(ocsf_event(entry, kOrigin, recipient)).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(export_tests)

BOOST_AUTO_TEST_CASE(csv_columns_are_those_of_the_page) {
  BOOST_TEST(
      csv_header(true) ==
      "seq,t,type,actor,requestId,provider,subject,attempt,outcome,code,http,ms,handover,providerRequestId,"
      "dueAt,expiresAt,linkExpiresAt,batch,reason,commitment,linkFp,prev,subjectPrev,more,recipient\r\n");
  BOOST_TEST(csv_header(false).ends_with(",more\r\n"));
}

BOOST_AUTO_TEST_CASE(csv_puts_members_under_their_columns) {
  BOOST_TEST(
      csv_record(kResult, std::nullopt) ==
      "3,2026-01-02T03:04:06.210Z,attempt.result,system,req-1,nomos,q83vEjRWeJCrze8SNFZ4kA,1,unknown,timeout,"
      "504,200,,,,,,,,,,2,,\r\n");
  BOOST_TEST(csv_record(kResult, "budi@example.com").ends_with(",2,,,budi@example.com\r\n"));
}

BOOST_AUTO_TEST_CASE(csv_keeps_members_without_a_column) {
  const std::string line = csv_record(
      R"({"actor":"system","newMember":"x","origin":"a/b","seq":0,"t":"2026-01-02T03:04:05.000Z","type":"log.init","v":1})",
      std::nullopt);
  BOOST_TEST(line.ends_with(",\"{\"\"newMember\"\":\"\"x\"\",\"\"origin\"\":\"\"a/b\"\"}\"\r\n"), line);
}

BOOST_AUTO_TEST_CASE(csv_disarms_what_a_spreadsheet_would_run) {
  for (const char* text : {"=1+1", "+1", "-1", "@x", "\tx", "\rx"}) {
    const std::string line = csv_record(kResult, text);
    const bool quoted = std::string(text).find('\r') != std::string::npos;
    BOOST_TEST(line.ends_with((quoted ? ",\"'" : ",'") + std::string(text) + (quoted ? "\"\r\n" : "\r\n")),
               line);
  }
  BOOST_TEST(csv_record(kResult, "a=1").ends_with(",a=1\r\n"));
  BOOST_TEST(csv_record(encode(paused("=HYPERLINK(1,2)")), std::nullopt).find(",\"'=HYPERLINK(1,2)\",") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(csv_quotes_commas_quotes_and_line_breaks) {
  BOOST_TEST(
      csv_record(encode(paused("say \"no\", please")), std::nullopt).find(",\"say \"\"no\"\", please\",") !=
      std::string::npos);
  BOOST_TEST(csv_record(kResult, "a\nb").ends_with(",\"a\nb\"\r\n"));
}

BOOST_AUTO_TEST_CASE(ocsf_events_have_what_the_class_requires) {
  const Json event = ocsf(kResult);
  BOOST_TEST(event["class_uid"] == 6003);
  BOOST_TEST(event["category_uid"] == 6);
  BOOST_TEST(event["activity_id"] == 99);
  BOOST_TEST(event["type_uid"] == 600399);
  BOOST_TEST(event["time"] == 1767323046210);
  BOOST_TEST(event["severity_id"] == 2);
  BOOST_TEST(event["status_id"] == 0);
  BOOST_TEST(event["status_code"] == "timeout");
  BOOST_TEST(event["duration"] == 200);
  BOOST_TEST(event["metadata"]["version"] == "1.3.0");
  BOOST_TEST(event["metadata"]["product"]["vendor_name"] == "Latchkey");
  BOOST_TEST(event["metadata"]["uid"] == kOrigin + "#3");
  BOOST_TEST(event["metadata"]["correlation_uid"] == "req-1");
  BOOST_TEST(event["actor"]["app_name"] == "latchkey");
  BOOST_TEST(event["api"]["operation"] == "attempt.result");
  BOOST_TEST(event["api"]["response"]["code"] == 504);
  BOOST_TEST(event["src_endpoint"]["uid"] == kOrigin);
  BOOST_TEST(event["raw_data"] == kResult);
}

BOOST_AUTO_TEST_CASE(ocsf_says_who_acted_and_on_what) {
  const Json event = ocsf(encode(paused("maintenance")));
  BOOST_TEST(event["activity_name"] == "Update");
  BOOST_TEST(event["type_uid"] == 600303);
  BOOST_TEST(event["actor"]["user"]["uid"] == "uid:1000");
  BOOST_TEST(event["status_detail"] == "maintenance");
  BOOST_TEST(!event.contains("resources"));
  BOOST_TEST(ocsf(kResult)["resources"].dump() ==
             R"([{"type":"job","uid":"req-1"},{"type":"subject","uid":"q83vEjRWeJCrze8SNFZ4kA"}])");
  BOOST_TEST(ocsf(kResult, "budi@example.com")["resources"][1]["name"] == "budi@example.com");
}

BOOST_AUTO_TEST_CASE(every_type_is_an_ocsf_event) {
  for (int number = 0; number <= static_cast<int>(EntryType::CheckpointDaily); ++number) {
    Entry entry;
    entry.type = static_cast<EntryType>(number);
    const Json event = ocsf(encode(entry));
    BOOST_TEST(event["type_uid"].get<int>() == 600300 + event["activity_id"].get<int>());
    BOOST_TEST(event["activity_name"].get<std::string>() != "");
  }
}

BOOST_AUTO_TEST_CASE(a_cloud_event_carries_the_stored_bytes) {
  BOOST_TEST(
      cloud_event(kResult, kOrigin, std::nullopt) ==
      R"({"specversion":"1.0","id":"3","source":"//latchkey.example/ledger","type":"latchkey.attempt.result",)"
      R"("time":"2026-01-02T03:04:06.210Z","datacontenttype":"application/json","subject":"req-1","data":)" +
          kResult + "}");
  const Json event = parse_json(cloud_event(kResult, kOrigin, "budi@example.com")).value();
  BOOST_TEST(event["recipient"] == "budi@example.com");
  BOOST_TEST(event["data"]["seq"] == 3);
}

BOOST_AUTO_TEST_CASE(what_is_no_entry_is_not_exported) {
  BOOST_CHECK_THROW(csv_record("[1]", std::nullopt), Error);
  BOOST_CHECK_THROW(ocsf_event("{}", kOrigin, std::nullopt), Error);
  BOOST_CHECK_THROW(cloud_event("{}", kOrigin, std::nullopt), Error);
}

BOOST_AUTO_TEST_SUITE_END()
