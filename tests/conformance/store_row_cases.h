// Part of store_suite.h: subjects, gates, epochs and API tokens.

inline Subject subject_named(const std::string& id, const std::string& recipient) {
  Subject subject;
  subject.id = id;
  subject.recipient = recipient;
  subject.address = recipient;
  subject.salt = std::string("\0salt\xFF", 6) + std::string(26, '\x80');
  return subject;
}

inline void check_same(const Subject& a, const Subject& b) {
  BOOST_CHECK_EQUAL(a.id, b.id);
  BOOST_CHECK(a.provider == b.provider);
  BOOST_CHECK_EQUAL(a.recipient, b.recipient);
  BOOST_CHECK_EQUAL(a.address, b.address);
  BOOST_CHECK(a.salt == b.salt);
  BOOST_CHECK(a.last_accepted_seq == b.last_accepted_seq);
  BOOST_CHECK(a.deliver_to == b.deliver_to);
}

inline void check_same(const job::Gate& a, const job::Gate& b) {
  BOOST_CHECK(a.provider == b.provider);
  BOOST_CHECK_EQUAL(a.tat.count(), b.tat.count());
  BOOST_CHECK(a.wait_until == b.wait_until);
  BOOST_CHECK_EQUAL(a.since_batch, b.since_batch);
  BOOST_CHECK_EQUAL(a.paused, b.paused);
  BOOST_CHECK_EQUAL(a.paused_by_system, b.paused_by_system);
  BOOST_CHECK_EQUAL(a.pause_reason, b.pause_reason);
  BOOST_CHECK(a.pause_code == b.pause_code);
  BOOST_CHECK_EQUAL(a.paused_by, b.paused_by);
  BOOST_CHECK(a.paused_at == b.paused_at);
}

inline void check_same(const Token& a, const Token& b) {
  BOOST_CHECK_EQUAL(a.id, b.id);
  BOOST_CHECK_EQUAL(a.name, b.name);
  BOOST_CHECK(a.hash == b.hash);
  BOOST_CHECK_EQUAL(a.scopes, b.scopes);
  BOOST_CHECK_EQUAL(a.actor, b.actor);
  BOOST_CHECK_EQUAL(a.single_use, b.single_use);
  BOOST_CHECK(a.created_at == b.created_at);
  BOOST_CHECK(a.expires_at == b.expires_at);
  BOOST_CHECK(a.revoked_at == b.revoked_at);
}

inline Token token_named(const std::string& id, TimePoint created_at) {
  Token token;
  token.id = id;
  token.name = "shop";
  token.hash = std::string("\0hash\xFF", 6) + std::string(26, '\x80');
  token.scopes = "read send";
  token.actor = "token:" + id;
  token.created_at = created_at;
  return token;
}

BOOST_FIXTURE_TEST_CASE(subject_is_found_by_id_and_by_recipient, StoreUnderTest) {
  Subject subject = subject_named("s1", "budi@example.com");
  commit([&](Store& mine) { mine.put_subject(subject); });
  reopen();
  check_same(store->subject("s1").value(), subject);
  check_same(store->find_subject(job::Provider::Mayar, "budi@example.com").value(), subject);
  BOOST_CHECK(!store->subject("s2"));
  BOOST_CHECK(!store->find_subject(job::Provider::Nomos, "budi@example.com"));
  BOOST_CHECK(!store->find_subject(job::Provider::Mayar, "Budi@example.com"));
}

BOOST_FIXTURE_TEST_CASE(known_subject_keeps_its_salt_and_gets_a_new_address, StoreUnderTest) {
  const Subject subject = subject_named("s1", "budi@example.com");
  commit([&](Store& mine) { mine.put_subject(subject); });
  Subject again = subject;
  again.address = "Budi@Example.com";
  again.last_accepted_seq = 7;
  again.salt = std::string(32, 'z');  // a new one would make every commitment before it a lie
  commit([&](Store& mine) { mine.put_subject(again); });
  again.salt = subject.salt;
  check_same(store->subject("s1").value(), again);
}

