// Part of store_suite.h: batches, occurrences, schedules and previews.

inline Batch batch_called(const std::string& id, const std::string& definition = "welcome") {
  Batch batch;
  batch.id = id;
  batch.definition = definition;
  batch.nominal = "nominal-of-" + id;
  batch.state = BatchState::Open;
  batch.actor = "uid:7";
  batch.definition_digest = "d1";
  batch.recipients_digest = "d2";
  batch.plan = "{}";
  return batch;
}

inline void check_same(const Batch& a, const Batch& b) {
  BOOST_CHECK_EQUAL(a.id, b.id);
  BOOST_CHECK_EQUAL(a.definition, b.definition);
  BOOST_CHECK_EQUAL(a.nominal, b.nominal);
  BOOST_CHECK(a.provider == b.provider);
  BOOST_CHECK(a.state == b.state);
  BOOST_CHECK_EQUAL(a.actor, b.actor);
  BOOST_CHECK_EQUAL(a.reason, b.reason);
  BOOST_CHECK(a.created_at == b.created_at);
  BOOST_CHECK(a.submit_until == b.submit_until);
  BOOST_CHECK_EQUAL(a.import, b.import);
  BOOST_CHECK_EQUAL(a.first_id, b.first_id);
  BOOST_CHECK_EQUAL(a.last_id, b.last_id);
  BOOST_CHECK_EQUAL(a.cancelled_to, b.cancelled_to);
  BOOST_CHECK_EQUAL(a.definition_digest, b.definition_digest);
  BOOST_CHECK_EQUAL(a.recipients_digest, b.recipients_digest);
  BOOST_CHECK_EQUAL(a.plan, b.plan);
  BOOST_CHECK_EQUAL(a.retry, b.retry);
  BOOST_CHECK_EQUAL(a.on_complete, b.on_complete);
  BOOST_CHECK(a.finished_at == b.finished_at);
}

inline job::Job batch_job(const std::string& request_id, const std::string& batch, TimePoint due_at) {
  job::Job job = queued_job(request_id, due_at);
  job.batch = batch;
  job.ready = true;
  return job;
}

inline std::string batch_ids(Store& store, const BatchFilter& filter) {
  std::string ids;
  store.each_batch(filter, [&](const Batch& batch) {
    ids += batch.id + " ";
    return true;
  });
  return ids;
}

BOOST_FIXTURE_TEST_CASE(batch_comes_back_with_every_member, StoreUnderTest) {
  Batch batch = batch_called("b1");
  batch.provider = job::Provider::Nomos;
  batch.state = BatchState::Submitting;
  batch.reason = "again";
  batch.created_at = start;
  batch.submit_until = start + Millis(60);
  batch.import = 4;
  batch.retry = "{\"attempts\":1}";
  batch.on_complete = "crm";
  commit([&](Store& mine) { mine.insert_batch(batch); });
  reopen();
  check_same(store->find_batch("b1").value(), batch);
  batch.state = BatchState::Cancelled;
  batch.submit_until.reset();
  batch.import = 5;
  batch.first_id = 7;
  batch.last_id = 9;
  batch.cancelled_to = 8;
  batch.recipients_digest = "d3";
  batch.plan = "{\"jobs\":3}";
  batch.finished_at = start + Millis(5);
  commit([&](Store& mine) { mine.update_batch(batch); });
  reopen();
  check_same(store->find_batch("b1").value(), batch);
  BOOST_CHECK(!store->find_batch("b2"));
  BOOST_CHECK_THROW(commit([&](Store& mine) { mine.insert_batch(batch); }), Error);
}

BOOST_FIXTURE_TEST_CASE(batches_are_listed_newest_first, StoreUnderTest) {
  commit([&](Store& mine) {
    for (const int ms : {2, 1, 3}) {
      Batch batch = batch_called("b" + std::to_string(ms), ms == 1 ? "other" : "welcome");
      batch.created_at = start + Millis(ms);
      if (ms == 3) batch.state = BatchState::Finished;
      mine.insert_batch(batch);
    }
  });
  BOOST_CHECK_EQUAL(batch_ids(*store, {}), "b1 b2 b3 ");
  BOOST_CHECK_EQUAL(batch_ids(*store, {std::nullopt, std::nullopt, true}), "b3 b2 b1 ");
  BOOST_CHECK_EQUAL(batch_ids(*store, {"welcome", std::nullopt, true}), "b3 b2 ");
  BOOST_CHECK_EQUAL(batch_ids(*store, {"welcome", std::nullopt, false}), "b2 b3 ");
  const auto open = store->open_batches("welcome");
  BOOST_REQUIRE_EQUAL(open.size(), 1U);
  BOOST_CHECK_EQUAL(open[0].id, "b2");
}

