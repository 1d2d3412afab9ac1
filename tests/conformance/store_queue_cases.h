// Part of store_suite.h: the queue: what becomes ready, what may be taken in which order, what has gone
// stale.

constexpr int kMany = 1000;
constexpr auto kMayar = job::Provider::Mayar;
constexpr auto kNomos = job::Provider::Nomos;

inline job::Job ready_job(const std::string& request_id, TimePoint due_at) {
  job::Job job = queued_job(request_id, due_at);
  job.ready = true;
  return job;
}

inline void add(Store& store, job::Job job) {
  store.insert_job(job);
}

inline void move_to(Store& store, const std::string& request_id, job::Standing standing) {
  job::Job job = store.find_job(request_id).value();
  job.standing = standing;
  job.ready = job.ready && standing.state == job::State::Queued;
  store.update_job(job);
}

BOOST_FIXTURE_TEST_CASE(jobs_become_takeable_when_their_time_comes, StoreUnderTest) {
  commit([&](Store& mine) {
    add(mine, queued_job("now", start));
    add(mine, queued_job("later", start + Millis(1)));
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, kMany));
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(start - Millis(1), kMany), 0);
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(start, kMany), 1);
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, kMany), "now");
    BOOST_CHECK(mine.find_job("now")->ready);
    BOOST_CHECK(!mine.find_job("later")->ready);
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(start + Millis(1), kMany), 1);
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(start + Millis(1), kMany), 0);
  });
}

BOOST_FIXTURE_TEST_CASE(only_so_many_become_ready_and_the_earliest_first, StoreUnderTest) {
  commit([&](Store& mine) {
    for (const int ms : {5, 1, 4, 2, 3}) add(mine, queued_job(std::to_string(ms), start + Millis(ms)));
    const TimePoint now = start + Millis(10);
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(now, 0), 0);
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(now, 2), 2);
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, now, kMany), "1", "2");
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(now, 2), 2);
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(now, 2), 1);
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, now, kMany), "1", "2", "3", "4", "5");
  });
}

BOOST_FIXTURE_TEST_CASE(takeable_jobs_come_by_end_of_freshness_then_age, StoreUnderTest) {
  commit([&](Store& mine) {
    const auto fresh_for = [&](const std::string& id, int minutes) {
      job::Job job = ready_job(id, start);
      job.fresh_until = start + std::chrono::minutes(minutes);
      add(mine, job);
    };
    fresh_for("c", 10);
    fresh_for("d", 10);
    fresh_for("a", 5);
    fresh_for("e", 11);
    fresh_for("b", 6);
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, kMany), "a", "b", "c", "d", "e");
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, 2), "a", "b");
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, 0));
    // Fresh is what has time left: at the very end it is stale.
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start + std::chrono::minutes(6), kMany), "c", "d",
                       "e");
  });
}

BOOST_FIXTURE_TEST_CASE(providers_and_batches_have_queues_of_their_own, StoreUnderTest) {
  commit([&](Store& mine) {
    job::Job job = ready_job("mayar-single", start);
    add(mine, job);
    job = ready_job("mayar-batch", start);
    job.batch = "spring";
    add(mine, job);
    job = ready_job("nomos-single", start);
    job.provider = kNomos;
    add(mine, job);
    job = ready_job("nomos-batch", start);
    job.provider = kNomos;
    job.batch = "spring";
    add(mine, job);
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, kMany), "mayar-single");
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, true, start, kMany), "mayar-batch");
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kNomos, false, start, kMany), "nomos-single");
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kNomos, true, start, kMany), "nomos-batch");
  });
}

BOOST_FIXTURE_TEST_CASE(only_queued_jobs_are_taken, StoreUnderTest) {
  commit([&](Store& mine) {
    for (int state = 0; state <= static_cast<int>(job::State::Cancelled); ++state) {
      const std::string id(name(static_cast<job::State>(state)));
      job::Job job = ready_job(id, start);
      add(mine, job);
      job = mine.find_job(id).value();
      job.standing.state = static_cast<job::State>(state);
      mine.update_job(job);
    }
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, kMany), "queued");
    LATCHKEY_CHECK_IDS(mine.running_jobs(), "running");
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(start + std::chrono::hours(1), kMany), 0);
    LATCHKEY_CHECK_IDS(mine.stale_jobs(start + std::chrono::hours(1), kMany), "queued");
  });
}

