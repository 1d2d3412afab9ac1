#include <boost/test/unit_test.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "base/json.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"
#include "support/source_dir.h"
#include "surface/api_error.h"
#include "surface/api_open_routes.h"
#include "surface/api_read_routes.h"
#include "surface/api_write_routes.h"
#include "surface/openapi_document.h"

namespace latchkey::surface {
namespace {

/// The routes that the daemon serves, of parts that nobody uses.
std::vector<ApiRoute> all_routes() {
  static FakeClock clock;
  static SeededRandom random{1};
  static const Config config;
  static const engine::Settings settings;
  static engine::Inbox inbox;
  static handover::ReplyDesk desk;
  static handover::WaitingLinks links;
  static ReadStores stores("nowhere", clock, 1);
  static engine::PublishedCheckpoint checkpoint;
  static engine::Pulse pulse;
  static const engine::Tally tally;
  static const engine::Denials denials;
  static FigureBoard figures([](TimePoint) { return Figures(); }, clock);
  std::vector<ApiRoute> routes = write_routes({config, inbox, desk, links, stores, clock, random});
  for (auto& more : {read_routes({config, settings, inbox, checkpoint, pulse, figures, stores, clock}),
                     open_routes({settings, pulse, tally, checkpoint, denials, figures, clock})}) {
    routes.insert(routes.end(), more.begin(), more.end());
  }
  return routes;
}

Json document() {
  return Json::parse(openapi_document());
}

// "get /v1/jobs read"
std::string words_of(const std::string& method, const std::string& path, const std::string& scope) {
  std::string text = method + " " + path + " " + scope;
  for (char& c : text) c = c == ' ' ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

BOOST_AUTO_TEST_SUITE(openapi_document_tests)

BOOST_AUTO_TEST_CASE(document_is_the_file_byte_for_byte) {
  const std::ifstream file(test::source_dir() / "docs/openapi.json");
  std::stringstream bytes;
  bytes << file.rdbuf();
  BOOST_TEST(bytes.str().size() > 10'000U);
  BOOST_TEST((bytes.str() == openapi_document()));
}

BOOST_AUTO_TEST_CASE(document_has_every_route_with_its_scope_and_no_other) {
  std::set<std::string> served, documented;
  for (const ApiRoute& route : all_routes()) {
    served.insert(words_of(route.method, route.path, route.scope.value_or("-")));
  }
  const Json whole = document();
  for (const auto& [path, item] : whole["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      const Json& security = operation["security"];
      documented.insert(
          words_of(method, path, security.empty() ? "-" : security[0]["token"][0].get<std::string>()));
    }
  }
  BOOST_TEST(served == documented, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(codes_have_the_statuses_that_they_are_answered_with) {
  const Json codes = document()["x-codes"];
  BOOST_TEST(codes.size() > 15U);
  for (const auto& [code, status] : codes.items()) BOOST_TEST(status_of(code) == status.get<int>(), code);
}

// Job codes that the document lists are those there are.
BOOST_AUTO_TEST_CASE(words_are_those_of_the_program) {
  const Json schemas = document()["components"]["schemas"];
  const auto same = [&](const char* schema, auto last) {
    const auto names = schemas[schema]["enum"].get<std::vector<std::string>>();
    BOOST_REQUIRE_EQUAL(names.size(), static_cast<std::size_t>(last) + 1);
    for (std::size_t i = 0; i < names.size(); ++i) {
      BOOST_TEST(names[i] == name(static_cast<decltype(last)>(i)), schema);
    }
  };
  same("Provider", job::Provider::Nomos);
  same("State", job::State::Cancelled);
  same("Outcome", job::Outcome::Unknown);
  same("Code", job::Code::AlreadySent);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface
