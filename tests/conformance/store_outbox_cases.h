// Part of store_suite.h: the outbox of webhooks.

inline Event event_for(const std::string& endpoint, const std::string& message, TimePoint created_at) {
  Event event;
  event.endpoint = endpoint;
  event.message = message;
  event.body = "{\"type\":\"job.done\",\"text\":\"caf\xC3\xA9\"}";
  event.created_at = created_at;
  event.next_at = created_at;
  return event;
}

inline void check_same(const Event& a, const Event& b) {
  BOOST_CHECK_EQUAL(a.id, b.id);
  BOOST_CHECK_EQUAL(a.endpoint, b.endpoint);
  BOOST_CHECK_EQUAL(a.message, b.message);
  BOOST_CHECK_EQUAL(a.body, b.body);
  BOOST_CHECK(a.created_at == b.created_at);
  BOOST_CHECK_EQUAL(a.tries, b.tries);
  BOOST_CHECK(a.next_at == b.next_at);
  BOOST_CHECK_EQUAL(a.error, b.error);
}

inline std::vector<Event> all_events(Store& store) {
  std::vector<Event> events;
  store.each_event([&](const Event& event) {
    events.push_back(event);
    return true;
  });
  return events;
}

BOOST_FIXTURE_TEST_CASE(event_comes_back_with_every_member, StoreUnderTest) {
  Event event = event_for("crm", "msg_1", start);
  commit([&](Store& mine) { mine.put_event(event); });
  BOOST_CHECK_GT(event.id, 0);
  reopen();
  check_same(all_events(*store).at(0), event);
  check_same(store->find_event(event.id).value(), event);
  BOOST_CHECK(!store->find_event(event.id + 1));
  event.tries = 3;
  event.next_at = start + Millis(5);
  event.error = "HTTP 500";
  commit([&](Store& mine) { mine.update_event(event); });
  reopen();
  check_same(all_events(*store).at(0), event);
  event.next_at.reset();
  commit([&](Store& mine) { mine.update_event(event); });
  reopen();
  check_same(all_events(*store).at(0), event);
}

BOOST_FIXTURE_TEST_CASE(events_of_an_endpoint_are_due_the_longest_first, StoreUnderTest) {
  commit([&](Store& mine) {
    for (const int ms : {3, 1, 2, 1}) {
      Event event = event_for("crm", "crm-" + std::to_string(ms), start);
      event.next_at = start + Millis(ms);
      mine.put_event(event);
    }
    Event other = event_for("shop", "shop-0", start);
    mine.put_event(other);
    Event given_up = event_for("crm", "given-up", start);
    given_up.next_at.reset();
    mine.put_event(given_up);
  });
  LATCHKEY_CHECK_IDS(store->due_events("crm", start, 10));
  LATCHKEY_CHECK_IDS(store->due_events("crm", start + Millis(2), 10), "crm-1", "crm-1", "crm-2");
  LATCHKEY_CHECK_IDS(store->due_events("crm", start + Millis(9), 2), "crm-1", "crm-1");
  LATCHKEY_CHECK_IDS(store->due_events("crm", start + Millis(9), 0));
  LATCHKEY_CHECK_IDS(store->due_events("shop", start, 10), "shop-0");
  LATCHKEY_CHECK_IDS(store->due_events("unknown", start + Millis(9), 10));
  const auto twins = store->due_events("crm", start + Millis(1), 10);
  BOOST_CHECK_LT(twins.at(0).id, twins.at(1).id);  // of one time by age
  BOOST_CHECK(store->next_event_time("crm") == start + Millis(1));
  BOOST_CHECK(store->next_event_time("shop") == start);
  BOOST_CHECK(!store->next_event_time("unknown"));
}

// A lease is a later next_at and nothing else, so that one that is lost needs nobody to void it.
BOOST_FIXTURE_TEST_CASE(leased_event_is_not_due_until_its_lease_ends, StoreUnderTest) {
  Event event = event_for("crm", "msg_1", start);
  commit([&](Store& mine) {
    mine.put_event(event);
    event.tries = 1;
    event.next_at = start + Millis(30);
    mine.update_event(event);
    LATCHKEY_CHECK_IDS(mine.due_events("crm", start + Millis(29), 10));
  });
  BOOST_CHECK(store->next_event_time("crm") == start + Millis(30));
  LATCHKEY_CHECK_IDS(store->due_events("crm", start + Millis(30), 10), "msg_1");
}