BOOST_FIXTURE_TEST_CASE(subject_with_a_running_job_is_left_out, StoreUnderTest) {
  commit([&](Store& mine) {
    for (const char* id : {"first", "second", "other"}) {
      job::Job job = ready_job(id, start);
      if (id[0] != 'o') job.subject = "one";
      add(mine, job);
    }
    move_to(mine, "first", {job::State::Running, job::Step::Calling, false});
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, kMany), "other");
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, 1),
                       "other");  // it costs no place in the limit
    move_to(mine, "first", {job::State::Done});
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, kMany), "second", "other");
  });
}

// The store's last word, should an engine get it wrong: two calls for one person at once never stand in it.
BOOST_FIXTURE_TEST_CASE(second_running_job_of_a_subject_is_refused, StoreUnderTest) {
  commit([&](Store& mine) {
    for (const char* id : {"first", "second"}) {
      job::Job job = ready_job(id, start);
      job.subject = "one";
      add(mine, job);
    }
    move_to(mine, "first", {job::State::Running, job::Step::Calling, false});
  });
  const auto second = [&] {
    commit([&](Store& mine) { move_to(mine, "second", {job::State::Running, job::Step::Calling, false}); });
  };
  BOOST_CHECK_THROW(second(), Error);
  BOOST_CHECK(store->find_job("second")->standing == job::Standing{});
}

BOOST_FIXTURE_TEST_CASE(import_becomes_takeable_when_it_is_complete_and_not_before, StoreUnderTest) {
  std::int64_t import = 0;
  commit([&](Store& mine) { import = mine.open_import(); });
  for (int part = 0; part < 3; ++part) {
    commit([&](Store& mine) {
      for (int i = 0; i < 4; ++i) {
        job::Job job = queued_job("i" + std::to_string(4 * part + i), start);
        job.import = import;
        add(mine, job);
      }
      BOOST_CHECK(mine.import_is_open(import));
      BOOST_CHECK_EQUAL(mine.ready_due_jobs(start, kMany), 0);
      BOOST_CHECK(mine.takeable_jobs(kMayar, false, start, kMany).empty());
    });
  }
  commit([&](Store& mine) {
    mine.complete_import(import);
    BOOST_CHECK(!mine.import_is_open(import));
  });
  reopen();
  BOOST_CHECK(!store->import_is_open(import));
  BOOST_CHECK(store->next_times().due.has_value());  // a turn is needed, now
  commit([&](Store& mine) {
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(start, kMany), 12);
    BOOST_CHECK_EQUAL(mine.takeable_jobs(kMayar, false, start, kMany).size(), 12);
    BOOST_CHECK(!mine.next_times().due);
    for (const job::Job& job : mine.takeable_jobs(kMayar, false, start, kMany))
      BOOST_CHECK_EQUAL(job.import, 0);
  });
}

BOOST_FIXTURE_TEST_CASE(large_complete_import_is_made_ready_in_parts, StoreUnderTest) {
  commit([&](Store& mine) {
    const std::int64_t import = mine.open_import();
    for (int i = 0; i < 7; ++i) {
      job::Job job = queued_job("i" + std::to_string(i), start + std::chrono::hours(i < 5 ? 0 : 1));
      job.import = import;
      add(mine, job);
    }
    mine.complete_import(import);
    for (const int moved : {3, 3, 1, 0, 0}) BOOST_CHECK_EQUAL(mine.ready_due_jobs(start, 3), moved);
    BOOST_CHECK_EQUAL(mine.takeable_jobs(kMayar, false, start, kMany).size(), 5);
    BOOST_CHECK(mine.next_times().due == start + std::chrono::hours(1));  // the rest waits like any other job
  });
}

