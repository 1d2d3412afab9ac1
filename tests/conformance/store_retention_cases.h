// Part of store_suite.h: what leaves the database, and suppressions.

inline Subject forgettable(const std::string& id, const std::string& email, std::int64_t last_accepted) {
  Subject subject;
  subject.id = id;
  subject.recipient = subject.address = email;
  subject.salt = std::string(32, 's');
  subject.last_accepted_seq = last_accepted;
  return subject;
}

// A job that has ended, or not, at `finished_at`.
inline void put_ended(Store& store, const std::string& request_id, job::State state,
                      std::optional<TimePoint> finished_at, TimePoint due_at,
                      const std::string& subject = "s") {
  job::Job job = queued_job(request_id, due_at);
  job.subject = subject;
  store.insert_job(job);
  job.standing.state = state;
  job.finished_at = finished_at;
  job.last_seq = 7;
  store.update_job(job);
}

BOOST_FIXTURE_TEST_CASE(finished_jobs_are_those_that_ended_before, StoreUnderTest) {
  commit([&](Store& mine) {
    put_ended(mine, "at", job::State::Done, start, start);
    put_ended(mine, "late-by-name", job::State::Failed, start - Millis(1), start);
    put_ended(mine, "early", job::State::Cancelled, start - Millis(2), start);
    put_ended(mine, "stale", job::State::Stale, start - Millis(3), start);
    put_ended(mine, "held", job::State::Held, std::nullopt, start);
    put_ended(mine, "queued", job::State::Queued, std::nullopt, start);
  });
  const std::vector<std::string> wanted{"late-by-name", "early", "stale"};
  BOOST_CHECK(store->jobs_finished_before(start) == wanted);
}

BOOST_FIXTURE_TEST_CASE(pruned_job_leaves_its_name_and_its_last_entry, StoreUnderTest) {
  commit([&](Store& mine) {
    put_ended(mine, "a", job::State::Done, start, start);
    BOOST_CHECK(mine.prune_job("a"));
    BOOST_CHECK(!mine.prune_job("a"));  // gone already
    BOOST_CHECK(!mine.prune_job("never"));
  });
  reopen();
  BOOST_CHECK(!store->find_job("a"));
  BOOST_CHECK(store->pruned_job("a") == 7);
  BOOST_CHECK(!store->pruned_job("never"));
}

BOOST_FIXTURE_TEST_CASE(job_that_has_not_ended_is_not_pruned, StoreUnderTest) {
  commit([&](Store& mine) {
    put_ended(mine, "queued", job::State::Queued, std::nullopt, start);
    put_ended(mine, "held", job::State::Held, std::nullopt, start);
    BOOST_CHECK(!mine.prune_job("queued"));
    BOOST_CHECK(!mine.prune_job("held"));
  });
  BOOST_CHECK(store->find_job("queued") && store->find_job("held"));
  BOOST_CHECK(!store->pruned_job("held"));
}

BOOST_FIXTURE_TEST_CASE(subject_without_jobs_is_one_whose_rows_are_gone_and_whose_last_is_old,
                        StoreUnderTest) {
  commit([&](Store& mine) {
    for (int i = 0; i < 2; ++i) {
      ledger::Entry entry = plain_entry();
      mine.append(entry);
    }
  });
  clock.advance(Millis(1));
  commit([&](Store& mine) {
    ledger::Entry entry = plain_entry();
    mine.append(entry);
    mine.put_subject(forgettable("unused", "a@example.com", 0));
    mine.put_subject(forgettable("used", "b@example.com", 1));
    mine.put_subject(forgettable("young", "c@example.com", 2));
    put_ended(mine, "j", job::State::Done, start, start, "used");
  });
  const std::vector<std::string> wanted{"unused"};
  BOOST_CHECK(store->subjects_without_jobs(start + Millis(1)) == wanted);
  BOOST_CHECK(store->subjects_without_jobs(start).empty());
}

