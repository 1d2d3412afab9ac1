// Part of store_suite.h: job rows as such; store_queue_cases.h has the queue that they form.

inline void check_same(const job::Job& a, const job::Job& b) {
  BOOST_CHECK_EQUAL(a.id, b.id);
  BOOST_CHECK_EQUAL(a.request_id, b.request_id);
  BOOST_CHECK(a.provider == b.provider);
  BOOST_CHECK_EQUAL(a.subject, b.subject);
  BOOST_CHECK(a.hand_over == b.hand_over);
  BOOST_CHECK(a.payload_mac == b.payload_mac);
  BOOST_CHECK_EQUAL(a.batch, b.batch);
  BOOST_CHECK(a.standing == b.standing);
  BOOST_CHECK(a.due_at == b.due_at);
  BOOST_CHECK(a.expires_at == b.expires_at);
  BOOST_CHECK(a.fresh_until == b.fresh_until);
  BOOST_CHECK(a.lifetime == b.lifetime);
  BOOST_CHECK_EQUAL(a.attempts, b.attempts);
  BOOST_CHECK_EQUAL(a.tries, b.tries);
  BOOST_CHECK_EQUAL(a.unknown_retried, b.unknown_retried);
  BOOST_CHECK(a.outcome == b.outcome);
  BOOST_CHECK(a.code == b.code);
  BOOST_CHECK_EQUAL(a.epoch, b.epoch);
  BOOST_CHECK_EQUAL(a.import, b.import);
  BOOST_CHECK_EQUAL(a.ready, b.ready);
  BOOST_CHECK(a.created_at == b.created_at);
  BOOST_CHECK(a.finished_at == b.finished_at);
  BOOST_CHECK_EQUAL(a.last_seq, b.last_seq);
}

// A new job with a value of its own in every member that a new job may have.
inline job::Job elaborate_job() {
  job::Job job;
  job.request_id = "req:7.A_b-c";
  job.provider = job::Provider::Nomos;
  job.subject = "q83vEjRWeJCrze8SNFZ4kA";
  job.hand_over = job::HandOver::Claim;
  job.payload_mac = std::string("\0mac\xFF", 5) + std::string(27, '\x80');
  job.batch = "spring-2026";
  job.due_at = from_ms(1'780'000'000'001);
  job.expires_at = from_ms(1'780'000'000'002);
  job.fresh_until = from_ms(1'780'000'000'003);
  job.lifetime = Millis(4);
  job.epoch = 5;
  job.import = 6;
  job.ready = true;
  job.created_at = from_ms(1'780'000'000'007);
  job.last_seq = 8;
  return job;
}

BOOST_FIXTURE_TEST_CASE(new_job_comes_back_with_every_member, StoreUnderTest) {
  BOOST_CHECK(!store->find_job("req:7.A_b-c"));
  job::Job job = elaborate_job();
  commit([&](Store& mine) {
    mine.insert_job(job);
    check_same(mine.find_job(job.request_id).value(), job);
  });
  BOOST_CHECK_GT(job.id, 0);
  reopen();
  check_same(store->find_job(job.request_id).value(), job);
}

BOOST_FIXTURE_TEST_CASE(moved_job_comes_back_with_every_member, StoreUnderTest) {
  job::Job job = elaborate_job();
  job::Job other = queued_job("other", start);
  commit([&](Store& mine) {
    mine.insert_job(job);
    mine.insert_job(other);
  });
  job.standing = {job::State::Running, job::Step::HandingOver, true};
  job.due_at += Millis(10);
  job.attempts = 11;
  job.tries = 12;
  job.unknown_retried = true;
  job.outcome = job::Outcome::NotSent;
  job.code = job::Code::SmtpDeferred;
  job.epoch = 13;
  job.import = 0;
  job.ready = false;
  job.finished_at = from_ms(1'780'000'000'014);
  job.last_seq = 15;
  commit([&](Store& mine) { mine.update_job(job); });
  reopen();
  check_same(store->find_job(job.request_id).value(), job);
  check_same(store->find_job("other").value(), other);  // nobody else was touched

  job.standing = {job::State::Queued, job::Step::None, false};
  job.outcome.reset();
  job.code.reset();
  job.finished_at.reset();
  commit([&](Store& mine) { mine.update_job(job); });
  check_same(store->find_job(job.request_id).value(), job);
}

