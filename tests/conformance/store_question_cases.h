// Part of store_suite.h: every question about the ledger, against a filter that reads all of it in memory.

inline void check_answer(Store& store, const test::RandomLedger& ledger, const EntryFilter& filter) {
  const auto wanted = test::naive_answer(filter, ledger.entries());
  const auto found = seqs(store, filter);
  BOOST_CHECK_MESSAGE(found == wanted, test::words_of(filter)
                                           << ": found " << found.size() << ", wanted " << wanted.size());
}

BOOST_FIXTURE_TEST_CASE(every_question_is_answered_as_a_look_at_all_entries_would, StoreUnderTest) {
  constexpr std::uint64_t kSeed = 20260302;
  BOOST_TEST_MESSAGE("seed " << kSeed);
  test::RandomLedger ledger(*store, clock, kSeed);
  ledger.grow(1500);
  for (std::size_t which = 0; which < test::RandomLedger::kThings; ++which) {
    for (int i = 0; i < 6; ++i) {
      EntryFilter filter = ledger.filter_of(which);
      check_answer(*store, ledger, filter);
      filter.newest_first = true;
      check_answer(*store, ledger, filter);
    }
  }
  for (int i = 0; i < 500; ++i) check_answer(*store, ledger, ledger.filter());
}

BOOST_FIXTURE_TEST_CASE(pages_joined_are_the_whole_answer, StoreUnderTest) {
  constexpr std::uint64_t kSeed = 7;
  BOOST_TEST_MESSAGE("seed " << kSeed);
  test::RandomLedger ledger(*store, clock, kSeed);
  ledger.grow(1200);
  for (int i = 0; i < 60; ++i) {
    EntryFilter filter = ledger.filter();
    const auto wanted = test::naive_answer(filter, ledger.entries());
    const std::size_t page = 1 + wanted.size() / (1 + ledger.below(7));
    std::vector<std::int64_t> joined;
    for (bool more = true; more;) {
      std::size_t count = 0;
      store->each_entry(filter, [&](const std::string& bytes) {
        joined.push_back(ledger::decode(bytes).seq);
        return ++count < page;
      });
      more = count == page;
      BOOST_REQUIRE_LE(joined.size(), wanted.size());
      if (more) filter.after_seq = joined.back();
    }
    BOOST_CHECK_MESSAGE(joined == wanted, test::words_of(filter) << ", pages of " << page);
    check_answer(*store, ledger, filter);  // with its cursor
  }
}

BOOST_FIXTURE_TEST_CASE(cursor_stands_where_the_ledger_has_grown, StoreUnderTest) {
  test::RandomLedger ledger(*store, clock, 3);
  ledger.grow(300);
  EntryFilter filter;
  filter.after_seq = 250;
  const auto before = seqs(*store, filter);
  ledger.grow(100);
  const auto after = seqs(*store, filter);
  BOOST_CHECK(std::equal(before.begin(), before.end(), after.begin()));
  BOOST_CHECK_EQUAL(after.front(), 251);
  BOOST_CHECK_EQUAL(after.back(), static_cast<std::int64_t>(ledger.entries().size()) - 1);
  filter.newest_first = true;
  BOOST_CHECK_EQUAL(seqs(*store, filter).front(), 249);
}

BOOST_FIXTURE_TEST_CASE(questions_beyond_the_ledger_have_no_answer, StoreUnderTest) {
  test::RandomLedger ledger(*store, clock, 4);
  ledger.grow(50);
  EntryFilter filter;
  filter.request_id = "no-such-request";
  check_seqs(*store, filter, {});
  filter = {};
  filter.subject = "no-such-subject";
  check_seqs(*store, filter, {});
  filter = {};
  filter.from_seq = 1'000'000;
  check_seqs(*store, filter, {});
  filter = {};
  filter.from_seq = 20;
  filter.to_seq = 10;
  check_seqs(*store, filter, {});
  filter = {};
  filter.to_seq = -5;
  check_seqs(*store, filter, {});
  filter = {};
  filter.actor = "uid:1\",\"type\":\"job.held";
  check_seqs(*store, filter, {});
}

BOOST_FIXTURE_TEST_CASE(writing_in_a_visit_is_not_seen_by_it, StoreUnderTest) {
  test::RandomLedger ledger(*store, clock, 5);
  ledger.grow(600);
  const auto size = static_cast<std::size_t>(store->head().size);
  std::size_t visits = 0;
  store->each_entry({}, [&](const std::string&) {
    if (++visits % 200 == 0) {
      commit([](Store& mine) {
        ledger::Entry entry = plain_entry();
        mine.append(entry);
      });
    }
    return true;
  });
  BOOST_CHECK_EQUAL(visits, size);
}

BOOST_FIXTURE_TEST_CASE(jobs_of_a_subject_are_found_oldest_first, StoreUnderTest) {
  test::RandomLedger ledger(*store, clock, 6);
  ledger.grow(400);
  for (const Subject& subject : ledger.subjects()) {
    std::vector<std::string> wanted;
    for (const ledger::Entry& entry : ledger.entries()) {
      if (entry.type == ledger::EntryType::JobAccepted && entry.subject == subject.id) {
        wanted.push_back(*entry.request_id);
      }
    }
    BOOST_REQUIRE(!wanted.empty());
    const auto found = ids_of(store->jobs_of_subject(subject.id));
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
    JobFilter filter;
    filter.subject = subject.id;
    filter.newest_first = true;
    std::vector<std::string> listed;
    store->each_job(filter, [&](const job::Job& job) {
      listed.push_back(job.request_id);
      return true;
    });
    BOOST_CHECK_EQUAL_COLLECTIONS(listed.begin(), listed.end(), wanted.rbegin(), wanted.rend());
  }
  BOOST_CHECK(store->jobs_of_subject("no-such-subject").empty());
}

