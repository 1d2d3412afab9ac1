#include <boost/test/unit_test.hpp>

#include "base/crypto.h"
#include "ledger/verifier_key.h"

namespace latchkey::ledger {
namespace {

BOOST_AUTO_TEST_SUITE(verifier_key_tests)

// The four-entry log of docs/ledger.md.
BOOST_AUTO_TEST_CASE(matches_the_golden_key) {
  std::string seed;
  for (char byte = 0; byte < 32; ++byte) seed += byte;
  BOOST_TEST(verifier_key("latchkey.example/ledger", ed25519_public_key(Secret(seed))) ==
             "latchkey.example/ledger+f7153fdf+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::ledger