BOOST_FIXTURE_TEST_CASE(imports_do_not_wait_for_each_other_and_ids_are_never_used_twice, StoreUnderTest) {
  commit([&](Store& mine) {
    const std::int64_t dead = mine.open_import();
    const std::int64_t alive = mine.open_import();
    BOOST_CHECK_NE(dead, alive);
    for (const std::int64_t import : {dead, alive}) {
      job::Job job = queued_job(import == dead ? "dead" : "alive", start);
      job.import = import;
      add(mine, job);
    }
    mine.complete_import(alive);
    mine.ready_due_jobs(start, kMany);
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(kMayar, false, start, kMany), "alive");
    BOOST_CHECK(mine.import_is_open(dead));
    const std::int64_t next = mine.open_import();
    BOOST_CHECK_GT(next, alive);
    BOOST_CHECK(!mine.import_is_open(next + 1));
  });
}

BOOST_FIXTURE_TEST_CASE(stale_jobs_of_every_kind_are_found, StoreUnderTest) {
  const TimePoint end = start + std::chrono::minutes(15);
  commit([&](Store& mine) {
    const std::int64_t import = mine.open_import();
    for (const auto provider : job::kProviders) {
      for (const char* batch : {"", "spring"}) {
        const std::string kind = std::string(name(provider)) + (*batch == '\0' ? "-single" : "-batch");
        for (const bool fresh : {false, true}) {
          job::Job job = ready_job(kind + (fresh ? "-fresh" : "-stale"), start);
          job.provider = provider;
          job.batch = batch;
          job.fresh_until = fresh ? end + Millis(1) : end;
          add(mine, job);
        }
      }
    }
    for (const bool fresh : {false, true}) {  // of an import that was never finished
      job::Job job = queued_job(fresh ? "import-fresh" : "import-stale", start);
      job.import = import;
      job.fresh_until = fresh ? end + Millis(1) : end;
      add(mine, job);
    }
    BOOST_CHECK(mine.stale_jobs(end - Millis(1), kMany).empty());
    auto ids = ids_of(mine.stale_jobs(end, kMany));
    std::sort(ids.begin(), ids.end());
    const std::vector<std::string> wanted{"import-stale", "mayar-batch-stale", "mayar-single-stale",
                                          "nomos-batch-stale", "nomos-single-stale"};
    BOOST_CHECK_EQUAL_COLLECTIONS(ids.begin(), ids.end(), wanted.begin(), wanted.end());
    for (int limit = 0; limit <= 5; ++limit) {
      BOOST_CHECK_EQUAL(mine.stale_jobs(end, limit).size(), static_cast<std::size_t>(limit));
    }
  });
}

// What was due and ran out while no daemon ran is made ready first and is stale then.
BOOST_FIXTURE_TEST_CASE(job_that_ran_out_before_it_was_ready_is_stale_and_never_taken, StoreUnderTest) {
  commit([&](Store& mine) {
    add(mine, queued_job("missed", start));
    const TimePoint late = start + std::chrono::hours(3);
    BOOST_CHECK_EQUAL(mine.ready_due_jobs(late, kMany), 1);
    BOOST_CHECK(mine.takeable_jobs(kMayar, false, late, kMany).empty());
    LATCHKEY_CHECK_IDS(mine.stale_jobs(late, kMany), "missed");
  });
}

BOOST_FIXTURE_TEST_CASE(running_and_waiting_replies_are_found, StoreUnderTest) {
  commit([&](Store& mine) {
    for (const char* id : {"reply-1", "claim", "reply-2", "reply-running", "none"}) {
      job::Job job = queued_job(id, start);
      const std::string kind(id);
      if (kind.rfind("reply", 0) == 0) job.hand_over = job::HandOver::Reply;
      if (kind == "claim") job.hand_over = job::HandOver::Claim;
      add(mine, job);
    }
    move_to(mine, "reply-running", {job::State::Running, job::Step::HandingOver, true});
    LATCHKEY_CHECK_IDS(mine.queued_reply_jobs(), "reply-1", "reply-2");
    LATCHKEY_CHECK_IDS(mine.running_jobs(), "reply-running");
  });
}

