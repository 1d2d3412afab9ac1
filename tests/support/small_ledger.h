#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/secret.h"
#include "engine/context.h"
#include "engine/verification.h"
#include "handover/reply_desk.h"
#include "handover/waiting_links.h"
#include "job/job.h"
#include "provider/provider.h"
#include "store/store.h"
#include "support/fake_clock.h"
#include "support/held_couriers.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"

namespace latchkey::test {

/// A small ledger in which a bit of everything has happened, written by the engine's own code, and what an
/// outsider holds of it: the public key and an anchor. Tests tamper with it.
class SmallLedger {
 public:
  explicit SmallLedger(const std::string& origin = "test/ledger");

  /// Verifies the database with key and anchors, or another file with them.
  engine::VerifyReport verify(const std::filesystem::path& file = {}) const;
  /// The codes of what verification finds.
  std::set<std::string> findings(const std::filesystem::path& file = {}) const;

  /// SQL of somebody who may write the file, and knows how to get around triggers.
  void tamper(const std::string& sql);
  SQLite::Database& database() { return *database_; }
  /// What was left behind after each step of the story: databases that hold.
  const std::vector<std::filesystem::path>& copies() const { return copies_; }
  std::filesystem::path file() const { return folder_ / "latchkey.db"; }
  std::filesystem::path copy(const std::string& name);
  /// Makes the stored tree that of the stored entries, as a careful forger would.
  void rebuild_tree();

  std::vector<ledger::FoundCheckpoint> anchors;
  std::optional<ledger::VerifierKey> key;

 private:
  void tell_story();
  void step(const std::function<void(engine::Context&)>& work);
  void sign(const std::string& where);
  job::Job call(engine::Context& context, const std::string& request_id, const provider::Result& result);
  void mailed(engine::Context& context, const std::string& request_id, const handover::MailResult& result);

  TempDir folder_;
  FakeClock clock_;
  SeededRandom random_{7};
  engine::Settings settings_;
  handover::ReplyDesk desk_;
  handover::WaitingLinks links_;
  HeldCouriers couriers_{1};
  const Secret seed_{std::string(32, 's')};
  const std::string origin_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<SQLite::Database> database_;
  std::vector<std::filesystem::path> copies_;
};

}  // namespace latchkey::test