BOOST_FIXTURE_TEST_CASE(every_standing_comes_back, StoreUnderTest) {
  job::Job job = queued_job("a", start);
  commit([&](Store& mine) { mine.insert_job(job); });
  for (int state = 0; state <= static_cast<int>(job::State::Cancelled); ++state) {
    for (int step = 0; step <= static_cast<int>(job::Step::HandingOver); ++step) {
      for (const bool cancel : {false, true}) {
        job.standing = {static_cast<job::State>(state), static_cast<job::Step>(step), cancel};
        commit([&](Store& mine) { mine.update_job(job); });
        BOOST_CHECK(store->find_job("a")->standing == job.standing);
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(request_id_is_taken_once, StoreUnderTest) {
  commit([&](Store& mine) {
    job::Job job = queued_job("a", start);
    mine.insert_job(job);
  });
  const auto again = [&] {
    commit([&](Store& mine) {
      job::Job job = queued_job("a", start);
      mine.insert_job(job);
    });
  };
  BOOST_CHECK_THROW(again(), Error);
  commit([&](Store& mine) {  // as written: letters of another case are another id
    job::Job job = queued_job("A", start);
    mine.insert_job(job);
  });
}

BOOST_FIXTURE_TEST_CASE(jobs_are_found_by_what_they_are, StoreUnderTest) {
  commit([&](Store& mine) {
    const auto add = [&](const std::string& id, job::State state, int minutes) {
      job::Job job = queued_job(id, start);
      job.created_at = start + std::chrono::minutes(minutes);
      if (id[0] == 'n') job.provider = job::Provider::Nomos;
      if (id[1] == 'b') job.batch = "spring";
      mine.insert_job(job);
      job.standing.state = state;
      if (state == job::State::Failed) {
        job.outcome = job::Outcome::Rejected;
        job.code = job::Code::CustomerNotFound;
      }
      mine.update_job(job);
    };
    add("m-0", job::State::Queued, 0);
    add("mb1", job::State::Failed, 1);
    add("n-2", job::State::Failed, 2);
    add("n-3", job::State::Done, 3);
    add("mb4", job::State::Stale, 4);
  });
  const auto check = [&](const JobFilter& filter, const std::vector<std::string>& wanted) {
    std::vector<std::string> found;
    store->each_job(filter, [&](const job::Job& job) {
      found.push_back(job.request_id);
      return true;
    });
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
  };
  check({}, {"m-0", "mb1", "n-2", "n-3", "mb4"});
  JobFilter filter;
  filter.newest_first = true;
  check(filter, {"mb4", "n-3", "n-2", "mb1", "m-0"});
  filter = {};
  filter.provider = job::Provider::Nomos;
  check(filter, {"n-2", "n-3"});
  filter = {};
  filter.states = {job::State::Failed};
  check(filter, {"mb1", "n-2"});
  filter.states = {job::State::Stale, job::State::Queued};
  check(filter, {"m-0", "mb4"});
  filter = {};
  filter.outcome = job::Outcome::Rejected;
  check(filter, {"mb1", "n-2"});
  filter.batch = "spring";
  check(filter, {"mb1"});
  filter = {};
  filter.code = job::Code::CustomerNotFound;
  filter.provider = job::Provider::Mayar;
  check(filter, {"mb1"});
  filter = {};
  filter.batch = "";  // the single ones
  check(filter, {"m-0", "n-2", "n-3"});
  filter = {};
  filter.created_from = start + std::chrono::minutes(1);  // inclusive
  filter.created_to = start + std::chrono::minutes(3);    // exclusive
  check(filter, {"mb1", "n-2"});

  int visits = 0;
  store->each_job({}, [&](const job::Job& job) {
    BOOST_CHECK(store->find_job(job.request_id).has_value());
    return ++visits < 2;
  });
  BOOST_CHECK_EQUAL(visits, 2);
}

// More jobs than one page of ids has, some of them gone; whatever the question, in pages as a caller would
// ask.
BOOST_FIXTURE_TEST_CASE(pages_of_jobs_joined_are_the_whole_answer, StoreUnderTest) {
  commit([&](Store& mine) {
    for (int i = 0; i < 2500; ++i) {
      job::Job job = queued_job("j" + std::to_string(i), start);
      if (i % 3 == 0) job.provider = job::Provider::Nomos;
      mine.insert_job(job);
      if (i % 5 != 0) continue;
      job.standing.state = i % 2 == 0 ? job::State::Held : job::State::Done;
      job.finished_at = start;
      mine.update_job(job);
    }
    for (int i = 5; i < 2500; i += 50) mine.prune_job("j" + std::to_string(i));
  });
  std::vector<JobFilter> questions(4);
  questions[1].provider = job::Provider::Nomos;
  questions[2].states = {job::State::Held};
  questions[3].states = {job::State::Done};
  for (JobFilter question : questions) {
    for (const bool newest : {false, true}) {
      question.newest_first = newest;
      question.after_id.reset();
      std::vector<std::int64_t> whole, joined;
      store->each_job(question, [&](const job::Job& job) {
        whole.push_back(job.id);
        return true;
      });
      BOOST_REQUIRE_GT(whole.size(), 100U);
      for (std::size_t before = 1; joined.size() != before;) {
        before = joined.size();
        std::size_t page = 0;
        store->each_job(question, [&](const job::Job& job) {
          joined.push_back(job.id);
          return ++page < 37;
        });
        if (!joined.empty()) question.after_id = joined.back();
      }
      BOOST_CHECK_EQUAL_COLLECTIONS(joined.begin(), joined.end(), whole.begin(), whole.end());
    }
  }
}

BOOST_FIXTURE_TEST_CASE(jobs_are_counted_by_provider_and_state, StoreUnderTest) {
  BOOST_CHECK(store->count_jobs().empty());
  commit([&](Store& mine) {
    for (int i = 0; i < 5; ++i) {
      job::Job job = queued_job(std::to_string(i), start);
      if (i == 4) job.provider = job::Provider::Nomos;
      mine.insert_job(job);
      if (i < 3) continue;
      job.standing.state = job::State::Done;
      mine.update_job(job);
    }
  });
  std::int64_t mayar_queued = 0, mayar_done = 0, nomos_done = 0, all = 0;
  for (const auto& [key, count] : store->count_jobs()) {
    all += count;
    if (key == std::pair(job::Provider::Mayar, job::State::Queued)) mayar_queued = count;
    if (key == std::pair(job::Provider::Mayar, job::State::Done)) mayar_done = count;
    if (key == std::pair(job::Provider::Nomos, job::State::Done)) nomos_done = count;
  }
  BOOST_CHECK_EQUAL(mayar_queued, 3);
  BOOST_CHECK_EQUAL(mayar_done, 1);
  BOOST_CHECK_EQUAL(nomos_done, 1);
  BOOST_CHECK_EQUAL(all, 5);
}