BOOST_FIXTURE_TEST_CASE(running_jobs_that_were_cancelled_are_found, StoreUnderTest) {
  using job::State, job::Step;
  commit([&](Store& mine) {
    for (const char* id : {"calling", "handing-over", "minted", "uncancelled", "done", "queued"}) {
      add(mine, ready_job(id, start));
    }
    move_to(mine, "minted", {State::Running, Step::None, true});
    move_to(mine, "calling", {State::Running, Step::Calling, true});
    move_to(mine, "handing-over", {State::Running, Step::HandingOver, true});
    move_to(mine, "uncancelled", {State::Running, Step::HandingOver, false});
    move_to(mine, "done", {State::Done});
    LATCHKEY_CHECK_IDS(mine.cancelled_running_jobs(), "calling", "handing-over", "minted");
    move_to(mine, "handing-over", {State::Cancelled});
    LATCHKEY_CHECK_IDS(mine.cancelled_running_jobs(), "calling", "minted");
  });
}

BOOST_FIXTURE_TEST_CASE(next_times_are_the_earliest_of_each_kind, StoreUnderTest) {
  BOOST_CHECK(!store->next_times().due);
  BOOST_CHECK(!store->next_times().stale);
  commit([&](Store& mine) {
    add(mine, queued_job("later", start + std::chrono::minutes(2)));
    add(mine, queued_job("sooner", start + std::chrono::minutes(1)));
    job::Job job = queued_job("nomos", start + std::chrono::minutes(3));
    job.provider = kNomos;
    add(mine, job);
    BOOST_CHECK(mine.next_times().due == start + std::chrono::minutes(1));
    BOOST_CHECK(!mine.next_times().stale);
  });
  // The earliest end of freshness, whichever of the four queues it is in.
  int minutes = 40;
  for (const auto provider : job::kProviders) {
    for (const char* batch : {"", "spring"}) {
      commit([&](Store& mine) {
        job::Job job = ready_job("ready-" + std::to_string(minutes), start);
        job.provider = provider;
        job.batch = batch;
        job.fresh_until = start + std::chrono::minutes(--minutes);
        add(mine, job);
        BOOST_CHECK(mine.next_times().stale == job.fresh_until);
        BOOST_CHECK(mine.next_times().due == start + std::chrono::minutes(1));
      });
    }
  }
  commit([&](Store& mine) {  // an import that is not complete wakes nobody
    job::Job job = queued_job("import", start - std::chrono::hours(1));
    job.import = mine.open_import();
    add(mine, job);
    BOOST_CHECK(mine.next_times().due == start + std::chrono::minutes(1));
  });
}

BOOST_FIXTURE_TEST_CASE(forecasts_see_what_is_queued_each_once, StoreUnderTest) {
  const auto ms = [&](std::vector<TimePoint> times) {
    std::vector<std::int64_t> all;
    for (const TimePoint time : times) all.push_back((time - start).count());
    std::sort(all.begin(), all.end());
    return all;
  };
  const auto check = [&](const std::vector<std::int64_t>& found, const std::vector<std::int64_t>& wanted) {
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
  };
  commit([&](Store& mine) {
    add(mine, ready_job("ready", start + Millis(1)));
    job::Job job = ready_job("ready-batch", start + Millis(2));
    job.batch = "spring";
    add(mine, job);
    job = queued_job("import", start + Millis(3));
    job.import = mine.open_import();
    add(mine, job);
    for (const int at : {10, 20, 30})
      add(mine, queued_job("waits-" + std::to_string(at), start + Millis(at)));
    job = queued_job("nomos", start + Millis(20));
    job.provider = kNomos;
    add(mine, job);
    add(mine, ready_job("running", start + Millis(4)));
    move_to(mine, "running", {job::State::Running, job::Step::Calling, false});
    add(mine, queued_job("cancelled", start + Millis(20)));
    move_to(mine, "cancelled", {job::State::Cancelled});

    check(ms(mine.ready_due_times(kMayar, 2)), {1, 2, 3});
    check(ms(mine.ready_due_times(kNomos, 2)), {});
    check(ms(mine.waiting_due_times(kMayar, start, start + Millis(100), 2)), {10, 20, 30});
    check(ms(mine.waiting_due_times(kMayar, TimePoint::min(), start + Millis(20), 2)), {10, 20});
    check(ms(mine.waiting_due_times(kMayar, start + Millis(10), start + Millis(30), 2)), {20, 30});
    check(ms(mine.waiting_due_times(kNomos, start, start + Millis(100), 2)), {20});

    for (const auto hand_over : {job::HandOver::Reply, job::HandOver::Claim, job::HandOver::Email}) {
      const std::string name(job::name(hand_over));
      for (job::Job linked :
           {ready_job("ready-" + name, start + Millis(5)), queued_job("waits-" + name, start + Millis(40))}) {
        linked.provider = kNomos;
        linked.hand_over = hand_over;
        add(mine, linked);
      }
    }
    job = queued_job("import-email", start + Millis(6));
    job.import = mine.open_import();
    job.provider = kNomos;
    job.hand_over = job::HandOver::Email;
    add(mine, job);
    check(ms(mine.ready_due_times(kNomos, 2)), {5, 5, 5, 5, 6, 6});
    check(ms(mine.ready_due_times(kNomos, 1)), {5, 5, 5, 6});
    check(ms(mine.waiting_due_times(kNomos, start, start + Millis(100), 2)), {20, 40, 40, 40, 40});
    check(ms(mine.waiting_due_times(kNomos, start, start + Millis(100), 1)), {20, 40, 40, 40});
  });
}

