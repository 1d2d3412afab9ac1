#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/support/small_ledger.h"

namespace latchkey::store {

using test::SmallLedger;

BOOST_AUTO_TEST_SUITE(sqlite_evidence_tests)

BOOST_AUTO_TEST_CASE(a_row_of_nodes_that_was_cut_or_stretched_is_caught) {
  for (const char* hashes :
       {"substr(hashes, 1, length(hashes) - 1)", "substr(hashes, 1, length(hashes) - 32)", "zeroblob(0)",
        "CAST(hashes || hashes AS BLOB)"}) {
    SmallLedger ledger;
    ledger.tamper(std::string("UPDATE ledger_node SET hashes = ") + hashes +
                  " WHERE idx = (SELECT idx FROM ledger_node ORDER BY length(hashes) DESC LIMIT 1)");
    BOOST_TEST(!ledger.findings().empty(), hashes);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::store