BOOST_FIXTURE_TEST_CASE(jobs_of_a_batch_are_counted_as_they_move, StoreUnderTest) {
  using job::State;
  commit([&](Store& mine) {
    mine.insert_batch(batch_called("b1"));
    BOOST_CHECK_EQUAL(mine.move_in_batch("b1", std::nullopt, State::Queued, start), 1);
    BOOST_CHECK_EQUAL(mine.move_in_batch("b1", std::nullopt, State::Queued, start), 2);
    BOOST_CHECK(!mine.batch_counts("b1").first_end);
    BOOST_CHECK_EQUAL(mine.move_in_batch("b1", State::Queued, State::Running, start), 2);
    BOOST_CHECK_EQUAL(mine.move_in_batch("b1", State::Running, State::Held, start), 2);
    BOOST_CHECK_EQUAL(mine.move_in_batch("b1", State::Held, State::Done, start + Millis(5)), 1);
    BOOST_CHECK_EQUAL(mine.move_in_batch("b1", State::Queued, State::Stale, start + Millis(9)), 0);
    BOOST_CHECK_THROW(mine.move_in_batch("b2", std::nullopt, State::Queued, start), Error);
  });
  const BatchCounts counts = store->batch_counts("b1");
  BOOST_CHECK_EQUAL(counts.done, 1);
  BOOST_CHECK_EQUAL(counts.stale, 1);
  BOOST_CHECK_EQUAL(counts.all(), 2);
  BOOST_CHECK(counts.first_end == start + Millis(5));
  BOOST_CHECK(counts.last_end == start + Millis(9));
  BOOST_CHECK_EQUAL(store->batch_counts("b2").all(), 0);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_taken_of_a_batch_that_is_held_back, StoreUnderTest) {
  commit([&](Store& mine) {
    for (const auto state : {BatchState::Submitting, BatchState::Open, BatchState::Paused,
                             BatchState::Cancelled, BatchState::Abandoned}) {
      Batch batch = batch_called("b-" + std::string(name(state)));
      batch.state = state;
      mine.insert_batch(batch);
      job::Job job = batch_job(std::string(name(state)), batch.id, start);
      mine.insert_job(job);
    }
    LATCHKEY_CHECK_IDS(mine.takeable_jobs(job::Provider::Mayar, true, start, 10), "open");
  });
}

BOOST_FIXTURE_TEST_CASE(open_jobs_of_a_batch_are_found_in_pages, StoreUnderTest) {
  Batch batch = batch_called("b1");
  commit([&](Store& mine) {
    for (int i = 0; i < 6; ++i) {
      job::Job job = batch_job("job-" + std::to_string(i), i == 3 ? "" : "b1", start);
      mine.insert_job(job);
      if (batch.first_id == 0) batch.first_id = job.id;
      batch.last_id = job.id;
      if (i == 1) {
        job.standing.state = job::State::Done;
        mine.update_job(job);
      }
    }
    mine.insert_batch(batch);
  });
  const auto first = store->open_jobs_of_batch(batch, 0, 2);
  LATCHKEY_CHECK_IDS(first, "job-0", "job-2");
  LATCHKEY_CHECK_IDS(store->open_jobs_of_batch(batch, first.back().id, 9), "job-4", "job-5");
  JobFilter filter;
  filter.batch = "b1";
  std::string ids;
  store->each_job(filter, [&](const job::Job& job) {
    ids += job.request_id + " ";
    return true;
  });
  BOOST_CHECK_EQUAL(ids, "job-0 job-1 job-2 job-4 job-5 ");
  filter.batch.reset();
  filter.definition = "welcome";
  ids.clear();
  store->each_job(filter, [&](const job::Job& job) {
    ids += job.request_id + " ";
    return true;
  });
  BOOST_CHECK_EQUAL(ids, "job-0 job-1 job-2 job-4 job-5 ");
}

