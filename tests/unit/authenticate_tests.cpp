#include <boost/test/unit_test.hpp>

#include "base/api_token.h"
#include "engine/authenticate.h"
#include "engine/tokens.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using std::chrono::hours;

struct AuthenticateRig : test::EngineRig {
  std::string add(const std::string& name, const std::string& scopes,
                  std::optional<Millis> life = std::nullopt) {
    std::string text;
    command([&](Context& context) { text = add_token(context, name, scopes, life).text.reveal(); });
    return text;
  }
  /// The actor that the token stands for, or the code of the rejection.
  std::string who(const std::string& token, const std::string& scope = "send") {
    const ShownToken shown = look_up_token(*other, clock.now().wall, token, scope);
    switch (shown.verdict) {
      case Verdict::Holds:
        return shown.actor;
      case Verdict::Unauthorized:
        return "unauthorized";
      case Verdict::Forbidden:
        return "forbidden";
    }
    return {};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(authenticate_tests, AuthenticateRig)

BOOST_AUTO_TEST_CASE(known_token_is_an_actor) {
  const std::string token = add("shop", "send");
  BOOST_TEST(who(token) == "token:" + api_token_id(token).value());
}

BOOST_AUTO_TEST_CASE(scope_must_be_listed_and_admin_lists_all) {
  const std::string two = add("two", "send,audit");
  const std::string admin = add("admin", "admin");
  for (const std::string_view scope : kScopes) {
    const bool listed = scope == "send" || scope == "audit";
    BOOST_TEST((who(two, std::string(scope)) == "forbidden") == !listed, scope);
    BOOST_TEST(who(admin, std::string(scope)).starts_with("token:"), scope);
  }
  const std::string operate = add("operate", "operate");
  BOOST_TEST(who(operate, "admin") == "forbidden");
  BOOST_TEST(who(operate, "opera") == "forbidden");
}

BOOST_AUTO_TEST_CASE(token_counts_no_more_from_the_moment_it_is_revoked_or_expires) {
  const std::string revoked = add("revoked", "send");
  const std::string expiring = add("expiring", "send", hours(1));
  command([](Context& context) { revoke_token(context, "revoked"); });
  BOOST_TEST(who(revoked) == "unauthorized");
  clock.advance(hours(1) - Millis(1));
  BOOST_TEST(who(expiring).starts_with("token:"));
  clock.advance(Millis(1));
  BOOST_TEST(who(expiring) == "unauthorized");
}

BOOST_AUTO_TEST_CASE(what_was_never_given_out_is_unauthorized_whatever_is_wrong_with_it) {
  const std::string token = add("shop", "send");
  std::string other_secret = std::string(make_api_token(random).text.reveal());
  for (const std::string& bad : {std::string(), token.substr(1), token + "a", other_secret}) {
    BOOST_TEST(who(bad) == "unauthorized");
    BOOST_TEST(who(bad, "admin") == "unauthorized");
  }
}

BOOST_AUTO_TEST_CASE(known_token_is_named_whatever_is_wrong_with_it) {
  const std::string token = add("shop", "send");
  const std::string id = api_token_id(token).value();
  BOOST_TEST(look_up_token(*other, clock.now().wall, token, "read").id == id);
  command([](Context& context) { revoke_token(context, "shop"); });
  BOOST_TEST(look_up_token(*other, clock.now().wall, token, "send").id == id);
  BOOST_TEST(look_up_token(*other, clock.now().wall, token, "send").actor.empty());
  const ApiToken unknown = make_api_token(random);
  BOOST_TEST(look_up_token(*other, clock.now().wall, unknown.text.reveal(), "send").id.empty());
}

BOOST_AUTO_TEST_CASE(single_use_token_is_used_up_once) {
  const ApiToken made = make_api_token(random);
  command([&](Context& context) {
    store::Token token;
    token.id = made.id;
    token.hash = api_token_hash(made.text.reveal());
    token.scopes = "send";
    token.actor = "uid:1000";
    token.single_use = true;
    context.store.put_token(token);
  });
  BOOST_TEST(look_up_token(*other, clock.now().wall, made.text.reveal(), "send").single_use);
  command([&](Context& context) { use_up_token(context, made.id); });
  BOOST_CHECK_EXCEPTION(command([&](Context& context) { use_up_token(context, made.id); }), InputError,
                        [](const InputError& error) { return error.code() == "unauthorized"; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
