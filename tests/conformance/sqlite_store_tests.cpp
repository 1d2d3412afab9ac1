// SqliteStore under the suite that every store must pass; what is SQLite's own is in
// unit/sqlite_schema_tests.cpp.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "conformance/store_fixture.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/random_ledger.h"
#include "support/temp_dir.h"

namespace latchkey::store {

BOOST_AUTO_TEST_SUITE(sqlite_store_tests)

class StoreUnderTest : public StoreFixture {
 public:
  StoreUnderTest() {
    create_database(path_, clock);
    store = std::make_unique<SqliteStore>(path_, clock);
  }
  std::unique_ptr<Store> open(Millis wait = std::chrono::seconds(5)) override {
    return std::make_unique<SqliteStore>(path_, clock, Access::ReadWrite, wait);
  }

 private:
  TempDir folder_;
  const std::filesystem::path path_ = folder_ / "latchkey.db";
};

#include "conformance/store_suite.h"
BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::store
