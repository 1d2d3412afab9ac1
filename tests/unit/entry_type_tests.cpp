#include <boost/test/unit_test.hpp>
#include <sstream>

#include "ledger/entry_type.h"

namespace latchkey::ledger {

BOOST_AUTO_TEST_SUITE(entry_type_tests)

// The closed list as docs/ledger.md publishes it, in the order of the enum.
BOOST_AUTO_TEST_CASE(names_are_the_published_ones_and_lead_back) {
  std::istringstream published(
      "log.init log.restored daemon.start daemon.stop job.accepted job.refused job.cancelled job.held "
      "job.released "
      "job.closed job.failed job.reprocessed attempt.intent attempt.result attempt.late handover.intent "
      "handover.result link.claimed link.expired batch.submitted batch.paused batch.resumed batch.cancelled "
      "batch.finished occurrence.missed occurrence.skipped recipient.skipped schedule.enabled "
      "schedule.disabled provider.paused "
      "provider.resumed "
      "subject.erased jobs.pruned audit.export audit.reveal token.created token.revoked key.rotated "
      "config.changed "
      "clock.jump auth.denied checkpoint.daily");
  int count = 0;
  for (std::string text; published >> text; ++count) {
    const auto type = static_cast<EntryType>(count);
    BOOST_CHECK_EQUAL(name(type), text);
    BOOST_CHECK_MESSAGE(entry_type_named(text) == type, text);
  }
  BOOST_CHECK_EQUAL(count, static_cast<int>(EntryType::CheckpointDaily) + 1);
}

BOOST_AUTO_TEST_CASE(unknown_words_are_no_type) {
  for (const char* text : {"", "job", "job.", "job.accepted ", "Job.accepted", "job_accepted", "job.done"}) {
    BOOST_CHECK_MESSAGE(!entry_type_named(text), text);
  }
  BOOST_CHECK_THROW(name(static_cast<EntryType>(static_cast<int>(EntryType::CheckpointDaily) + 1)),
                    std::out_of_range);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::ledger
