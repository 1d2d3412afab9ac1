#include <boost/test/unit_test.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/json.h"
#include "base/time_text.h"
#include "ledger/entry.h"
#include "ledger/tree.h"

namespace latchkey::ledger {
namespace {

TimePoint at(const char* text) {
  return parse_rfc3339(text).value();
}

Entry golden_init() {
  Entry entry;
  entry.t = at("2026-01-02T03:04:05.000Z");
  entry.type = EntryType::LogInit;
  entry.origin = "latchkey.example/ledger";
  return entry;
}

Entry golden_accepted() {
  Entry entry;
  entry.seq = 1;
  entry.t = at("2026-01-02T03:04:06.000Z");
  entry.type = EntryType::JobAccepted;
  entry.actor = "token:tk_7";
  entry.request_id = "req-1";
  entry.subject = "q83vEjRWeJCrze8SNFZ4kA";
  entry.provider = job::Provider::Nomos;
  entry.hand_over = job::HandOver::Claim;
  entry.due_at = at("2026-01-02T03:04:06.000Z");
  entry.expires_at = at("2026-01-02T03:19:06.000Z");
  entry.commitment = "67ebb68700665db4e1e2f0ff27ef343f0814aa775f25be0e039991e505333161";
  return entry;
}

Entry golden_intent() {
  Entry entry;
  entry.seq = 2;
  entry.t = at("2026-01-02T03:04:06.010Z");
  entry.type = EntryType::AttemptIntent;
  entry.request_id = "req-1";
  entry.subject = "q83vEjRWeJCrze8SNFZ4kA";
  entry.provider = job::Provider::Nomos;
  entry.attempt = 1;
  entry.prev = 1;
  return entry;
}

Entry golden_result() {
  Entry entry = golden_intent();
  entry.seq = 3;
  entry.t = at("2026-01-02T03:04:06.210Z");
  entry.type = EntryType::AttemptResult;
  entry.outcome = job::Outcome::Accepted;
  entry.http = 200;
  entry.ms = 200;
  entry.link_fp = "bc05db4089b0ec99a336511bdcb4d4d5";
  entry.prev = 2;
  return entry;
}

struct Golden {
  Entry entry;
  std::string bytes;
  std::string leaf;
};

// The four-entry log that docs/ledger.md publishes.
std::vector<Golden> golden_log() {
  return {
      {golden_init(),
       R"({"actor":"system","origin":"latchkey.example/ledger","seq":0,"t":"2026-01-02T03:04:05.000Z","type":"log.init","v":1})",
       "5e459927c9d8b7cc208a58217a2bbd31e7973937210b713c6fd00bf31c67142d"},
      {golden_accepted(),
       R"({"actor":"token:tk_7","commitment":"67ebb68700665db4e1e2f0ff27ef343f0814aa775f25be0e039991e505333161","dueAt":"2026-01-02T03:04:06.000Z","expiresAt":"2026-01-02T03:19:06.000Z","handover":"claim","provider":"nomos","requestId":"req-1","seq":1,"subject":"q83vEjRWeJCrze8SNFZ4kA","t":"2026-01-02T03:04:06.000Z","type":"job.accepted","v":1})",
       "4299776ea2056a3f4607d665193b40a70244a2e881400ca503ab279bd4c1ea4b"},
      {golden_intent(),
       R"({"actor":"system","attempt":1,"prev":1,"provider":"nomos","requestId":"req-1","seq":2,"subject":"q83vEjRWeJCrze8SNFZ4kA","t":"2026-01-02T03:04:06.010Z","type":"attempt.intent","v":1})",
       "276fb250f81212b1f87fba82dd7d4cd1746a6cd25327e6592ae06c77c503e21a"},
      {golden_result(),
       R"({"actor":"system","attempt":1,"http":200,"linkFp":"bc05db4089b0ec99a336511bdcb4d4d5","ms":200,"outcome":"accepted","prev":2,"provider":"nomos","requestId":"req-1","seq":3,"subject":"q83vEjRWeJCrze8SNFZ4kA","t":"2026-01-02T03:04:06.210Z","type":"attempt.result","v":1})",
       "fe4137d4377dd9b06d03b844489d8b8fd5b2757c21e28938778202c58861edf9"}};
}

// An entry that has everything, each member with a value of its own.
Entry full() {
  Entry entry;
  entry.seq = 9007199254740991;
  entry.t = at("2026-01-02T03:04:05.678Z");
  entry.type = EntryType::AttemptResult;
  entry.actor = "uid:1000";
  entry.request_id = "req-7.A_b:c";
  entry.subject = "q83vEjRWeJCrze8SNFZ4kA";
  entry.attempt = 2147483647;
  entry.provider = job::Provider::Mayar;
  entry.outcome = job::Outcome::NotSent;
  entry.code = job::Code::ExpiredBeforeSend;
  entry.http = 429;
  entry.ms = 0;
  entry.provider_request_id = "pr-1";
  entry.hand_over = job::HandOver::Email;
  entry.due_at = at("2026-01-02T03:04:06.001Z");
  entry.expires_at = at("2026-01-02T03:04:06.002Z");
  entry.link_expires_at = at("2026-01-02T03:04:06.003Z");
  entry.batch = "spring-2026";
  entry.commitment = "c0ffee";
  entry.link_fp = "bc05db40";
  entry.reason =
      "kunde rief an, \xC3\xBC"
      "berpr\xC3\xBC"
      "ft";
  entry.prev = 17;
  entry.subject_prev = 18;
  entry.build = "0.1.0";
  entry.clock = at("2026-01-02T02:04:05.678Z");
  entry.origin = "latchkey.example/ledger";
  entry.epoch = 3;
  entry.direction = "back";
  entry.name = "shop";
  entry.token = "tk_7";
  entry.old_origin = "latchkey.example/before";
  entry.last_checkpoint = "feedface";
  entry.size = 19;
  entry.count = 20;
  entry.cut_off = at("2026-01-02T03:04:06.004Z");
  entry.digest = "d1ge57";
  entry.format = "jsonl";
  entry.key = "fingerprint";
  entry.address_check = "matched";
  entry.deliver_commitment = "de11";
  entry.definition = "onboarding";
  entry.nominal = "2026-12-01T09:00:00";
  entry.reprocess_of = "req-5";
  entry.reprocessed_as = "req-9";
  return entry;
}

std::vector<std::string> keys_of(const std::string& bytes) {
  std::vector<std::string> keys;
  const Json entry = parse_json(bytes).value();
  for (const auto& [key, value] : entry.items()) keys.push_back(key);
  return keys;
}

// The golden intent with one member replaced by other JSON, or with one more.
std::string with(const std::string& key, const std::string& json) {
  Json entry = parse_json(golden_log()[2].bytes).value();
  entry[key] = parse_json(json).value();
  return entry.dump();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(entry_tests)

BOOST_AUTO_TEST_CASE(golden_log_is_written_byte_for_byte) {
  for (const Golden& golden : golden_log()) {
    BOOST_CHECK_EQUAL(encode(golden.entry), golden.bytes);
    BOOST_CHECK_EQUAL(to_hex(bytes_of(leaf_hash(golden.bytes))), golden.leaf);
  }
}

BOOST_AUTO_TEST_CASE(golden_log_is_read_back) {
  for (const Golden& golden : golden_log()) BOOST_CHECK_EQUAL(encode(decode(golden.bytes)), golden.bytes);
  const Entry accepted = decode(golden_log()[1].bytes);
  BOOST_CHECK(accepted.type == EntryType::JobAccepted);
  BOOST_CHECK_EQUAL(accepted.seq, 1);
  BOOST_CHECK_EQUAL(accepted.actor, "token:tk_7");
  BOOST_CHECK(accepted.hand_over == job::HandOver::Claim);
  BOOST_CHECK(accepted.expires_at == at("2026-01-02T03:19:06.000Z"));
  BOOST_CHECK(!accepted.prev);
}

// RFC 6962 section 2.1.3's test leaves: the first two, hashed alone.
BOOST_AUTO_TEST_CASE(leaf_hash_is_that_of_rfc_6962) {
  BOOST_CHECK_EQUAL(to_hex(bytes_of(leaf_hash(""))),
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  BOOST_CHECK_EQUAL(to_hex(bytes_of(leaf_hash(std::string(1, '\0')))),
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
}

BOOST_AUTO_TEST_CASE(keys_are_sorted_and_unique_with_every_member_there) {
  const std::string bytes = encode(full());
  const auto keys = keys_of(bytes);  // nlohmann keeps them sorted, so the text itself is looked at:
  BOOST_CHECK_EQUAL(keys.size(), 45);
  std::size_t from = 0;
  for (const std::string& key : keys) {
    const auto found = bytes.find("\"" + key + "\":");
    BOOST_REQUIRE_MESSAGE(found != std::string::npos && found >= from, key);
    from = found;
  }
  BOOST_CHECK_EQUAL(bytes.find_first_of(" \t\r\n"), bytes.find("kunde rief") + 5);  // only within the reason
}

BOOST_AUTO_TEST_CASE(every_member_comes_back) {
  const Entry one = full();
  const Entry two = decode(encode(one));
  BOOST_CHECK_EQUAL(encode(two), encode(one));
  BOOST_CHECK_EQUAL(two.seq, one.seq);
  BOOST_CHECK(two.t == one.t);
  BOOST_CHECK(two.type == one.type);
  BOOST_CHECK_EQUAL(two.actor, one.actor);
  BOOST_CHECK(two.request_id == one.request_id);
  BOOST_CHECK(two.definition == one.definition);
  BOOST_CHECK(two.nominal == one.nominal);
  BOOST_CHECK(two.reprocess_of == one.reprocess_of);
  BOOST_CHECK(two.reprocessed_as == one.reprocessed_as);
  BOOST_CHECK(two.subject == one.subject);
  BOOST_CHECK(two.attempt == one.attempt);
  BOOST_CHECK(two.provider == one.provider);
  BOOST_CHECK(two.outcome == one.outcome);
  BOOST_CHECK(two.code == one.code);
  BOOST_CHECK(two.http == one.http);
  BOOST_CHECK(two.ms == one.ms);
  BOOST_CHECK(two.provider_request_id == one.provider_request_id);
  BOOST_CHECK(two.hand_over == one.hand_over);
  BOOST_CHECK(two.due_at == one.due_at);
  BOOST_CHECK(two.expires_at == one.expires_at);
  BOOST_CHECK(two.link_expires_at == one.link_expires_at);
  BOOST_CHECK(two.batch == one.batch);
  BOOST_CHECK(two.commitment == one.commitment);
  BOOST_CHECK(two.link_fp == one.link_fp);
  BOOST_CHECK(two.reason == one.reason);
  BOOST_CHECK(two.prev == one.prev);
  BOOST_CHECK(two.subject_prev == one.subject_prev);
  BOOST_CHECK(two.build == one.build);
  BOOST_CHECK(two.clock == one.clock);
  BOOST_CHECK(two.origin == one.origin);
  BOOST_CHECK(two.epoch == one.epoch);
  BOOST_CHECK(two.direction == one.direction);
  BOOST_CHECK(two.name == one.name);
  BOOST_CHECK(two.token == one.token);
}

// Each optional member alone, so that none leans on another.
BOOST_AUTO_TEST_CASE(every_optional_member_stands_alone) {
  const Json all = parse_json(encode(full())).value();
  for (const auto& [key, value] : all.items()) {
    if (key == "v" || key == "t" || key == "seq" || key == "type" || key == "actor") continue;
    Json entry = parse_json(golden_log()[0].bytes).value();
    entry.erase("origin");
    entry[key] = value;
    BOOST_CHECK_EQUAL(encode(decode(entry.dump())), entry.dump());
  }
}

BOOST_AUTO_TEST_CASE(every_word_of_a_closed_list_comes_back) {
  for (int i = 0; i <= static_cast<int>(EntryType::CheckpointDaily); ++i) {
    Entry entry = golden_intent();
    entry.type = static_cast<EntryType>(i);
    BOOST_CHECK(decode(encode(entry)).type == entry.type);
  }
  for (int i = 0; i <= static_cast<int>(job::Code::AttemptsExhausted); ++i) {
    Entry entry = golden_intent();
    entry.code = static_cast<job::Code>(i);
    BOOST_CHECK(decode(encode(entry)).code == entry.code);
  }
}

// RFC 8785 section 3.2.2.2: only these two of the printable characters are escaped, everything else is
// itself.
BOOST_AUTO_TEST_CASE(quotes_and_backslashes_are_escaped_and_nothing_else) {
  Entry entry = golden_intent();
  entry.reason = "a \"b\" \\ / \x7F \xC3\xA9 \xE2\x80\xA8 \xF0\x9F\x94\x91";
  const std::string bytes = encode(entry);
  BOOST_CHECK_NE(bytes.find("\"reason\":\"a \\\"b\\\" \\\\ / \x7F \xC3\xA9 \xE2\x80\xA8 \xF0\x9F\x94\x91\""),
                 std::string::npos);
  BOOST_CHECK(decode(bytes).reason == entry.reason);
}

BOOST_AUTO_TEST_CASE(longest_reason_fits) {
  Entry entry = full();
  entry.reason.emplace();
  for (int i = 0; i < 200; ++i) *entry.reason += "\xF0\x9F\x94\x91";
  check_reason(*entry.reason);
  BOOST_CHECK(decode(encode(entry)).reason == entry.reason);
}

BOOST_AUTO_TEST_CASE(members_of_a_later_version_are_left_out) {
  const Entry entry = decode(with("zebra", "\"new\""));
  BOOST_CHECK_EQUAL(encode(entry), golden_log()[2].bytes);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_entry) {
  const std::string good = golden_log()[2].bytes;
  BOOST_CHECK_NO_THROW(decode(good));
  for (const std::string& bad : std::vector<std::string>{"", " ", "null", "[]", "\"x\"", "1", "{}",
                                                         good + "x", good.substr(0, good.size() - 1),
                                                         good + good, "[" + good + "]", "\xFF" + good}) {
    BOOST_CHECK_THROW(decode(bad), Error);
  }
  for (const std::string key : {"v", "seq", "t", "type", "actor"}) {
    Json entry = parse_json(good).value();
    entry.erase(key);
    BOOST_CHECK_THROW(decode(entry.dump()), Error);
  }
}

// A log that was cut anywhere is told apart from a whole one.
BOOST_AUTO_TEST_CASE(refuses_an_entry_cut_at_any_length) {
  for (const Golden& golden : golden_log()) {
    for (std::size_t length = 0; length < golden.bytes.size(); ++length) {
      BOOST_CHECK_THROW(decode(golden.bytes.substr(0, length)), Error);
    }
  }
}

BOOST_AUTO_TEST_CASE(refuses_members_it_cannot_read) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"v", "2"},          {"v", "true"},       {"v", "\"1\""},         {"seq", "-1"},
      {"seq", "1.5"},      {"seq", "true"},     {"seq", "\"1\""},       {"seq", "9007199254740992"},
      {"attempt", "true"}, {"attempt", "1.0"},  {"attempt", "-1"},      {"attempt", "2147483648"},
      {"attempt", "null"}, {"attempt", "[1]"},  {"t", "1767323045000"}, {"t", "\"yesterday\""},
      {"type", "\"job\""}, {"type", "1"},       {"actor", "7"},         {"provider", "\"other\""},
      {"outcome", "\"\""}, {"outcome", "true"}, {"code", "\"novel\""},  {"handover", "\"pigeon\""},
      {"dueAt", "\"\""},   {"expiresAt", "0"},  {"reason", "{}"},       {"prev", "-1"},
      {"subject", "null"}, {"requestId", "[]"}, {"clock", "false"},     {"ms", "1e3"}};
  for (const auto& [key, json] : bad) {
    BOOST_CHECK_EXCEPTION(decode(with(key, json)), Error, [&](const Error& error) {
      // The entry may have been tampered with: nothing of its content is repeated.
      return std::string(error.what()).find("novel") == std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_key_that_appears_twice) {
  std::string bytes = golden_log()[2].bytes;
  bytes.insert(bytes.size() - 1, ",\"seq\":2");
  BOOST_CHECK_THROW(decode(bytes), Error);
}

BOOST_AUTO_TEST_CASE(takes_reasons_that_say_why) {
  for (const std::string good : {"x", "provider outage on 2 January", "\"quoted\" \\ ok",
                                 "r\xC3\xA9sum\xC3\xA9", "http:/ /", "cus", "lk", "at 5 pm: resend"}) {
    BOOST_CHECK_NO_THROW(check_reason(good));
  }
  BOOST_CHECK_NO_THROW(check_reason(std::string(200, 'a')));
}

BOOST_AUTO_TEST_CASE(rejects_reasons_that_may_not_stand_in_the_ledger) {
  std::string two_hundred_and_one;
  for (int i = 0; i < 201; ++i) two_hundred_and_one += "\xC3\xA9";
  for (const std::string& bad : std::vector<std::string>{
           "", "   ", "\t", two_hundred_and_one, "ask budi@example.com", "for cus_abc", "see https://x",
           "token lk_1", "a\nb", "a\rb", std::string("a\0b", 3), "tab\there", "\x1B[31m", "\x7F",
           "\xE2\x80\xAE"
           "evil",
           "\xFF\xFE", "cut \xC3"}) {
    BOOST_CHECK_EXCEPTION(check_reason(bad), InputError, [](const InputError& error) {
      return error.code() == "invalid_request" && error.errors().size() == 1 &&
             error.errors().front().field == "reason";
    });
  }
}

// The message names what is wrong and never repeats what would have leaked.
BOOST_AUTO_TEST_CASE(rejection_does_not_repeat_the_reason) {
  BOOST_CHECK_EXCEPTION(check_reason("ask budi@example.com"), InputError, [](const InputError& error) {
    return std::string(error.what()).find("budi") == std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::ledger
