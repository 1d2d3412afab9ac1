#include <boost/test/unit_test.hpp>

#include "base/files.h"
#include "sandbox/fault_plan.h"
#include "sandbox/faults.h"
#include "support/source_dir.h"

using namespace latchkey::sandbox;

namespace {

/// "throttle2 cutafter-1": names and counts of what a recipient asks for.
std::string asked(Api api, const std::string& recipient) {
  std::string text;
  for (const FaultRun& run : faults_of_recipient(api, recipient)) {
    text += (text.empty() ? "" : " ") + std::string(kind_of(run.fault).name) + std::to_string(run.count);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sandbox_faults_tests)

BOOST_AUTO_TEST_CASE(reads_the_tags_of_an_email) {
  BOOST_TEST(asked(Api::Mayar, "budi+notfound@example.com") == "notfound-1");
  BOOST_TEST(asked(Api::Mayar, "Budi+Throttle2@example.com") == "throttle2");
  BOOST_TEST(asked(Api::Mayar, "b+throttle2+cutafter1@example.com") == "throttle2 cutafter1");
  BOOST_TEST(asked(Api::Mayar, "b+news+hidden4043@example.com") == "hidden4043");
}

BOOST_AUTO_TEST_CASE(takes_no_name_for_a_tag) {
  BOOST_TEST(asked(Api::Mayar, "hang@example.com") == "");
  BOOST_TEST(asked(Api::Mayar, "b+hanger@example.com") == "");
  BOOST_TEST(asked(Api::Mayar, "b@x+hang.example.com") == "");
  BOOST_TEST(asked(Api::Nomos, "cus_abc_hang") == "");
  BOOST_TEST(asked(Api::Nomos, "hang") == "");
}

BOOST_AUTO_TEST_CASE(reads_the_tags_of_a_customer_id) {
  BOOST_TEST(asked(Api::Nomos, "cus_notfoundabc") == "notfound-1");
  BOOST_TEST(asked(Api::Nomos, "cus_throttle2_cutbefore1_abc") == "throttle2 cutbefore1");
  BOOST_TEST(asked(Api::Nomos, "cus_throttledate") == "throttledate-1");
}

BOOST_AUTO_TEST_CASE(gives_a_provider_only_its_own_faults) {
  BOOST_TEST(asked(Api::Mayar, "b+foreignhost@example.com") == "");
  BOOST_TEST(asked(Api::Nomos, "cus_hidden404") == "");
  BOOST_TEST(!fault_named(Api::Mayar, Route::Send, "checkout"));
  BOOST_TEST(!fault_named(Api::Mayar, Route::Send, "throttle2"));
  BOOST_TEST(!fault_named(Api::Mayar, Route::Send, ""));
  BOOST_TEST((fault_named(Api::Mayar, Route::Send, "throttle") == Fault::Throttle));
}

BOOST_AUTO_TEST_CASE(look_ups_have_faults_of_their_own) {
  BOOST_TEST((fault_named(Api::Nomos, Route::Customer, "noemail") == Fault::NoEmail));
  BOOST_TEST((fault_named(Api::Nomos, Route::Customer, "error500") == Fault::Error500));
  BOOST_TEST(!fault_named(Api::Nomos, Route::Customer, "checkout"));
  BOOST_TEST(!fault_named(Api::Nomos, Route::Customer, "hidden404"));
  BOOST_TEST(!fault_named(Api::Nomos, Route::Send, "noemail"));
  BOOST_TEST(asked(Api::Nomos, "cus_noemail") == "");
}

BOOST_AUTO_TEST_CASE(every_fault_is_documented) {
  const std::string page = latchkey::read_file(latchkey::test::source_dir() / "docs/sandbox.md", 1 << 20);
  for (const FaultKind& kind : fault_kinds()) {
    BOOST_TEST(page.find("| `" + std::string(kind.name) + "` |") != std::string::npos,
               kind.name << " is not in the table of docs/sandbox.md");
  }
}

BOOST_AUTO_TEST_CASE(recipient_meets_its_faults_in_order_and_then_none) {
  FaultPlan plan;
  const std::string recipient = "b+throttle2+cutafter1@example.com";
  BOOST_TEST((plan.next_of_recipient(Api::Mayar, recipient) == Fault::Throttle));
  BOOST_TEST((plan.next_of_recipient(Api::Mayar, recipient) == Fault::Throttle));
  // Another recipient with the same tags has calls of its own.
  BOOST_TEST((plan.next_of_recipient(Api::Mayar, "c+throttle2@example.com") == Fault::Throttle));
  BOOST_TEST((plan.next_of_recipient(Api::Mayar, recipient) == Fault::CutAfter));
  BOOST_TEST((plan.next_of_recipient(Api::Mayar, recipient) == Fault::None));
  plan.clear();
  BOOST_TEST((plan.next_of_recipient(Api::Mayar, recipient) == Fault::None));
  plan.reset();
  BOOST_TEST((plan.next_of_recipient(Api::Mayar, recipient) == Fault::Throttle));
}

BOOST_AUTO_TEST_CASE(ordered_faults_are_used_up_in_order) {
  FaultPlan plan;
  plan.order(Api::Mayar, Route::Send, Fault::Error500, 2);
  plan.order(Api::Mayar, Route::Send, Fault::Hang, -1);
  plan.order(Api::Nomos, Route::Token, Fault::Drop, 0);
  BOOST_TEST((plan.next_ordered(Api::Nomos, Route::Send) == Fault::None));
  BOOST_TEST((plan.next_ordered(Api::Nomos, Route::Token) == Fault::None));
  BOOST_TEST((plan.next_ordered(Api::Mayar, Route::Send) == Fault::Error500));
  BOOST_TEST(plan.shown().size() == 2);
  BOOST_TEST(plan.shown()[0]["count"] == 1);
  BOOST_TEST((plan.next_ordered(Api::Mayar, Route::Send) == Fault::Error500));
  for (int i = 0; i < 5; ++i) BOOST_TEST((plan.next_ordered(Api::Mayar, Route::Send) == Fault::Hang));
  plan.clear();
  BOOST_TEST((plan.next_ordered(Api::Mayar, Route::Send) == Fault::None));
}

BOOST_AUTO_TEST_SUITE_END()
