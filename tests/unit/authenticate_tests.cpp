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
    std::string actor;
    try {
      command([&](Context& context) {
        authenticate(context, token, scope);
        actor = context.actor;
      });
    } catch (const InputError& error) {
      return error.code();
    }
    return actor;
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine
