#include <boost/test/unit_test.hpp>

#include "engine/import.h"
#include "engine/submit.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"

namespace latchkey::engine {
namespace {

using job::Provider;
using job::State;

/// Every look at it takes a millisecond, so that transactions come to their end.
class PassingClock final : public Clock {
 public:
  Instant now() override {
    time_.advance(Millis(1));
    return time_.now();
  }

 private:
  FakeClock time_;
};

struct Fixture {
  Fixture() {
    store::create_database(folder / "latchkey.db", clock);
    settings.of(Provider::Mayar).on = true;
    store.emplace(folder / "latchkey.db", clock);
    parts.emplace(ImportParts{*store, clock, random, settings, "uid:1000", {}, {}});
  }

  job::RecipientsFile file_of(int rows, const std::string& prefix = "r-") {
    job::RecipientsFile file;
    for (int i = 0; i < rows; ++i) {
      job::Submission row;
      row.request_id = prefix + std::to_string(i);
      row.recipient = job::parse_recipient(Provider::Mayar, "user" + std::to_string(i) + "@example.com");
      file.good.push_back(row);
      file.good_lines.push_back(i + 2);
    }
    file.rows = rows;
    return file;
  }

  std::vector<job::Job> jobs() {
    std::vector<job::Job> all;
    store->each_job({}, [&](const job::Job& job) {
      all.push_back(job);
      return true;
    });
    return all;
  }

