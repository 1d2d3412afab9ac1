#include <boost/test/unit_test.hpp>
#include <thread>

#include "base/api_token.h"
#include "engine/tokens.h"
#include "support/engine_rig.h"
#include "surface/api_access.h"

namespace latchkey::surface {
namespace {

struct AccessRig : test::EngineRig {
  std::string add(const std::string& name, const std::string& scopes) {
    std::string text;
    command([&](engine::Context& context) {
      text = engine::add_token(context, name, scopes, std::nullopt).text.reveal();
    });
    return text;
  }
  std::string code(const std::string& token, const std::string& scope = "send") {
    try {
      access.require(token, scope);
    } catch (const InputError& error) {
      return error.code();
    }
    return "";
  }
  std::size_t told() { return inbox->take(100).size(); }

  ReadStores stores{folder / "latchkey.db", clock, 4};
  ApiAccess access{stores, clock, denials, *inbox};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(api_access_tests, AccessRig)

BOOST_AUTO_TEST_CASE(caller_is_who_the_token_says) {
  const std::string token = add("shop", "send");
  const ApiCaller caller = access.require(token, "send");
  BOOST_TEST(caller.token_id == api_token_id(token).value());
  BOOST_TEST(caller.actor == "token:" + caller.token_id);
  BOOST_TEST(!caller.single_use);
  BOOST_TEST(told() == 0U);
}

BOOST_AUTO_TEST_CASE(token_that_is_added_or_revoked_counts_at_once) {
  BOOST_TEST(code("") == "unauthorized");
  const std::string token = add("shop", "send");
  BOOST_TEST(code(token) == "");
  command([](engine::Context& context) { engine::revoke_token(context, "shop"); });
  BOOST_TEST(code(token) == "unauthorized");
}

BOOST_AUTO_TEST_CASE(denials_are_counted_by_known_token_and_the_engine_is_told_once) {
  const std::string token = add("shop", "send");
  const std::string id = api_token_id(token).value();
  const ApiToken unknown = make_api_token(random);
  BOOST_TEST(code(token, "audit") == "forbidden");
  BOOST_TEST(code(std::string(unknown.text.reveal())) == "unauthorized");
  BOOST_TEST(code("nonsense") == "unauthorized");
  BOOST_TEST(code("") == "unauthorized");
  BOOST_TEST((denials.counts() == engine::Denials::Counts{{"", 3}, {id, 1}}));
  BOOST_TEST(told() == 1U);
}

BOOST_AUTO_TEST_CASE(one_connection_is_used_again_and_no_more_are_opened_than_allowed) {
  store::Store* first = nullptr;
  {
    const auto lease = stores.lease();
    first = &*lease;
  }
  const auto again = stores.lease();
  BOOST_TEST(&*again == first);
  const auto second = stores.lease();
  BOOST_TEST(&*second != first);
  std::unique_ptr<ReadStores::Lease> third(new ReadStores::Lease(stores.lease()));
  std::unique_ptr<ReadStores::Lease> fourth(new ReadStores::Lease(stores.lease()));
  // The fifth waits until one is given back.
  std::thread waiting([&] { BOOST_TEST(stores.lease()->head().size > 0); });
  third.reset();
  waiting.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::surface