BOOST_FIXTURE_TEST_CASE(set_clock_moves_the_times_of_what_was_due_by_then, StoreUnderTest) {
  using std::chrono::minutes, std::chrono::seconds;
  TimePoint now = start + minutes(1);
  const TimePoint end = start + minutes(15);
  const std::vector<std::string> due{"takeable", "missed", "retried", "running", "held"};
  commit([&](Store& mine) {
    for (const char* id : {"takeable", "retried", "running", "held", "done"}) add(mine, ready_job(id, start));
    add(mine, queued_job("missed", start));
    add(mine, queued_job("waiting", now + Millis(1)));
    move_to(mine, "running", {job::State::Running, job::Step::Calling, false});
    move_to(mine, "held", {job::State::Held});
    move_to(mine, "done", {job::State::Done});
    job::Job retried = mine.find_job("retried").value();
    retried.ready = false;
    retried.due_at = now + seconds(30);
    mine.update_job(retried);
  });
  const auto set_clock = [&](Millis step) {
    commit([&](Store& mine) { mine.shift_due_jobs(now, step); });
    now += step;
  };
  const auto check_due = [&](TimePoint fresh_until) {
    for (const std::string& id : due) {
      const job::Job job = store->find_job(id).value();
      BOOST_CHECK_MESSAGE(job.fresh_until == fresh_until, id);
      BOOST_CHECK_MESSAGE(job.expires_at == end, id);
      const TimePoint due_at = id == "retried"  ? now + seconds(30)
                               : id == "missed" ? now - minutes(1)
                                                : start;
      BOOST_CHECK_MESSAGE(job.due_at == due_at, id);
    }
    // The times of what is not due are those of the wall clock, and what has ended is history.
    BOOST_CHECK(store->find_job("waiting")->due_at == start + minutes(1) + Millis(1));
    BOOST_CHECK(store->find_job("waiting")->fresh_until == start + minutes(16) + Millis(1));
    BOOST_CHECK(store->find_job("done")->fresh_until == end);
  };
  set_clock(-minutes(5));
  check_due(end - minutes(5));
  set_clock(minutes(2));
  check_due(end - minutes(3));
  set_clock(minutes(3));
  check_due(end);
}

// However far the clock is set forward, and also when it was set back before.
BOOST_FIXTURE_TEST_CASE(no_clock_gives_more_time_than_expires_at, StoreUnderTest) {
  commit([&](Store& mine) {
    job::Job job = ready_job("a", start);
    mine.insert_job(job);
    mine.shift_due_jobs(start, -Millis(1000));
    mine.shift_due_jobs(start - Millis(1000), std::chrono::hours(24 * 365));
    BOOST_CHECK(mine.find_job("a")->fresh_until == job.expires_at);
  });
}

// A row that was read before the clock was set and is written back after it must not undo that.
BOOST_FIXTURE_TEST_CASE(writing_a_job_back_does_not_undo_a_set_clock, StoreUnderTest) {
  commit([&](Store& mine) {
    job::Job job = ready_job("a", start);
    mine.insert_job(job);
    mine.shift_due_jobs(start, -Millis(1000));
    job.attempts = 1;
    mine.update_job(job);
    BOOST_CHECK(mine.find_job("a")->fresh_until == job.expires_at - Millis(1000));
  });
}