BOOST_FIXTURE_TEST_CASE(batches_that_need_the_turn_are_found, StoreUnderTest) {
  const auto to_settle = [&](TimePoint now) {
    std::string ids;
    for (const Batch& batch : store->batches_to_settle(now)) ids += batch.id + " ";
    return ids;
  };
  commit([&](Store& mine) {
    Batch dying = batch_called("dying");
    dying.state = BatchState::Submitting;
    dying.submit_until = start + Millis(60);
    mine.insert_batch(dying);
    Batch cancelled = batch_called("cancelled");
    cancelled.state = BatchState::Cancelled;
    cancelled.last_id = 9;
    cancelled.cancelled_to = 3;
    mine.insert_batch(cancelled);
    mine.insert_batch(batch_called("open"));
  });
  BOOST_CHECK_EQUAL(to_settle(start), "cancelled ");
  BOOST_CHECK_EQUAL(to_settle(start + Millis(60)), "cancelled dying ");
  BOOST_CHECK(store->next_times().stale == start + Millis(60));
  Batch cancelled = store->find_batch("cancelled").value();
  cancelled.cancelled_to = 9;
  commit([&](Store& mine) { mine.update_batch(cancelled); });
  BOOST_CHECK_EQUAL(to_settle(start), "");
}

BOOST_FIXTURE_TEST_CASE(occurrence_is_one_of_its_definition_and_nominal, StoreUnderTest) {
  Occurrence occurrence{"welcome", "2026-12-01", start, OccurrenceState::Submitting, "b1", "", start};
  commit([&](Store& mine) {
    mine.put_occurrence(occurrence);
    mine.put_occurrence({"other", "2026-12-01", start, OccurrenceState::Missed, "", "late", start});
    occurrence.state = OccurrenceState::Submitted;
    mine.put_occurrence(occurrence);
  });
  reopen();
  const auto found = store->find_occurrence("welcome", "2026-12-01").value();
  BOOST_CHECK(found.state == OccurrenceState::Submitted);
  BOOST_CHECK_EQUAL(found.batch, "b1");
  BOOST_CHECK(found.at == start);
  BOOST_CHECK_EQUAL(store->occurrences(std::nullopt, 10).size(), 2U);
  BOOST_CHECK_EQUAL(store->occurrences("other", 10).at(0).reason, "late");
  BOOST_CHECK_EQUAL(store->occurrences(std::nullopt, 1).size(), 1U);
  commit([&](Store& mine) { mine.drop_occurrence("welcome", "2026-12-01"); });
  BOOST_CHECK(!store->find_occurrence("welcome", "2026-12-01"));
}

BOOST_FIXTURE_TEST_CASE(batches_are_read_in_pages_and_on_from_any_of_them, StoreUnderTest) {
  std::string oldest_first;
  std::string newest_first;
  commit([&](Store& mine) {
    for (int i = 0; i < 250; ++i) {
      Batch batch = batch_called("b" + std::to_string(1000 + i));
      batch.created_at = start + Millis(i / 3);  // three at the same time
      mine.insert_batch(batch);
      oldest_first += batch.id + " ";
      newest_first = batch.id + " " + newest_first;
    }
  });
  BOOST_CHECK_EQUAL(batch_ids(*store, {}), oldest_first);
  BOOST_CHECK_EQUAL(batch_ids(*store, {std::nullopt, std::nullopt, true}), newest_first);
  const auto from = [](const std::string& all, const std::string& id) {
    return all.substr(all.find(id) + 6);
  };
  for (const std::string id : {"b1000", "b1001", "b1100", "b1248", "b1249"}) {
    BOOST_CHECK_EQUAL(batch_ids(*store, {std::nullopt, id, false}), from(oldest_first, id));
    BOOST_CHECK_EQUAL(batch_ids(*store, {std::nullopt, id, true}), from(newest_first, id));
  }
  BOOST_CHECK_EQUAL(batch_ids(*store, {std::nullopt, "nobody", false}), "");
}

BOOST_FIXTURE_TEST_CASE(schedule_comes_back_with_every_member, StoreUnderTest) {
  const Schedule schedule{"welcome", "/jobs/welcome.toml", "d1",      "uid:7",
                          start,     start + Millis(1),    "changed", start + Millis(2)};
  commit([&](Store& mine) { mine.put_schedule(schedule); });
  reopen();
  const Schedule found = store->find_schedule("welcome").value();
  BOOST_CHECK_EQUAL(found.path, schedule.path);
  BOOST_CHECK_EQUAL(found.digest, schedule.digest);
  BOOST_CHECK_EQUAL(found.actor, schedule.actor);
  BOOST_CHECK(found.enabled_at == schedule.enabled_at);
  BOOST_CHECK(found.seen_until == schedule.seen_until);
  BOOST_CHECK_EQUAL(found.disarmed, schedule.disarmed);
  BOOST_CHECK(found.next_at == schedule.next_at);
  BOOST_CHECK_EQUAL(store->schedules().size(), 1U);
  commit([&](Store& mine) { mine.drop_schedule("welcome"); });
  BOOST_CHECK(store->schedules().empty());
}

inline std::string schedule_names(const std::vector<Schedule>& schedules) {
  std::string names;
  for (const Schedule& each : schedules) names += each.definition + " ";
  return names;
}