  int takeable() {
    store::Transaction transaction(*store);
    store->ready_due_jobs(transaction.now().wall, 100'000);
    const auto found = store->takeable_jobs(Provider::Mayar, false, transaction.now().wall, 100'000);
    transaction.commit();
    return static_cast<int>(found.size());
  }

  TempDir folder;
  PassingClock clock;
  SeededRandom random{7};
  Settings settings;
  std::optional<store::SqliteStore> store;
  std::optional<ImportParts> parts;
};

BOOST_FIXTURE_TEST_SUITE(import_tests, Fixture)

BOOST_AUTO_TEST_CASE(small_file_is_one_transaction) {
  int pauses = 0;
  parts->let_others_write = [&] { ++pauses; };
  const auto rows = store_rows(*parts, file_of(static_cast<int>(kSmallImport)));
  BOOST_TEST(rows.size() == kSmallImport);
  BOOST_TEST(pauses == 0);
  BOOST_TEST(jobs().front().import == 0);
}

BOOST_AUTO_TEST_CASE(small_file_is_all_or_nothing) {
  job::RecipientsFile file = file_of(3);
  file.good.back().request_id = "r-0";  // conflicts with the first only once that is stored
  const auto names_the_line = [](const InputError& error) { return error.errors().front().line == 4; };
  BOOST_CHECK_EXCEPTION(store_rows(*parts, file), InputError, names_the_line);
  BOOST_TEST(jobs().empty());
}

BOOST_AUTO_TEST_CASE(large_file_is_takeable_only_when_it_is_complete) {
  store::SqliteStore other(folder / "latchkey.db", clock);
  int pauses = 0;
  parts->let_others_write = [&] {
    ++pauses;
    store::Transaction transaction(other);  // another writer gets its turn, and finds nothing to send
    BOOST_TEST(other.ready_due_jobs(transaction.now().wall, 100'000) == 0);
    BOOST_TEST(other.takeable_jobs(Provider::Mayar, false, transaction.now().wall, 10).empty());
    transaction.commit();
  };
  const auto rows = store_rows(*parts, file_of(static_cast<int>(kSmallImport) + 1));
  BOOST_TEST(pauses > 10);
  BOOST_TEST(takeable() == static_cast<int>(rows.size()));
}

BOOST_AUTO_TEST_CASE(no_transaction_of_a_large_file_fills_for_longer_than_promised) {
  std::vector<std::size_t> stored;
  parts->progress = [&](std::size_t rows) { stored.push_back(rows); };
  store_rows(*parts, file_of(static_cast<int>(kSmallImport) + 1));
  for (std::size_t i = 1; i < stored.size(); ++i) BOOST_TEST(stored[i] - stored[i - 1] <= 50U);
  BOOST_TEST(stored.back() == kSmallImport + 1);
}

BOOST_AUTO_TEST_CASE(import_that_died_sends_nothing_until_it_is_run_again) {
  const job::RecipientsFile file = file_of(static_cast<int>(kSmallImport) + 1);
  struct Death {};
  parts->let_others_write = [] { throw Death(); };
  BOOST_CHECK_THROW(store_rows(*parts, file), Death);
  BOOST_TEST(!jobs().empty());
  BOOST_TEST(takeable() == 0);

  parts->let_others_write = nullptr;
  const auto rows = store_rows(*parts, file);
  BOOST_TEST(!rows.front().created);
  BOOST_TEST(rows.back().created);
  BOOST_TEST(takeable() == static_cast<int>(file.good.size()));
}

BOOST_AUTO_TEST_CASE(same_file_again_creates_nothing) {
  const job::RecipientsFile file = file_of(5);
  store_rows(*parts, file);
  const auto head = store->head().size;
  for (const ImportedRow& row : store_rows(*parts, file)) BOOST_TEST(!row.created);
  BOOST_TEST(store->head().size == head);
}

BOOST_AUTO_TEST_CASE(door_moves_what_it_rejects_to_the_broken_rows) {
  store_rows(*parts, file_of(2));
  job::RecipientsFile file = file_of(4);
  file.good[1].recipient = job::parse_recipient(Provider::Mayar, "another@example.com");
  file.broken.push_back({"email", "has no \"@\"", 9});
  check_at_door(*parts, file);
  BOOST_TEST(file.good.size() == 3U);
  BOOST_TEST(file.good_lines == (std::vector<int>{2, 4, 5}), boost::test_tools::per_element());
  BOOST_REQUIRE(file.broken.size() == 2U);
  BOOST_TEST(file.broken.front().line == 3);
  BOOST_TEST(file.broken.front().field == "requestId");
}

BOOST_AUTO_TEST_CASE(door_counts_the_rows_against_the_limit) {
  settings.of(Provider::Mayar).rate = job::parse_rate("12/h").value();
  job::RecipientsFile file = file_of(5);  // one every five minutes, fresh for fifteen
  const auto rejection = check_at_door(*parts, file);
  BOOST_REQUIRE(rejection.has_value());
  BOOST_TEST(rejection->code() == "cannot_be_fresh");
  BOOST_TEST(std::string(rejection->what()).starts_with("2 of 5 rows cannot be sent"));
  BOOST_TEST(rejection->errors().front().line == 5);
  BOOST_TEST(jobs().empty());
}

BOOST_AUTO_TEST_CASE(rows_beyond_the_limit_are_not_broken_and_never_left_out) {
  settings.of(Provider::Mayar).rate = job::parse_rate("12/h").value();
  job::RecipientsFile file = file_of(5);
  BOOST_TEST(check_at_door(*parts, file).has_value());
  BOOST_TEST(file.good.size() == 5U);
  BOOST_TEST(file.broken.empty());
}

BOOST_AUTO_TEST_CASE(paced_rows_all_get_their_place) {
  settings.of(Provider::Mayar).rate = job::parse_rate("12/h").value();
  job::RecipientsFile file = file_of(5);
  for (job::Submission& row : file.good) row.pace = true;
  BOOST_TEST(!check_at_door(*parts, file).has_value());
  const auto rows = store_rows(*parts, file);
  BOOST_REQUIRE(rows.size() == 5U);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    BOOST_TEST((rows[i].due_at - rows[i - 1].due_at >= std::chrono::minutes(4)));
  }
}

BOOST_AUTO_TEST_CASE(provider_that_is_off_rejects_the_whole_file) {
  settings.of(Provider::Mayar).on = false;
  job::RecipientsFile file = file_of(2);
  BOOST_CHECK_EXCEPTION(check_at_door(*parts, file), InputError,
                        [](const InputError& error) { return error.code() == "provider_off"; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::engine
