// Part of store_suite.h: transactions, savepoints, several writers.

BOOST_FIXTURE_TEST_CASE(commit_is_seen_by_every_connection, StoreUnderTest) {
  const auto other = open();
  commit([&](Store& mine) {
    ledger::Entry entry = plain_entry();
    mine.append(entry);
    BOOST_CHECK_EQUAL(mine.head().size, 1);    // a read sees the transaction's own writes,
    BOOST_CHECK_EQUAL(other->head().size, 0);  // and nobody else's before they are committed
  });
  BOOST_CHECK_EQUAL(other->head().size, 1);
  reopen();
  BOOST_CHECK_EQUAL(store->head().size, 1);
}

BOOST_FIXTURE_TEST_CASE(rollback_leaves_nothing, StoreUnderTest) {
  store->begin();
  ledger::Entry entry = plain_entry();
  store->append(entry);
  job::Job job = queued_job("a", start);
  store->insert_job(job);
  store->rollback();
  BOOST_CHECK_EQUAL(store->head().size, 0);
  BOOST_CHECK(!store->find_job("a"));
  BOOST_CHECK(!store->entry(0));
  store->rollback();  // does nothing without a transaction
  commit([](Store& mine) {
    ledger::Entry again = plain_entry();
    BOOST_CHECK_EQUAL(mine.append(again), 0);
  });
}

BOOST_FIXTURE_TEST_CASE(exception_rolls_the_transaction_back, StoreUnderTest) {
  commit([](Store& mine) {
    ledger::Entry entry = plain_entry();
    mine.append(entry);
  });
  const auto fault = [&] {
    commit([&](Store& mine) {
      ledger::Entry entry = plain_entry();
      mine.append(entry);
      job::Job job = queued_job("a", start);
      mine.insert_job(job);
      mine.put_gate({});
      mine.take_epoch();
      throw InputError("invalid_request", "at", "no");
    });
  };
  BOOST_CHECK_THROW(fault(), InputError);
  BOOST_CHECK_EQUAL(store->head().size, 1);
  BOOST_CHECK(!store->find_job("a"));
  BOOST_CHECK_EQUAL(store->epoch(), 0);
}

// The store's own refusal in the middle of a transaction, at each place among the writes.
BOOST_FIXTURE_TEST_CASE(refused_write_at_any_place_leaves_nothing, StoreUnderTest) {
  commit([&](Store& mine) {
    job::Job job = queued_job("taken", start);
    mine.insert_job(job);
  });
  for (int place = 0; place < 4; ++place) {
    const auto fault = [&] {
      commit([&](Store& mine) {
        for (int i = 0; i < 4; ++i) {
          if (i == place) {
            job::Job twice = queued_job("taken", start);
            mine.insert_job(twice);
          }
          ledger::Entry entry = plain_entry();
          mine.append(entry);
          job::Job job = queued_job("new-" + std::to_string(i), start);
          mine.insert_job(job);
        }
      });
    };
    BOOST_CHECK_THROW(fault(), Error);
    BOOST_CHECK_EQUAL(store->head().size, 0);
    for (int i = 0; i < 4; ++i) BOOST_CHECK(!store->find_job("new-" + std::to_string(i)));
  }
}

BOOST_FIXTURE_TEST_CASE(process_that_dies_before_its_commit_leaves_nothing, StoreUnderTest) {
  commit([](Store& mine) {
    ledger::Entry entry = plain_entry();
    mine.append(entry);
  });
  crash([&](Store& theirs) {
    ledger::Entry entry = plain_entry();
    theirs.append(entry);
    job::Job job = queued_job("a", start);
    theirs.insert_job(job);
  });
  BOOST_CHECK_EQUAL(store->head().size, 1);
  BOOST_CHECK(!store->find_job("a"));
  commit([](Store& mine) {  // and its lock is free
    ledger::Entry entry = plain_entry();
    BOOST_CHECK_EQUAL(mine.append(entry), 1);
  });
}

BOOST_FIXTURE_TEST_CASE(savepoint_takes_one_item_back_and_keeps_the_rest, StoreUnderTest) {
  commit([&](Store& mine) {
    ledger::Entry first = plain_entry("first");
    mine.append(first);
    for (const bool good : {true, false, true}) {
      mine.savepoint();
      ledger::Entry entry = plain_entry(good ? "good" : "bad");
      mine.append(entry);
      if (good) {
        mine.release_savepoint();
      } else {
        mine.rollback_to_savepoint();
      }
    }
    BOOST_CHECK_EQUAL(mine.head().size, 3);
  });
  BOOST_CHECK_EQUAL(store->head().size, 3);
  BOOST_CHECK(ledger::decode(store->entry(0).value()).reason == "first");
  BOOST_CHECK(ledger::decode(store->entry(1).value()).reason == "good");
  BOOST_CHECK(ledger::decode(store->entry(2).value()).reason == "good");
}

