// Part of store_suite.h: the ledger.

// What each_entry gives for a filter, as seqs.
inline std::vector<std::int64_t> seqs(Store& store, const EntryFilter& filter) {
  std::vector<std::int64_t> found;
  store.each_entry(filter, [&](const std::string& bytes) {
    found.push_back(ledger::decode(bytes).seq);
    return true;
  });
  return found;
}

inline void check_seqs(Store& store, const EntryFilter& filter, const std::vector<std::int64_t>& wanted) {
  const auto found = seqs(store, filter);
  BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
}

BOOST_FIXTURE_TEST_CASE(empty_ledger_has_size_zero, StoreUnderTest) {
  BOOST_CHECK_EQUAL(store->head().size, 0);
  BOOST_CHECK(!store->entry(0));
  BOOST_CHECK(!store->entry(-1));
  check_seqs(*store, {}, {});
}

BOOST_FIXTURE_TEST_CASE(append_assigns_seq_and_time_and_stores_exactly_the_bytes, StoreUnderTest) {
  commit([&](Store& mine) {
    for (int i = 0; i < 3; ++i) {
      ledger::Entry entry = plain_entry("quote \" and \\ and \xC3\xA9");
      entry.seq = 99;
      BOOST_CHECK_EQUAL(mine.append(entry), i);
      BOOST_CHECK_EQUAL(entry.seq, i);
      BOOST_CHECK(entry.t == start);
      BOOST_CHECK(!entry.clock);
      BOOST_CHECK(mine.entry(i) == ledger::encode(entry));
      BOOST_CHECK_EQUAL(mine.head().size, i + 1);
      BOOST_CHECK(mine.head().last_time == start);
    }
  });
  BOOST_CHECK(!store->entry(3));
  reopen();
  BOOST_CHECK_EQUAL(store->head().size, 3);
  BOOST_CHECK(store->head().last_time == start);
  BOOST_CHECK_EQUAL(ledger::decode(store->entry(2).value()).seq, 2);
}

BOOST_FIXTURE_TEST_CASE(times_of_entries_never_decrease, StoreUnderTest) {
  const auto append = [&] {
    ledger::Entry entry = plain_entry();
    commit([&](Store& mine) { mine.append(entry); });
    return entry;
  };
  append();
  clock.step_wall(-std::chrono::hours(1));
  for (int i = 0; i < 2; ++i) {
    const ledger::Entry entry = append();
    BOOST_CHECK(entry.t == start);
    BOOST_CHECK(entry.clock == start - std::chrono::hours(1));  // the raw reading, while it lags
  }
  reopen();  // a new process knows the time of the last entry
  BOOST_CHECK(append().t == start);
  clock.set_wall(start);
  BOOST_CHECK(!append().clock);
  clock.set_wall(start + Millis(1));
  const ledger::Entry entry = append();
  BOOST_CHECK(entry.t == start + Millis(1));
  BOOST_CHECK(!entry.clock);
}

// The other's clock is ahead: what it wrote is a lower bound for us too.
BOOST_FIXTURE_TEST_CASE(time_of_another_writer_counts, StoreUnderTest) {
  const auto other = open();
  commit([](Store& mine) {
    ledger::Entry entry = plain_entry();
    mine.append(entry);
  });
  clock.advance(Millis(9000));
  {
    Transaction transaction(*other);
    ledger::Entry entry = plain_entry();
    other->append(entry);
    transaction.commit();
  }
  clock.step_wall(-Millis(5000));
  commit([&](Store& mine) {
    ledger::Entry entry = plain_entry();
    mine.append(entry);
    BOOST_CHECK(entry.t == start + Millis(9000));
    BOOST_CHECK(entry.clock == start + Millis(4000));
  });
}

BOOST_FIXTURE_TEST_CASE(entries_are_found_by_what_they_say, StoreUnderTest) {
  commit([&](Store& mine) {
    const auto append = [&](ledger::EntryType type, std::optional<job::Provider> provider,
                            std::optional<job::Outcome> outcome, std::optional<job::Code> code) {
      ledger::Entry entry;
      entry.type = type;
      entry.provider = provider;
      entry.outcome = outcome;
      entry.code = code;
      mine.append(entry);
    };
    using job::Provider, job::Outcome, job::Code, ledger::EntryType;
    append(EntryType::DaemonStart, {}, {}, {});
    append(EntryType::AttemptResult, Provider::Mayar, Outcome::Accepted, {});
    append(EntryType::AttemptResult, Provider::Nomos, Outcome::Unknown, Code::Timeout);
    append(EntryType::AttemptResult, Provider::Mayar, Outcome::Unknown, Code::Reset);
    append(EntryType::JobHeld, Provider::Mayar, {}, Code::Reset);
  });
  check_seqs(*store, {}, {0, 1, 2, 3, 4});
  EntryFilter filter;
  filter.type = ledger::EntryType::AttemptResult;
  check_seqs(*store, filter, {1, 2, 3});
  filter.newest_first = true;
  check_seqs(*store, filter, {3, 2, 1});
  filter.provider = job::Provider::Mayar;
  check_seqs(*store, filter, {3, 1});
  filter.outcome = job::Outcome::Unknown;
  check_seqs(*store, filter, {3});
  filter.code = job::Code::Timeout;
  check_seqs(*store, filter, {});
  EntryFilter code;
  code.code = job::Code::Reset;
  check_seqs(*store, code, {3, 4});
}

