#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <regex>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"
#include "definition_file.h"
#include "tests/support/source_dir.h"
#include "tests/support/temp_dir.h"

using namespace std::chrono_literals;
using latchkey::Error;
using latchkey::FieldError;
using latchkey::format_local_time;
using latchkey::InputError;
using latchkey::load_definition;
using latchkey::LocalTime;
using latchkey::Millis;
using latchkey::TempDir;
using latchkey::job::Cron;
using latchkey::job::Definition;
using latchkey::job::FoldPolicy;
using latchkey::job::GapPolicy;
using latchkey::job::HandOver;
using latchkey::job::Overlap;
using latchkey::job::Provider;
using latchkey::job::RetryPolicy;

namespace {

namespace fs = std::filesystem;

const std::string kBase = "name = \"welcome\"\nprovider = \"mayar\"\nrecipients.file = \"welcome.csv\"\n";
const std::string kWithoutSource = "name = \"welcome\"\nprovider = \"mayar\"\n";

struct Folder {
  explicit Folder(const std::string& text) : file(dir / "definition.toml") {
    latchkey::create_private_file(file, text);
  }
  TempDir dir;
  fs::path file;
};

Definition load(const std::string& text) {
  return load_definition(Folder(text).file);
}

std::vector<FieldError> complaints(const std::string& text) {
  try {
    load(text);
    return {};
  } catch (const InputError& error) {
    BOOST_TEST(error.code() == "invalid_request");
    return error.errors();
  }
}

/// The one complaint as "line field: message", or how many there are.
std::string complaint(const std::string& text) {
  const auto all = complaints(text);
  if (all.size() != 1) return std::to_string(all.size()) + " complaints";
  return std::to_string(all[0].line) + " " + all[0].field + ": " + all[0].message;
}

/// About a definition that has these lines from the fourth on.
std::string complaint_of(const std::string& lines) {
  return complaint(kBase + lines);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(definition_file_tests)

BOOST_AUTO_TEST_CASE(the_least_definition_has_the_defaults) {
  const Folder folder(kBase);
  const Definition d = load_definition(folder.file);
  BOOST_TEST(d.name == "welcome");
  BOOST_TEST(d.file == folder.file);
  BOOST_TEST(d.digest == latchkey::to_hex(latchkey::sha256(kBase)));
  BOOST_TEST((d.provider == Provider::Mayar && d.hand_over == HandOver::None));
  BOOST_TEST(!d.lifetime);
  BOOST_TEST((d.min_interval == 1h));
  BOOST_TEST(d.on_complete == "");
  BOOST_TEST(!d.schedule);
  BOOST_TEST(d.recipients.file == folder.dir / "welcome.csv");
  BOOST_TEST(d.recipients.folder.empty());
  BOOST_TEST(!d.recipients.skip_broken);
  BOOST_TEST(!d.recipients.repeat);
  BOOST_TEST(d.recipients.columns.empty());
  BOOST_TEST(d.pace.margin == 10);
  BOOST_TEST(!d.pace.within);
  BOOST_TEST(!d.window);
  const RetryPolicy same = d.retry.over({7, 2s, 30s});
  BOOST_TEST((same.attempts == 7 && same.first == 2s && same.most == 30s));
}

BOOST_AUTO_TEST_CASE(reads_every_setting) {
  const Folder folder(R"(
name = "Wave_2.north-east"
provider = "nomos"
handover = "email"
lifetime = "12m"
min_interval = "0s"
on_complete = "crm"
[schedule]
cron = "*/15 2 * * MON"
timezone = "Europe/Berlin"
gap = "skip"
fold = "both"
catch_up = "12m"
overlap = "queue"
[recipients]
file = "../lists/wave.csv"
broken = "skip"
repeat = "skip"
columns = { customerId = "Customer ID", deliverTo = "E-Mail", requestId = "Key" }
[pace]
margin = "0%"
within = "8h"
[window]
days = "MON,WED-FRI"
from = "08:30"
to = "24:00"
[retry]
attempts = 3
first = "1s"
most = "4s"
)");
  const Definition d = load_definition(folder.file);
  BOOST_TEST(d.name == "Wave_2.north-east");
  BOOST_TEST((d.provider == Provider::Nomos && d.hand_over == HandOver::Email));
  BOOST_TEST((d.lifetime == 12min && d.min_interval == 0s));
  BOOST_TEST(d.on_complete == "crm");
  BOOST_REQUIRE(d.schedule.has_value());
  BOOST_TEST(std::get<Cron>(d.schedule->when.when()).text() == "*/15 2 * * MON");
  BOOST_TEST(d.schedule->when.zone().name() == "Europe/Berlin");
  BOOST_TEST((d.schedule->when.gap() == GapPolicy::Skip && d.schedule->when.fold() == FoldPolicy::Both));
  BOOST_TEST((d.schedule->catch_up == 12min && d.schedule->overlap == Overlap::Queue));
  BOOST_TEST(d.recipients.file == folder.dir.path().parent_path() / "lists/wave.csv");
  BOOST_TEST((d.recipients.skip_broken && !d.recipients.repeat));
  BOOST_TEST(d.recipients.columns.size() == 3U);
  BOOST_TEST(d.recipients.columns.at("customerId") == "Customer ID");
  BOOST_TEST(d.recipients.columns.at("deliverTo") == "E-Mail");
  BOOST_TEST(d.pace.margin == 0);
  BOOST_TEST((d.pace.within == 8h));
  BOOST_REQUIRE(d.window.has_value());
  BOOST_TEST(d.window->zone().name() == "Europe/Berlin");
  BOOST_TEST((d.window->from() == 510min && d.window->to() == 24h));
  BOOST_TEST((d.window->weekdays() == latchkey::job::Weekdays{0, 1, 0, 1, 1, 1, 0}));
  const RetryPolicy retry = d.retry.over({});
  BOOST_TEST((retry.attempts == 3 && retry.first == 1s && retry.most == 4s));
}

BOOST_AUTO_TEST_CASE(runs_once_at_a_local_time) {
  const Definition d =
      load(kBase + "[schedule]\nat = \"2026-12-01T09:00\"\ntimezone = \"Asia/Jakarta\"\nfold = \"last\"\n");
  BOOST_REQUIRE(d.schedule.has_value());
  BOOST_TEST(format_local_time(std::get<LocalTime>(d.schedule->when.when())) == "2026-12-01T09:00:00");
  BOOST_TEST((d.schedule->when.gap() == GapPolicy::Next && d.schedule->when.fold() == FoldPolicy::Last));
  BOOST_TEST(!d.schedule->catch_up);
  BOOST_TEST((d.schedule->overlap == Overlap::Skip));
}

BOOST_AUTO_TEST_CASE(those_who_had_a_mail_are_left_out_unless_it_is_sent_again_and_again) {
  const std::string zone = "timezone = \"UTC\"\n";
  BOOST_TEST(!load(kBase).recipients.repeat);
  BOOST_TEST(!load(kBase + "[schedule]\nat = \"2026-12-01T09:00\"\n" + zone).recipients.repeat);
  BOOST_TEST(load(kBase + "[schedule]\ncron = \"@daily\"\n" + zone).recipients.repeat);
  const std::string folder = kWithoutSource + "recipients.folder = \"drop\"\n";
  BOOST_TEST(load(folder).recipients.repeat);
  BOOST_TEST(!load(folder + "recipients.repeat = \"skip\"\n").recipients.repeat);
  BOOST_TEST(load(kBase + "recipients.repeat = \"send\"\n").recipients.repeat);
}

BOOST_AUTO_TEST_CASE(what_retry_leaves_out_is_the_configurations) {
  const auto over = [](const std::string& lines, const RetryPolicy& configured) {
    return load(kBase + "[retry]\n" + lines).retry.over(configured);
  };
  const RetryPolicy once = over("attempts = 1", {9, 3s, 60s});
  BOOST_TEST((once.attempts == 1 && once.first == 3s && once.most == 60s));
  const RetryPolicy slow = over("first = \"5m\"", {9, 3s, 60s});
  BOOST_TEST((slow.attempts == 9 && slow.first == 5min && slow.most == 5min));
}

BOOST_AUTO_TEST_CASE(a_window_has_a_zone_of_its_own_or_the_schedules) {
  const std::string hours = "[window]\ndays = \"MON-FRI\"\nfrom = \"08:00\"\nto = \"18:00\"\n";
  const std::string schedule = "[schedule]\ncron = \"@daily\"\ntimezone = \"Asia/Jakarta\"\n";
  BOOST_TEST(load(kBase + schedule + hours).window.value().zone().name() == "Asia/Jakarta");
  BOOST_TEST(load(kBase + schedule + hours + "timezone = \"UTC\"\n").window.value().zone().name() == "UTC");
  BOOST_TEST(load(kBase + hours + "timezone = \"UTC\"\n").window.value().zone().name() == "UTC");
  // A schedule's zone that is wrong is said once.
  BOOST_TEST(complaint_of("[schedule]\ncron = \"@daily\"\ntimezone = \"Mars/Base\"\n" + hours) ==
             "6 schedule.timezone: expected an IANA name such as \"Asia/Jakarta\", got \"Mars/Base\"");
  BOOST_TEST(complaint_of("[schedule]\ncron = \"@daily\"\ntimezone = 7\n" + hours) ==
             "6 schedule.timezone: expected an IANA name such as \"Asia/Jakarta\", got an integer");
}

BOOST_AUTO_TEST_CASE(messages_say_what_would_be_right) {
  const std::string berlin = "timezone = \"Europe/Berlin\"\n";
  BOOST_TEST(complaint_of("lifetim = \"5m\"") ==
             "4 lifetim: is not a known setting; did you mean \"lifetime\"?");
  BOOST_TEST(complaint_of("handover = \"email\"") ==
             "4 handover: expected \"none\": mayar mails its links itself, got \"email\"");
  BOOST_TEST(complaint_of("lifetime = \"61m\"") == "4 lifetime: expected 1s to 1h, got \"61m\"");
  BOOST_TEST(complaint_of("[schedule]\ncron = \"@daily\"\ntimezone = \"Jakarta\"") ==
             "6 schedule.timezone: expected an IANA name such as \"Asia/Jakarta\", got \"Jakarta\"; did you "
             "mean \"Asia/Jakarta\"?");
  BOOST_TEST(complaint_of("[schedule]\ncron = \"0 25 * * *\"\n" + berlin) ==
             "5 schedule.cron: hour: expected 0 to 23, got \"25\"");
  BOOST_TEST(complaint_of("[schedule]\nat = \"2026-12-01T09:00:00Z\"\n" + berlin) ==
             "5 schedule.at: expected no zone in it: the place whose clocks show it is schedule.timezone");
  BOOST_TEST(complaint_of("[schedule]\nat = \"2026-03-29T02:30\"\ngap = \"skip\"\n" + berlin) ==
             "5 schedule.at: is skipped by the clocks of Europe/Berlin, and with gap = \"skip\" it would "
             "never run");
  BOOST_TEST(
      complaint_of("lifetime = \"10m\"\n[schedule]\ncron = \"@daily\"\ncatch_up = \"11m\"\n" + berlin) ==
      "7 schedule.catch_up: expected at most the lifetime, 10m: the jobs of a run that begins later "
      "would be stale");
  BOOST_TEST(
      complaint_of("[schedule]\n" + berlin) ==
      "4 schedule.at: is missing; expected a local time such as \"2026-12-01T09:00:00\", or cron, such "
      "as \"0 9 * * MON\"");
  BOOST_TEST(complaint_of("pace.margin = \"95%\"") ==
             "4 pace.margin: expected \"0%\" to \"90%\", got \"95%\"");
  BOOST_TEST(
      complaint(kWithoutSource + "recipients.folder = \"drop\"\n[schedule]\ncron = \"@daily\"\n" + berlin) ==
      "4 schedule: makes no sense with recipients.folder, whose files run as they arrive; expected "
      "recipients.file, or no schedule");
  BOOST_TEST(complaint_of("recipients.columns.emial = \"E-Mail\"") ==
             "4 recipients.columns.emial: is not a known setting; did you mean \"email\"?");
}

BOOST_AUTO_TEST_CASE(every_fault_is_told_at_once) {
  const auto all = complaints(R"(
name = ""
provider = "mayar"
lifetime = "never"
colour = "red"
[schedule]
cron = "61 * * * *"
timezone = "Jakarta"
[recipients]
broken = "x"
[window]
days = "MON"
from = "10:00"
to = "9:00"
)");
  std::string fields;
  for (const FieldError& each : all) fields += std::to_string(each.line) + " " + each.field + ", ";
  BOOST_TEST(fields ==
             "2 name, 4 lifetime, 5 colour, 7 schedule.cron, 8 schedule.timezone, 9 recipients.file, 10 "
             "recipients.broken, 14 window.to, ");
}

BOOST_AUTO_TEST_CASE(the_message_names_the_file) {
  const Folder folder(kBase + "x = 1\n");
  try {
    load_definition(folder.file);
    BOOST_ERROR("taken");
  } catch (const InputError& error) {
    BOOST_TEST(error.what() == folder.file.string() + ": x: is not a known setting");
  }
}

BOOST_AUTO_TEST_CASE(rejects_files_that_no_person_writes) {
  BOOST_TEST(complaint("name = ") == "1 : is not TOML at column 8");
  BOOST_TEST(complaint(kBase + "a." + std::string(3000, 'b') + " = 1") == "4 : is longer than 2048 bytes");
  const Folder large("#" + std::string(1000, ' ') + std::string(65536, '\n'));
  BOOST_CHECK_THROW(load_definition(large.file), Error);
  BOOST_CHECK_THROW(load_definition(large.dir / "missing.toml"), Error);
  BOOST_CHECK_THROW(load_definition(large.dir.path()), Error);
}

// The same cases are put to the schema by tests/functional/definition_schema.py.
BOOST_AUTO_TEST_CASE(every_wrong_definition_has_its_one_complaint) {
  const fs::path file = latchkey::test::source_dir() / "tests/functional/data/wrong_definitions.txt";
  const std::string text = latchkey::read_file(file, 1 << 20);
  int cases = 0;
  std::size_t begin = text.find("\n=== ") + 1;
  while (begin != 0) {
    const std::size_t end = text.find("\n=== ", begin) + 1;
    const std::string each = text.substr(begin, end == 0 ? std::string::npos : end - begin);
    begin = end;
    std::string title = each.substr(4, each.find('\n') - 4);
    if (title.starts_with("+ ")) title.erase(0, 2);
    const std::string definition =
        std::regex_replace(each.substr(each.find('\n') + 1), std::regex(R"(\{base\}\n)"), kBase);
    const std::string found = complaint(definition);
    const std::string expected = title == "base" ? "0 complaints" : title;
    BOOST_TEST(found.substr(0, found.find(':')) == expected, found << " for\n" << definition);
    ++cases;
  }
  BOOST_TEST(cases > 60);
}

BOOST_AUTO_TEST_CASE(the_definitions_in_jobs_are_right) {
  const fs::path jobs = latchkey::test::source_dir() / "jobs";
  const Definition onboarding = load_definition(jobs / "onboarding.toml");
  BOOST_TEST(onboarding.schedule.value().when.once());
  BOOST_TEST(fs::is_regular_file(onboarding.recipients.file));
  const Definition reminder = load_definition(jobs / "weekly-reminder.toml");
  BOOST_TEST(!reminder.schedule.value().when.once());
  BOOST_TEST(fs::is_regular_file(reminder.recipients.file));
  const Definition drop = load_definition(jobs / "drop.toml");
  BOOST_TEST(fs::is_directory(drop.recipients.folder));
}

BOOST_AUTO_TEST_SUITE_END()