// Time goes back with the entries: otherwise the next one would carry a time that nothing before it explains.
BOOST_FIXTURE_TEST_CASE(savepoint_and_rollback_restore_the_head, StoreUnderTest) {
  commit([](Store& mine) {
    ledger::Entry entry = plain_entry();
    mine.append(entry);
  });
  const Head before = store->head();
  clock.advance(Millis(500));
  store->begin();
  store->savepoint();
  ledger::Entry entry = plain_entry();
  store->append(entry);
  store->rollback_to_savepoint();
  BOOST_CHECK_EQUAL(store->head().size, before.size);
  BOOST_CHECK(store->head().last_time == before.last_time);
  store->append(entry);
  store->rollback();
  BOOST_CHECK_EQUAL(store->head().size, before.size);
  BOOST_CHECK(store->head().last_time == before.last_time);
}

BOOST_FIXTURE_TEST_CASE(item_refused_in_a_savepoint_does_not_spoil_the_transaction, StoreUnderTest) {
  commit([&](Store& mine) {
    job::Job job = queued_job("a", start);
    mine.insert_job(job);
    mine.savepoint();
    ledger::Entry entry = plain_entry();
    mine.append(entry);
    job::Job twice = queued_job("a", start);
    BOOST_CHECK_THROW(mine.insert_job(twice), Error);
    mine.rollback_to_savepoint();
    ledger::Entry other = plain_entry();
    BOOST_CHECK_EQUAL(mine.append(other), 0);
  });
  BOOST_CHECK_EQUAL(store->head().size, 1);
}

BOOST_FIXTURE_TEST_CASE(second_writer_is_told_that_the_store_is_busy, StoreUnderTest) {
  const auto other = open(Millis(20));
  store->begin();
  BOOST_CHECK_THROW(other->begin(), StoreBusy);
  BOOST_CHECK_EQUAL(other->head().size, 0);  // who only reads is not kept waiting
  ledger::Entry entry = plain_entry();
  store->append(entry);
  store->commit();
  other->begin();  // the same object may try again
  ledger::Entry next = plain_entry();
  BOOST_CHECK_EQUAL(other->append(next), 1);
  other->commit();
}

BOOST_FIXTURE_TEST_CASE(writers_in_turn_continue_one_ledger, StoreUnderTest) {
  const auto other = open();
  for (int i = 0; i < 6; ++i) {
    Store& writer = i % 2 == 0 ? *store : *other;
    Transaction transaction(writer);
    ledger::Entry entry = plain_entry();
    BOOST_CHECK_EQUAL(writer.append(entry), i);
    transaction.commit();
    Transaction taken_back(writer);  // the other one must not count on what never was
    writer.append(entry);
  }
  BOOST_CHECK_EQUAL(store->head().size, 6);
  BOOST_CHECK_EQUAL(other->head().size, 6);
}

BOOST_FIXTURE_TEST_CASE(changes_by_others_are_seen_once_and_own_ones_never, StoreUnderTest) {
  const auto other = open();
  store->changed_by_others();
  BOOST_CHECK(!store->changed_by_others());
  commit([](Store& mine) { mine.take_epoch(); });
  BOOST_CHECK(!store->changed_by_others());
  BOOST_CHECK(other->changed_by_others());
  BOOST_CHECK(!other->changed_by_others());
  {
    Transaction transaction(*other);
    other->take_epoch();
    BOOST_CHECK(!store->changed_by_others());  // not before it is committed
    transaction.commit();
  }
  BOOST_CHECK(store->changed_by_others());
  BOOST_CHECK(!store->changed_by_others());
}

// Taking part in the ledger must not swallow the signal that wakes a turn.
BOOST_FIXTURE_TEST_CASE(begin_does_not_hide_a_change_by_others, StoreUnderTest) {
  const auto other = open();
  store->changed_by_others();
  {
    Transaction transaction(*other);
    other->take_epoch();
    transaction.commit();
  }
  commit([](Store& mine) { mine.head(); });
  BOOST_CHECK(store->changed_by_others());
}

BOOST_FIXTURE_TEST_CASE(transaction_has_the_clock_of_its_begin, StoreUnderTest) {
  clock.advance(Millis(1234));
  const Instant now = clock.now();
  Transaction transaction(*store);
  BOOST_CHECK(transaction.now().wall == now.wall);
  BOOST_CHECK(transaction.now().boot == now.boot);
  clock.advance(Millis(1000));
  ledger::Entry entry = plain_entry();
  store->append(entry);
  BOOST_CHECK(entry.t == now.wall);
}