BOOST_FIXTURE_TEST_CASE(erased_subject_is_gone_and_its_recipient_is_free, StoreUnderTest) {
  commit([&](Store& mine) {
    mine.put_subject(forgettable("s1", "budi@example.com", 0));
    mine.erase_subject("s1");
    mine.erase_subject("s1");  // erasing who is gone does nothing
    mine.put_subject(forgettable("s2", "budi@example.com", 0));
  });
  BOOST_CHECK(!store->subject("s1"));
  BOOST_CHECK_EQUAL(store->find_subject(job::Provider::Mayar, "budi@example.com")->id, "s2");
}

// Many subjects, so that their rows have been moved between pages; of these every other one is erased.
BOOST_FIXTURE_TEST_CASE(nothing_erased_can_be_read_from_the_files_after_a_scrub, StoreUnderTest) {
  std::vector<std::string> erased;
  commit([&](Store& mine) {
    for (int i = 0; i < 2000; ++i) {
      const std::string id = "id-" + std::to_string(i * 7919 % 2000);
      mine.put_subject(forgettable(id, "person" + std::to_string(i * 31 % 2000) + "@example.com", i));
    }
  });
  commit([&](Store& mine) {
    for (int i = 0; i < 2000; i += 2) {
      const auto subject =
          mine.find_subject(job::Provider::Mayar, "person" + std::to_string(i) + "@example.com");
      erased.push_back(subject->recipient);
      mine.erase_subject(subject->id);
    }
  });
  const Scrubbed scrubbed = store->scrub(erased, false, Millis(0));
  BOOST_CHECK_EQUAL(scrubbed.copies, 0);
  BOOST_CHECK(store->find_subject(job::Provider::Mayar, "person1@example.com"));
}

// An address for mails stands behind a number, whose last byte may look like a letter of a longer address.
BOOST_FIXTURE_TEST_CASE(scrub_tells_an_address_for_mails_from_a_longer_one, StoreUnderTest) {
  std::vector<std::string> erased;
  commit([&](Store& mine) {
    for (int i = 0; i < 600; ++i) {
      Subject subject = forgettable("id-" + std::to_string(i), "cus_" + std::to_string(i), i * 7);
      subject.provider = job::Provider::Nomos;
      subject.salt = std::string(30, '\x01') + static_cast<char>(i % 256) + static_cast<char>(i / 256);
      subject.deliver_to = (i % 2 == 0 ? "Person" : "aperson") + std::to_string(i / 2) + "@example.com";
      mine.put_subject(subject);
    }
  });
  commit([&](Store& mine) {
    for (int i = 0; i < 600; i += 2) {
      const auto subject = mine.subject("id-" + std::to_string(i));
      erased.push_back(*subject->deliver_to);
      mine.erase_subject(subject->id);
    }
  });
  const Scrubbed scrubbed = store->scrub(erased, false, Millis(0));
  BOOST_CHECK_EQUAL(scrubbed.copies, 0);
  BOOST_CHECK_EQUAL(store->subjects_mailed_to("aperson1@example.com").size(), 1U);
}

BOOST_FIXTURE_TEST_CASE(suppression_is_of_one_provider_and_stays, StoreUnderTest) {
  const std::string hash = std::string("\0hash\xFF", 6) + std::string(26, '\x80');
  BOOST_CHECK(!store->has_suppressions());
  commit([&](Store& mine) {
    mine.put_suppression(job::Provider::Mayar, hash);
    mine.put_suppression(job::Provider::Mayar, hash);  // asked for twice
  });
  reopen();
  BOOST_CHECK(store->has_suppressions());
  BOOST_CHECK(store->is_suppressed(job::Provider::Mayar, hash));
  BOOST_CHECK(!store->is_suppressed(job::Provider::Nomos, hash));
  BOOST_CHECK(!store->is_suppressed(job::Provider::Mayar, std::string(32, 'x')));
}