// However few entries fit, an answer that looks at so many at most says where to go on.
BOOST_FIXTURE_TEST_CASE(entries_looked_at_are_bounded, StoreUnderTest) {
  test::RandomLedger ledger(*store, clock, 8);
  ledger.grow(2000);
  EntryFilter filter;
  filter.actor = "uid:no-one";
  for (const bool newest : {false, true}) {
    filter.newest_first = newest;
    filter.after_seq.reset();
    filter.looks_max = 500;
    int answers = 1;
    while (const auto after = store->each_entry(filter, [](const std::string&) { return true; })) {
      BOOST_REQUIRE(!filter.after_seq || (newest ? *after < *filter.after_seq : *after > *filter.after_seq));
      filter.after_seq = after;
      ++answers;
    }
    BOOST_CHECK_GE(answers, 3);
    BOOST_CHECK_LE(answers, 20);
  }
  for (int i = 0; i < 60; ++i) {
    filter = ledger.filter();
    const auto wanted = test::naive_answer(filter, ledger.entries());
    filter.looks_max = 1;
    std::vector<std::int64_t> joined;
    std::optional<std::int64_t> after;
    do {
      after = store->each_entry(filter, [&](const std::string& bytes) {
        joined.push_back(ledger::decode(bytes).seq);
        return true;
      });
      filter.after_seq = after;
    } while (after);
    BOOST_CHECK_MESSAGE(joined == wanted, test::words_of(filter));
  }
}

BOOST_FIXTURE_TEST_CASE(jobs_looked_at_are_bounded, StoreUnderTest) {
  constexpr int kJobs = 4200;
  std::vector<std::string> wanted;
  commit([&](Store& mine) {
    for (int i = 0; i < kJobs; ++i) {
      job::Job job = queued_job("j" + std::to_string(i), start);
      if (i % 1000 == 7) {
        job.batch = "spring";
        wanted.push_back(job.request_id);
      }
      mine.insert_job(job);
    }
  });
  for (const bool newest : {false, true}) {
    JobFilter filter;
    filter.batch = "spring";
    filter.newest_first = newest;
    filter.looks_max = 2000;
    std::vector<std::string> joined;
    int answers = 0;
    std::optional<std::int64_t> after;
    do {
      after = store->each_job(filter, [&](const job::Job& job) {
        joined.push_back(job.request_id);
        return true;
      });
      filter.after_id = after;
      ++answers;
    } while (after);
    BOOST_CHECK_EQUAL(answers, 3);
    BOOST_CHECK_EQUAL_COLLECTIONS(joined.begin(), joined.end(), wanted.begin(), wanted.end());
    std::reverse(wanted.begin(), wanted.end());
  }
}

// Jobs that were pruned long ago are no rows to look through.
BOOST_FIXTURE_TEST_CASE(looking_begins_at_the_oldest_job, StoreUnderTest) {
  commit([&](Store& mine) {
    for (int i = 0; i < 3000; ++i) {
      job::Job job = queued_job("j" + std::to_string(i), start);
      mine.insert_job(job);
      job.standing.state = job::State::Done;
      job.finished_at = start;
      mine.update_job(job);
    }
    for (int i = 0; i < 2500; ++i) BOOST_REQUIRE(mine.prune_job("j" + std::to_string(i)));
  });
  JobFilter filter;
  filter.looks_max = 1000;
  std::size_t found = 0;
  BOOST_CHECK(!store->each_job(filter, [&](const job::Job&) { return ++found > 0; }));
  BOOST_CHECK_EQUAL(found, 500U);
}

// More jobs than one page of ids has.
BOOST_FIXTURE_TEST_CASE(jobs_in_trouble_are_found_among_many, StoreUnderTest) {
  constexpr int kJobs = 2300;
  std::vector<std::string> held, troubled, all;
  commit([&](Store& mine) {
    for (int i = 0; i < kJobs; ++i) {
      job::Job job = queued_job("j" + std::to_string(i), start);
      mine.insert_job(job);
      all.push_back(job.request_id);
      if (i % 400 != 0) continue;
      job.standing.state = i % 800 == 0 ? job::State::Held : job::State::Failed;
      mine.update_job(job);
      troubled.push_back(job.request_id);
      if (i % 800 == 0) held.push_back(job.request_id);
    }
  });
  const auto check = [&](JobFilter filter, std::vector<std::string> wanted) {
    for (const bool newest : {false, true}) {
      filter.newest_first = newest;
      std::vector<std::string> found;
      store->each_job(filter, [&](const job::Job& job) {
        found.push_back(job.request_id);
        return true;
      });
      BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
      std::reverse(wanted.begin(), wanted.end());
    }
  };
  JobFilter filter;
  check(filter, all);
  filter.states = {job::State::Held};
  check(filter, held);
  filter.states = {job::State::Held, job::State::Failed};
  check(filter, troubled);
  filter.provider = job::Provider::Nomos;
  check(filter, {});
}