BOOST_FIXTURE_TEST_CASE(dropped_event_is_gone_and_its_id_is_never_used_again, StoreUnderTest) {
  Event event = event_for("crm", "msg_1", start);
  commit([&](Store& mine) { mine.put_event(event); });
  const std::int64_t id = event.id;
  commit([&](Store& mine) {
    mine.drop_event(id);
    mine.drop_event(id);  // dropping what is gone does nothing
    mine.update_event(event);
  });
  BOOST_CHECK(all_events(*store).empty());
  BOOST_CHECK(!store->next_event_time("crm"));
  // A poster of the first may come back after the second was written.
  commit([&](Store& mine) { mine.put_event(event); });
  BOOST_CHECK_GT(event.id, id);
}

BOOST_FIXTURE_TEST_CASE(set_clock_moves_events_that_wait_and_no_others, StoreUnderTest) {
  commit([&](Store& mine) {
    Event waits = event_for("crm", "waits", start);
    mine.put_event(waits);
    Event given_up = event_for("crm", "given-up", start);
    given_up.next_at.reset();
    mine.put_event(given_up);
    mine.shift_events(Millis(-70));
  });
  const auto events = all_events(*store);
  BOOST_CHECK(events.at(0).next_at == start - Millis(70));
  BOOST_CHECK(events.at(0).created_at == start - Millis(70));  // its age stays what it is
  BOOST_CHECK(!events.at(1).next_at);
  BOOST_CHECK(events.at(1).created_at == start);
}

BOOST_FIXTURE_TEST_CASE(events_are_counted_and_the_oldest_that_waits_is_known, StoreUnderTest) {
  const auto none = store->count_events();
  BOOST_CHECK_EQUAL(none.waiting + none.given_up, 0);
  BOOST_CHECK(!none.oldest);
  commit([&](Store& mine) {
    for (const int ms : {0, 5, 2, 9}) {
      Event event = event_for("crm", std::to_string(ms), start + Millis(ms));
      if (ms == 0) event.next_at.reset();
      mine.put_event(event);
    }
  });
  const auto counts = store->count_events();
  BOOST_CHECK_EQUAL(counts.waiting, 3);
  BOOST_CHECK_EQUAL(counts.given_up, 1);
  BOOST_CHECK(counts.oldest == start + Millis(2));
}

// More than a page of them; what a visit writes does not disturb it.
BOOST_FIXTURE_TEST_CASE(every_event_is_visited_by_age_and_visits_may_write, StoreUnderTest) {
  constexpr int kEvents = 450;
  commit([&](Store& mine) {
    for (int i = 0; i < kEvents; ++i) {
      Event event = event_for(i % 2 == 0 ? "crm" : "shop", std::to_string(i), start);
      if (i % 7 == 0) event.next_at.reset();
      mine.put_event(event);
    }
  });
  int visits = 0;
  store->each_event([&](const Event& event) {
    BOOST_CHECK_EQUAL(event.message, std::to_string(visits++));
    commit([&](Store& mine) { mine.drop_event(event.id); });
    return true;
  });
  BOOST_CHECK_EQUAL(visits, kEvents);
  BOOST_CHECK(all_events(*store).empty());
  commit([&](Store& mine) {
    for (int i = 0; i < 3; ++i) {
      Event event = event_for("crm", std::to_string(i), start);
      mine.put_event(event);
    }
  });
  visits = 0;
  store->each_event([&](const Event&) { return ++visits < 2; });
  BOOST_CHECK_EQUAL(visits, 2);
}

BOOST_FIXTURE_TEST_CASE(events_of_a_transaction_that_fails_were_never_there, StoreUnderTest) {
  crash([&](Store& mine) {
    Event event = event_for("crm", "lost", start);
    mine.put_event(event);
  });
  BOOST_CHECK(all_events(*store).empty());
  Event event = event_for("crm", "kept", start);
  commit([&](Store& mine) {
    mine.put_event(event);
    mine.savepoint();
    Event undone = event_for("crm", "undone", start);
    mine.put_event(undone);
    mine.rollback_to_savepoint();
  });
  LATCHKEY_CHECK_IDS(all_events(*store), "kept");
}