BOOST_FIXTURE_TEST_CASE(address_for_mails_comes_back_and_moves, StoreUnderTest) {
  Subject subject = subject_named("s1", "cus_1");
  subject.provider = job::Provider::Nomos;
  commit([&](Store& mine) { mine.put_subject(subject); });
  reopen();
  BOOST_CHECK(!store->subject("s1")->deliver_to);
  for (const char* address : {"Budi@Example.com", "siti@example.com"}) {
    subject.deliver_to = address;
    commit([&](Store& mine) { mine.put_subject(subject); });
    reopen();
    check_same(store->subject("s1").value(), subject);
    check_same(store->find_subject(job::Provider::Nomos, "cus_1").value(), subject);
  }
}

// By what the address means, not by how it was written: "BÜCHER" and its punycode are one domain.
BOOST_FIXTURE_TEST_CASE(subjects_are_found_by_the_address_for_their_mails, StoreUnderTest) {
  commit([&](Store& mine) {
    const auto put = [&](const std::string& id, const std::optional<std::string>& deliver_to) {
      Subject subject = subject_named(id, "cus_" + id);
      subject.provider = job::Provider::Nomos;
      subject.deliver_to = deliver_to;
      mine.put_subject(subject);
    };
    put("a", "Budi@BÜCHER.example");
    put("b", "budi@xn--bcher-kva.example");
    put("c", "abudi@xn--bcher-kva.example");
    put("d", std::nullopt);
    put("e", "no address at all");
    Subject recipient = subject_named("f", "budi@xn--bcher-kva.example");  // of mayar
    mine.put_subject(recipient);
  });
  LATCHKEY_CHECK_IDS(store->subjects_mailed_to("budi@xn--bcher-kva.example"), "a", "b");
  check_same(store->subjects_mailed_to("abudi@xn--bcher-kva.example").at(0), store->subject("c").value());
  LATCHKEY_CHECK_IDS(store->subjects_mailed_to("nobody@example.com"));
  commit([](Store& mine) { mine.erase_subject("a"); });
  LATCHKEY_CHECK_IDS(store->subjects_mailed_to("budi@xn--bcher-kva.example"), "b");
}

BOOST_FIXTURE_TEST_CASE(one_recipient_of_a_provider_is_one_subject, StoreUnderTest) {
  commit([&](Store& mine) {
    mine.put_subject(subject_named("s1", "same"));
    Subject of_other_provider = subject_named("s2", "same");
    of_other_provider.provider = job::Provider::Nomos;
    mine.put_subject(of_other_provider);
  });
  BOOST_CHECK_EQUAL(store->find_subject(job::Provider::Nomos, "same")->id, "s2");
  const auto second = [&] { commit([&](Store& mine) { mine.put_subject(subject_named("s3", "same")); }); };
  BOOST_CHECK_THROW(second(), Error);
  BOOST_CHECK_EQUAL(store->find_subject(job::Provider::Mayar, "same")->id, "s1");
}

BOOST_FIXTURE_TEST_CASE(gate_nobody_has_moved_is_open, StoreUnderTest) {
  for (const auto provider : job::kProviders) {
    job::Gate open_gate;
    open_gate.provider = provider;
    check_same(store->gate(provider), open_gate);
  }
}