BOOST_FIXTURE_TEST_CASE(entries_are_found_by_time, StoreUnderTest) {
  // Two entries at each of 0, 10, 20, 30 and 40 seconds.
  for (int i = 0; i < 5; ++i) {
    commit([](Store& mine) {
      for (int twice = 0; twice < 2; ++twice) {
        ledger::Entry entry = plain_entry();
        mine.append(entry);
      }
    });
    clock.advance(std::chrono::seconds(10));
  }
  const auto at = [&](int seconds) { return start + std::chrono::seconds(seconds); };
  EntryFilter filter;
  filter.from = at(10);  // inclusive
  filter.to = at(30);    // exclusive
  check_seqs(*store, filter, {2, 3, 4, 5});
  filter.newest_first = true;
  check_seqs(*store, filter, {5, 4, 3, 2});
  filter = {};
  filter.from = at(11);
  check_seqs(*store, filter, {4, 5, 6, 7, 8, 9});
  filter.from = at(41);
  check_seqs(*store, filter, {});
  filter = {};
  filter.to = at(0);
  check_seqs(*store, filter, {});
  filter.to = at(1000);
  check_seqs(*store, filter, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  filter.from = at(30);
  filter.to = at(10);
  check_seqs(*store, filter, {});
}

BOOST_FIXTURE_TEST_CASE(visit_ends_when_it_is_told_to_and_may_ask_the_store, StoreUnderTest) {
  commit([](Store& mine) {
    for (int i = 0; i < 5; ++i) {
      ledger::Entry entry = plain_entry();
      mine.append(entry);
    }
  });
  int visits = 0;
  store->each_entry({}, [&](const std::string& bytes) {
    BOOST_CHECK(store->entry(visits) == bytes);
    BOOST_CHECK_EQUAL(store->head().size, 5);
    return ++visits < 3;
  });
  BOOST_CHECK_EQUAL(visits, 3);
  check_seqs(*store, {}, {0, 1, 2, 3, 4});  // and the next question begins anew
}

// An exception out of the visitor must leave no open cursor behind, which would keep the store's log from
// shrinking.
BOOST_FIXTURE_TEST_CASE(exception_out_of_a_visit_leaves_the_store_usable, StoreUnderTest) {
  commit([](Store& mine) {
    for (int i = 0; i < 3; ++i) {
      ledger::Entry entry = plain_entry();
      mine.append(entry);
    }
  });
  BOOST_CHECK_THROW(store->each_entry({}, [](const std::string&) -> bool { throw Error("visitor"); }), Error);
  check_seqs(*store, {}, {0, 1, 2});
  commit([](Store& mine) {
    ledger::Entry entry = plain_entry();
    BOOST_CHECK_EQUAL(mine.append(entry), 3);
  });
}

// The root as the store's nodes give it, against the one that the entries' bytes give.
inline void check_tree(Store& store) {
  ledger::Frontier by_entries;
  std::int64_t nodes = 0;
  for (std::int64_t seq = 0; seq < store.head().size; ++seq) {
    by_entries.append(ledger::leaf_hash(store.entry(seq).value()),
                      [&](std::int64_t index, const ledger::Hash& hash) {
                        BOOST_CHECK(store.node(index) == hash);
                        ++nodes;
                      });
  }
  BOOST_CHECK_THROW(store.node(nodes), Error);
}

BOOST_FIXTURE_TEST_CASE(every_entry_brings_its_nodes, StoreUnderTest) {
  for (int i = 0; i < 9; ++i) {
    commit([](Store& mine) {
      for (int k = 0; k < 3; ++k) {
        ledger::Entry entry = plain_entry();
        mine.append(entry);
      }
    });
  }
  check_tree(*store);
  reopen();
  check_tree(*store);
}

BOOST_FIXTURE_TEST_CASE(nodes_of_what_was_rolled_back_are_gone, StoreUnderTest) {
  const auto append = [](Store& mine, const std::string& reason) {
    ledger::Entry entry = plain_entry(reason);
    mine.append(entry);
  };
  commit([&](Store& mine) {
    append(mine, "kept");
    mine.savepoint();
    append(mine, "given up");
    append(mine, "given up");
    mine.rollback_to_savepoint();
    append(mine, "kept");
  });
  {
    Transaction transaction(*store);
    append(*store, "given up");
  }
  commit([&](Store& mine) { append(mine, "kept"); });
  BOOST_CHECK_EQUAL(store->head().size, 3);
  check_tree(*store);
}

BOOST_FIXTURE_TEST_CASE(two_writers_grow_one_tree, StoreUnderTest) {
  const auto other = open();
  for (int i = 0; i < 8; ++i) {
    Store& writer = i % 2 == 0 ? *store : *other;
    Transaction transaction(writer);
    ledger::Entry entry = plain_entry();
    writer.append(entry);
    transaction.commit();
  }
  check_tree(*store);
}

BOOST_FIXTURE_TEST_CASE(checkpoints_and_the_daily_day_are_kept, StoreUnderTest) {
  BOOST_CHECK(!store->last_checkpoint());
  BOOST_CHECK_EQUAL(store->last_daily(), 0);
  commit([](Store& mine) {
    mine.put_checkpoint(7, "first");
    mine.put_checkpoint(3, "second");  // of a fork
    mine.put_last_daily(20'000);
  });
  reopen();
  BOOST_CHECK(store->last_checkpoint() == "second");
  BOOST_CHECK_EQUAL(store->last_daily(), 20'000);
}
