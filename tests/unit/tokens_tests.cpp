#include <boost/test/unit_test.hpp>

#include "base/api_token.h"
#include "engine/tokens.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using ledger::EntryType;
using std::chrono::hours;
using test::EngineRig;

struct TokensRig : EngineRig {
  NewToken add(const std::string& name, const std::string& scopes = "send",
               std::optional<Millis> life = std::nullopt) {
    NewToken made;
    command([&](Context& context) { made = add_token(context, name, scopes, life); });
    return made;
  }
  store::Token revoke(const std::string& id_or_name) {
    store::Token revoked;
    command([&](Context& context) { revoked = revoke_token(context, id_or_name); });
    return revoked;
  }
  /// "code field" of what `action` is rejected with; nothing is written then.
  std::string rejection(const std::function<void()>& action) {
    const auto before = entries();
    try {
      action();
    } catch (const InputError& error) {
      BOOST_TEST(entries() == before);
      message = error.errors().front().message;
      return error.code() + " " + error.errors().front().field;
    }
    return "none";
  }
  std::string message;  // of the last rejection
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tokens_tests, TokensRig)

BOOST_AUTO_TEST_CASE(new_token_is_stored_without_its_secret_and_recorded) {
  const NewToken made = add("shop", "read,send", hours(24));
  BOOST_TEST(api_token_id(made.text.reveal()).value() == made.token.id);
  const store::Token kept = other->find_token(made.token.id).value();
  BOOST_TEST(kept.name == "shop");
  BOOST_TEST((kept.hash == api_token_hash(made.text.reveal())));
  BOOST_TEST(kept.scopes == "send read");
  BOOST_TEST(kept.actor == "token:" + kept.id);
  BOOST_TEST(!kept.single_use);
  BOOST_TEST((kept.expires_at == kept.created_at + hours(24)));
  const auto entry = entries(EntryType::TokenCreated).back();
  BOOST_TEST(entry.actor == "uid:1000");
  BOOST_TEST(entry.name.value() == "shop");
  BOOST_TEST(entry.token.value() == kept.id);
  BOOST_TEST(!add("for-ever").token.expires_at.has_value());
}

BOOST_AUTO_TEST_CASE(scopes_stand_once_each_and_in_order) {
  BOOST_TEST(add("a", "admin,read, send ,read").token.scopes == "send read admin");
  for (const char* bad : {"", ",", "send,", "send read", "Send", "all"}) {
    BOOST_TEST(rejection([&] { add("b", bad); }) == "invalid_request scopes", bad);
  }
  BOOST_TEST(rejection([&] { add("b", "send,reed"); }) == "invalid_request scopes");
  BOOST_TEST(message.ends_with("got \"reed\"; did you mean read?"));
}

BOOST_AUTO_TEST_CASE(name_is_an_id_that_names_nobody) {
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("budi@example.com"),
                                 std::string("cus_7f3k"), std::string("lk_abc"), std::string(65, 'a')}) {
    BOOST_TEST(rejection([&] { add(bad); }) == "invalid_request name", bad);
  }
  BOOST_TEST(rejection([&] { add(std::string(64, 'a')); }) == "none");
}

BOOST_AUTO_TEST_CASE(life_is_above_nothing_and_at_most_ten_years) {
  for (const Millis bad : {Millis(0), Millis(-1), kTokenLifeMax + Millis(1), Millis::max()}) {
    BOOST_TEST(rejection([&] { add("a", "send", bad); }) == "invalid_request expires");
  }
  BOOST_TEST(rejection([&] { add("a", "send", kTokenLifeMax); }) == "none");
}

BOOST_AUTO_TEST_CASE(name_is_taken_until_it_is_revoked) {
  const NewToken first = add("shop", "send", Millis(1));
  clock.advance(hours(1));  // expired, and still somebody's
  BOOST_TEST(rejection([&] { add("shop"); }) == "conflict name");
  BOOST_TEST(rejection([&] { add(first.token.id); }) == "conflict name");
  revoke("shop");
  const NewToken second = add("shop");
  BOOST_TEST(second.token.id != first.token.id);
  BOOST_TEST(revoke("shop").id == second.token.id);
}

BOOST_AUTO_TEST_CASE(revoked_token_is_kept_and_recorded) {
  const std::string id = add("shop").token.id;
  clock.advance(hours(1));
  BOOST_TEST(revoke(id).name == "shop");
  BOOST_TEST((other->find_token(id)->revoked_at == clock.now().wall));
  const auto entry = entries(EntryType::TokenRevoked).back();
  BOOST_TEST(entry.actor == "uid:1000");
  BOOST_TEST(entry.name.value() == "shop");
  BOOST_TEST(entry.token.value() == id);
}

BOOST_AUTO_TEST_CASE(only_a_token_that_is_there_and_not_revoked_can_be_revoked) {
  const NewToken made = add("shop");
  revoke("shop");
  BOOST_TEST(rejection([&] { revoke("shop"); }) == "wrong_state token");
  BOOST_TEST(rejection([&] { revoke(made.token.id); }) == "wrong_state token");
  BOOST_TEST(rejection([&] { revoke("stop"); }) == "not_found token");
  BOOST_TEST(rejection([&] { revoke(std::string(made.text.reveal())); }) == "not_found token");
  BOOST_TEST(message.find(made.text.reveal()) == std::string::npos);
  BOOST_TEST(message.starts_with("give the token's id or name"));
}

BOOST_AUTO_TEST_CASE(token_that_is_used_once_takes_no_name_and_is_not_found_by_it) {
  command([&](Context& context) {
    store::Token once;
    once.id = "once";
    once.name = "shop";
    once.single_use = true;
    once.expires_at = context.now.wall + hours(1);
    context.store.put_token(once);
  });
  BOOST_TEST(rejection([&] { revoke("shop"); }) == "not_found token");
  BOOST_TEST(rejection([&] { add("shop"); }) == "none");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
