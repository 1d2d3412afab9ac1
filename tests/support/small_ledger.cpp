#include "support/small_ledger.h"

#include <sqlite3.h>

#include <boost/test/unit_test.hpp>

#include "base/crypto.h"
#include "engine/attempt.h"
#include "engine/claim.h"
#include "engine/erasure.h"
#include "engine/operations.h"
#include "engine/record.h"
#include "engine/submit.h"
#include "ledger/checkpoint.h"
#include "store/sqlite_evidence.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/engine_rig.h"

namespace latchkey::test {

using job::Code;
using job::Outcome;
using ledger::EntryType;

SmallLedger::SmallLedger(const std::string& origin) : folder_(fast_folder()), origin_(origin) {
  for (const job::Provider provider : job::kProviders) settings_.of(provider).on = true;
  settings_.mails = true;
  store::create_database(file(), clock_);
  store_ = std::make_unique<store::SqliteStore>(file(), clock_);
  database_ = std::make_unique<SQLite::Database>(file().string(), SQLite::OPEN_READWRITE, 5000);
  database_->exec("PRAGMA synchronous=OFF");
  sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  key = ledger::VerifierKey{origin, ed25519_public_key(seed_)};
  tell_story();
}

void SmallLedger::step(const std::function<void(engine::Context&)>& work) {
  {
    store::Transaction transaction(*store_);
    engine::Forecasts forecasts(*store_, settings_, transaction.now().wall);
    engine::Context context{*store_, random_, settings_, forecasts, transaction.now(), "token:t1"};
    work(context);
    transaction.commit();
  }
  copies_.push_back(copy("copy-" + std::to_string(copies_.size()) + ".db"));
  clock_.advance(Millis(10));
}

std::filesystem::path SmallLedger::copy(const std::string& name) {
  const std::filesystem::path path = folder_ / name;
  std::filesystem::remove(path);
  database_->exec("VACUUM INTO '" + path.string() + "'");
  return path;
}

job::Job SmallLedger::call(engine::Context& context, const std::string& request_id,
                           const provider::Result& result) {
  job::Job job = store_->find_job(request_id).value();
  ledger::Entry intent;
  intent.type = EntryType::AttemptIntent;
  intent.attempt = ++job.attempts;
  engine::record(context, job, std::move(intent));
  engine::CredentialHistory credentials;
  engine::HandOvers hand_overs(desk_, links_, couriers_.idle_mailers());
  engine::apply_result(context, job, context.now, result, Secret(std::string(32, 'k')), credentials,
                       hand_overs);
  hand_overs.carry_out(couriers_);
  return job;
}

void SmallLedger::mailed(engine::Context& context, const std::string& request_id,
                         const handover::MailResult& result) {
  engine::HandOvers hand_overs(desk_, links_, couriers_.idle_mailers());
  hand_overs.mailed(context, {request_id, 1, couriers_.mails.front().number}, result);
  couriers_.mails.clear();
  hand_overs.carry_out(couriers_);
}

void SmallLedger::tell_story() {
  const auto entry = [this](const std::function<void(ledger::Entry&)>& fill) {
    return [this, fill](engine::Context&) {
      ledger::Entry one;
      fill(one);
      store_->append(one);
    };
  };
  step(entry([this](ledger::Entry& one) { one.origin = origin_; }));
  step([&](engine::Context& context) { engine::submit(context, mail("sent", "Budi@Example.com")); });
  step([&](engine::Context& context) {
    provider::Result result = accepted();
    result.provider_request_id = "p-1";
    call(context, "sent", result);
  });
  step([&](engine::Context& context) { engine::submit(context, link("minted", "cus_1")); });
  const auto caller = desk_.open("minted");
  step([&](engine::Context& context) {
    job::Job job = call(context, "minted", minted("https://a.customerportal.energy/x"));
    engine::HandOvers(desk_, links_, 0).replied(context, job, Outcome::Accepted);
  });
  sign("checkpoints.log line 1");
  step([&](engine::Context& context) { engine::submit(context, mail("held", "Budi@Example.com")); });
  step([&](engine::Context& context) { call(context, "held", ended(Outcome::Unknown, Code::Timeout)); });
  step([&](engine::Context& context) { engine::close(context, "held", true, "seen in the mailbox"); });
  step([&](engine::Context& context) { engine::submit(context, mail("retried", "siti@example.com")); });
  step([&](engine::Context& context) { call(context, "retried", ended(Outcome::NotSent, Code::Connect)); });
  step([&](engine::Context& context) { engine::submit(context, mail("erased", "gone@example.com")); });
  step([&](engine::Context& context) {
    const auto subject = store_->find_subject(job::Provider::Mayar, "gone@example.com");
    engine::erase(context, {subject.value()}, "asked for it", false);
  });
  step([&](engine::Context&) {
    BOOST_REQUIRE(store_->prune_job("erased"));
    ledger::Entry one;
    one.type = EntryType::JobsPruned;
    one.count = 1;
    store_->append(one);
  });
  step([&](engine::Context& context) {
    engine::submit(context, mailed_link("mailed", "Customer@Example.com", "cus_2"));
  });
  step([&](engine::Context& context) {
    call(context, "mailed", minted("https://a.customerportal.energy/y"));
  });
  step([&](engine::Context& context) {
    mailed(context, "mailed", {Outcome::NotSent, Code::SmtpDeferred});
    engine::HandOvers hand_overs(desk_, links_, 1);
    context.now.boot += std::chrono::minutes(2);  // the next try is due
    hand_overs.look_after(context, false);
    hand_overs.carry_out(couriers_);
  });
  step([&](engine::Context& context) { mailed(context, "mailed", {Outcome::Accepted, std::nullopt}); });
  for (const char* request_id : {"claimed", "expired"}) {
    step([&](engine::Context& context) { engine::submit(context, claimable_link(request_id)); });
    step([&](engine::Context& context) {
      call(context, request_id, minted("https://a.customerportal.energy/" + std::string(request_id)));
    });
  }
  step([&](engine::Context& context) { engine::claim(context, links_, "claimed"); });
  step([&](engine::Context& context) {
    job::Job job = store_->find_job("expired").value();
    engine::HandOvers(desk_, links_, 0).abandon(context, job, Code::Crash);
  });
  step([&](engine::Context& context) { engine::submit(context, mail("queued", "next@example.com")); });
  sign("checkpoint");
}

void SmallLedger::sign(const std::string& where) {
  const std::int64_t size = store_->head().size;
  const ledger::Hash root =
      ledger::tree_root(size, [this](std::int64_t index) { return store_->node(index); });
  const std::string note = ledger::sign_checkpoint({origin_, size, root}, seed_);
  anchors.push_back({where, note, true});
  store::Transaction transaction(*store_);
  store_->put_checkpoint(size, note);
  transaction.commit();
}

void SmallLedger::tamper(const std::string& sql) {
  database_->exec(sql);
}

void SmallLedger::rebuild_tree() {
  database_->exec("DELETE FROM ledger_node");
  ledger::Frontier tree;
  SQLite::Statement entries(*database_, "SELECT entry FROM ledger ORDER BY seq");
  SQLite::Statement node(*database_, "INSERT INTO ledger_node VALUES (?, ?)");
  while (entries.executeStep()) {
    tree.append(ledger::leaf_hash(entries.getColumn(0).getString()),
                [&](std::int64_t index, const ledger::Hash& hash) {
                  node.bind(1, index);
                  node.bind(2, hash.data(), static_cast<int>(hash.size()));
                  node.exec();
                  node.reset();
                });
  }
}

engine::VerifyReport SmallLedger::verify(const std::filesystem::path& file_of) const {
  return engine::verify(store::sqlite_evidence(file_of.empty() ? file() : file_of), {key, anchors, {}});
}

std::set<std::string> SmallLedger::findings(const std::filesystem::path& file_of) const {
  const engine::VerifyReport report = verify(file_of);
  std::set<std::string> codes;
  for (const auto& [code, count] : report.findings.counts()) codes.insert(code);
  return codes;
}

}  // namespace latchkey::test