BOOST_FIXTURE_TEST_CASE(schedules_are_found_by_when_they_are_due, StoreUnderTest) {
  const auto put = [&](Store& mine, const std::string& name, std::optional<Millis> next,
                       const std::string& disarmed = "") {
    Schedule schedule{name, "/jobs/" + name + ".toml", "d1", "uid:7", start, start, disarmed, std::nullopt};
    if (next) schedule.next_at = start + *next;
    mine.put_schedule(schedule);
  };
  commit([&](Store& mine) {
    put(mine, "later", Millis(50));
    put(mine, "second", Millis(10));
    put(mine, "first", Millis(5));
    put(mine, "over", std::nullopt);
    put(mine, "changed", Millis(1), "the file has changed");
  });
  BOOST_CHECK_EQUAL(schedule_names(store->due_schedules(start)), "");
  BOOST_CHECK_EQUAL(schedule_names(store->due_schedules(start + Millis(10))), "first second ");
  BOOST_CHECK(store->next_schedule_time(start) == start + Millis(5));
  BOOST_CHECK(store->next_schedule_time(start + Millis(10)) == start + Millis(50));
  BOOST_CHECK(!store->next_schedule_time(start + Millis(50)));
  BOOST_CHECK_EQUAL(store->count_schedules().armed, 4);
  BOOST_CHECK_EQUAL(store->count_schedules().disarmed, 1);
  BOOST_CHECK_EQUAL(schedule_names(store->armed_schedules_after("", 2)), "first later ");
  BOOST_CHECK_EQUAL(schedule_names(store->armed_schedules_after("later", 9)), "over second ");
}

BOOST_FIXTURE_TEST_CASE(missed_runs_are_counted_by_schedule, StoreUnderTest) {
  commit([&](Store& mine) {
    mine.put_schedule({"welcome", "/jobs/welcome.toml", "d1", "uid:7", start, start, "", std::nullopt});
    const auto put = [&](const std::string& definition, int minute, OccurrenceState state) {
      const TimePoint at = start + std::chrono::minutes(minute);
      mine.put_occurrence({definition, std::to_string(minute), at, state, "", "late", at + Millis(1)});
    };
    put("welcome", 0, OccurrenceState::Missed);
    put("welcome", 1, OccurrenceState::Missed);
    put("welcome", 2, OccurrenceState::Missed);
    put("welcome", 3, OccurrenceState::Skipped);
    put("nobody", 3, OccurrenceState::Missed);
  });
  const auto missed = store->missed_runs(start + Millis(2));
  BOOST_REQUIRE_EQUAL(missed.size(), 1U);
  BOOST_CHECK_EQUAL(missed[0].definition, "welcome");
  BOOST_CHECK_EQUAL(missed[0].runs, 2);
  BOOST_CHECK(missed[0].latest == start + std::chrono::minutes(2));
}

BOOST_FIXTURE_TEST_CASE(preview_is_used_once, StoreUnderTest) {
  Preview preview{"pv-1", "reprocess", "{}", "d1", 3, "uid:7", start, std::nullopt};
  commit([&](Store& mine) { mine.put_preview(preview); });
  reopen();
  BOOST_CHECK_EQUAL(store->find_preview("pv-1")->jobs, 3);
  BOOST_CHECK_EQUAL(store->find_preview("pv-1")->digest, "d1");
  BOOST_CHECK(!store->find_preview("pv-2"));
  commit([&](Store& mine) {
    BOOST_CHECK(!mine.use_preview("pv-2", start));
    BOOST_CHECK(mine.use_preview("pv-1", start + Millis(1)));
    BOOST_CHECK(!mine.use_preview("pv-1", start + Millis(2)));
  });
  BOOST_CHECK(store->find_preview("pv-1")->used_at == start + Millis(1));
  commit([&](Store& mine) { mine.drop_previews_before(start + Millis(1)); });
  BOOST_CHECK(!store->find_preview("pv-1"));
}

BOOST_FIXTURE_TEST_CASE(jobs_remember_what_repeats_them, StoreUnderTest) {
  commit([&](Store& mine) {
    job::Job first = queued_job("first", start);
    mine.insert_job(first);
    job::Job second = queued_job("second", start);
    second.reprocess_of = "first";
    mine.insert_job(second);
    first.reprocessed_as = "second";
    mine.update_job(first);
  });
  reopen();
  BOOST_CHECK_EQUAL(store->find_job("first")->reprocessed_as.value(), "second");
  BOOST_CHECK_EQUAL(store->find_job("second")->reprocess_of.value(), "first");
}