BOOST_FIXTURE_TEST_CASE(gate_comes_back_with_every_member, StoreUnderTest) {
  job::Gate gate;
  gate.provider = job::Provider::Nomos;
  gate.tat = job::Micros(1'780'000'000'123'456);
  gate.wait_until = start + Millis(1);
  gate.since_batch = 9;
  gate.paused = true;
  gate.paused_by_system = true;
  gate.pause_reason = "credentials";
  gate.pause_code = job::Code::Unauthorized;
  gate.paused_by = "system";
  gate.paused_at = start + Millis(2);
  commit([&](Store& mine) { mine.put_gate(gate); });
  reopen();
  check_same(store->gate(job::Provider::Nomos), gate);
  BOOST_CHECK(!store->gate(job::Provider::Mayar).paused);

  gate.wait_until.reset();
  gate.pause_code.reset();
  gate.paused = gate.paused_by_system = false;
  commit([&](Store& mine) { mine.put_gate(gate); });
  check_same(store->gate(job::Provider::Nomos), gate);
}

BOOST_FIXTURE_TEST_CASE(every_epoch_is_larger_than_the_one_before, StoreUnderTest) {
  const auto other = open();
  BOOST_CHECK_EQUAL(store->epoch(), 0);
  std::int64_t mine_epoch = 0;
  commit([&](Store& mine) { mine_epoch = mine.take_epoch(); });
  BOOST_CHECK_GT(mine_epoch, 0);
  BOOST_CHECK_EQUAL(store->epoch(), mine_epoch);
  {
    Transaction transaction(*other);
    BOOST_CHECK_GT(other->take_epoch(), mine_epoch);
    transaction.commit();
  }
  BOOST_CHECK_GT(store->epoch(), mine_epoch);  // how a daemon sees that it was replaced
}

BOOST_FIXTURE_TEST_CASE(token_comes_back_with_every_member, StoreUnderTest) {
  Token token = token_named("tk_1", start);
  commit([&](Store& mine) { mine.put_token(token); });
  reopen();
  check_same(store->find_token("tk_1").value(), token);
  BOOST_CHECK(!store->find_token("tk_2"));
  token.single_use = true;
  token.expires_at = start + Millis(1);
  token.revoked_at = start + Millis(2);
  commit([&](Store& mine) { mine.put_token(token); });
  check_same(store->find_token("tk_1").value(), token);
  commit([&](Store& mine) {
    mine.drop_token("tk_1");
    mine.drop_token("tk_1");  // dropping what is gone does nothing
  });
  BOOST_CHECK(!store->find_token("tk_1"));
}

BOOST_FIXTURE_TEST_CASE(only_expired_single_use_tokens_are_cleared_away, StoreUnderTest) {
  commit([&](Store& mine) {
    for (const bool single_use : {false, true}) {
      for (const int expires : {-1, 0, 1, 2}) {  // -1: never
        Token token = token_named((single_use ? "once-" : "lasting-") + std::to_string(expires), start);
        token.single_use = single_use;
        if (expires >= 0) token.expires_at = start + Millis(expires);
        mine.put_token(token);
      }
    }
    mine.drop_expired_tokens(start + Millis(1));
  });
  for (const char* kept : {"once--1", "once-2", "lasting--1", "lasting-0", "lasting-1", "lasting-2"}) {
    BOOST_CHECK_MESSAGE(store->find_token(kept), kept);
  }
  for (const char* dropped : {"once-0", "once-1"}) BOOST_CHECK_MESSAGE(!store->find_token(dropped), dropped);
}

BOOST_FIXTURE_TEST_CASE(tokens_are_listed_oldest_first_without_single_use_ones_that_have_expired,
                        StoreUnderTest) {
  BOOST_CHECK(store->tokens().empty());
  const Token second = token_named("b", start + Millis(2));
  Token first = token_named("c", start + Millis(1));
  first.expires_at = start;
  const Token third = token_named("a", start + Millis(3));
  commit([&](Store& mine) {
    for (const Token& token : {second, first, third}) mine.put_token(token);
    for (const int expires : {0, 1}) {
      Token once = token_named("once-" + std::to_string(expires), start + Millis(4));
      once.single_use = true;
      once.expires_at = start + Millis(expires);
      mine.put_token(once);
    }
    mine.put_token(first);  // written once more, it is as old as before
  });
  reopen();
  const std::vector<Token> listed = store->tokens();
  BOOST_REQUIRE_EQUAL(listed.size(), 4U);
  check_same(listed[0], first);
  check_same(listed[1], second);
  check_same(listed[2], third);
  BOOST_CHECK_EQUAL(listed[3].id, "once-1");
  clock.advance(Millis(1));
  BOOST_CHECK_EQUAL(store->tokens().size(), 3U);
}

BOOST_FIXTURE_TEST_CASE(token_is_revoked_once_and_stays_listed, StoreUnderTest) {
  Token token = token_named("tk_1", start);
  const Token other = token_named("tk_2", start + Millis(1));
  commit([&](Store& mine) {
    mine.put_token(token);
    mine.put_token(other);
    BOOST_CHECK(!mine.revoke_token("tk_3", start));
  });
  commit([&](Store& mine) { BOOST_CHECK(mine.revoke_token("tk_1", start + Millis(5))); });
  commit([&](Store& mine) { BOOST_CHECK(!mine.revoke_token("tk_1", start + Millis(6))); });
  reopen();
  token.revoked_at = start + Millis(5);
  check_same(store->find_token("tk_1").value(), token);
  check_same(store->tokens().at(0), token);
  check_same(store->tokens().at(1), other);
}
