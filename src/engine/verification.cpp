#include "engine/verification.h"

#include <future>

#include "base/random.h"
#include "ledger/entry_check.h"
#include "ledger/tree_check.h"

namespace latchkey::engine {
namespace {

using ledger::Findings;
using store::Evidence;

constexpr std::int64_t kProgressEvery = 1 << 14;

// What cannot be read for damage is a finding, and the rest is looked at all the same.
template <typename Work>
void or_damaged(Findings& findings, const char* what, Work work) {
  try {
    work();
  } catch (const store::Damaged&) {
    findings.add("E_INTEGRITY", std::nullopt, "",
                 std::string("the database is damaged: ") + what + " cannot be read to the end");
  }
}

Findings check_file(const store::OpenEvidence& open) {
  Findings findings;
  const std::unique_ptr<Evidence> evidence = open();
  or_damaged(findings, "its schema", [&] {
    for (const std::string& fault : evidence->schema_faults()) {
      findings.add("E_SCHEMA", std::nullopt, "", fault);
    }
  });
  or_damaged(findings, "a table or an index", [&] {
    for (const std::string& fault : evidence->integrity_faults()) {
      findings.add("E_INTEGRITY", std::nullopt, "", "the database's own check says: " + fault);
    }
  });
  return findings;
}

// The tree needs its own pass over the bytes: hashing them takes as long as understanding them.
std::unique_ptr<ledger::TreeCheck> check_tree(const store::OpenEvidence& open, std::int64_t size,
                                              std::set<std::int64_t> sizes) {
  const std::unique_ptr<Evidence> evidence = open();
  // A daemon may have added to it since.
  const auto nodes = evidence->nodes(ledger::node_count(size));
  const auto entries = evidence->entries(size);
  bool damaged = false;
  const auto next_node = [&]() -> std::optional<ledger::NodeRow> {
    ledger::NodeRow row;
    try {
      return nodes->next(row) ? std::optional(row) : std::nullopt;
    } catch (const store::Damaged&) {
      damaged = true;
      return std::nullopt;
    }
  };
  auto tree = std::make_unique<ledger::TreeCheck>(next_node, std::move(sizes));
  or_damaged(tree->findings(), "the ledger", [&] {
    store::EntryRow row;
    while (entries->next(row)) tree->entry(row.seq, row.bytes);
  });
  tree->finish();
  if (damaged) or_damaged(tree->findings(), "the tree", [] { throw store::Damaged(""); });
  return tree;
}

void read_entries(Evidence& evidence, std::int64_t size, const VerifyQuestion& question,
                  ledger::EntryCheck& check) {
  or_damaged(check.findings(), "the ledger", [&] {
    const auto entries = evidence.entries(size);
    store::EntryRow row;
    while (entries->next(row)) {
      check.entry(row.seq, row.bytes);
      if (question.progress && check.entries() % kProgressEvery == 0)
        question.progress(check.entries(), size);
    }
  });
  check.finish();
}

void compare_indexes(Evidence& evidence, ledger::EntryCheck& check) {
  for (const ledger::EntryIndex index : ledger::kEntryIndexes) {
    or_damaged(check.findings(), "an index over the entries", [&] {
      const auto rows = evidence.index(index);
      ledger::IndexRow row;
      while (rows->next(row)) check.indexes().row(index, row);
      check.indexes().finish(index);
    });
  }
}

void compare_rows(Evidence& evidence, ledger::EntryCheck& check) {
  Findings& findings = check.findings();
  or_damaged(findings, "jobs", [&] {
    const auto rows = evidence.jobs();
    ledger::JobRow row;
    while (rows->next(row)) check.jobs().compare(row);
  });
  or_damaged(findings, "pruned_jobs", [&] {
    const auto rows = evidence.pruned_jobs();
    ledger::PrunedRow row;
    std::int64_t count = 0;
    for (; rows->next(row); ++count) check.jobs().compare(row);
    if (count != check.pruned()) {
      findings.add("E_PRUNED", std::nullopt, "",
                   "pruned_jobs has " + std::to_string(count) + " rows, and the entries speak of " +
                       std::to_string(check.pruned()));
    }
  });
  check.jobs().finish();
  or_damaged(findings, "subjects", [&] {
    const auto rows = evidence.subjects();
    ledger::SubjectRow row;
    while (rows->next(row)) check.subjects().compare(row);
  });
  check.subjects().finish();
}

std::vector<ledger::FoundCheckpoint> stored_checkpoints(Evidence& evidence, Findings& findings) {
  std::vector<ledger::FoundCheckpoint> found;
  or_damaged(findings, "checkpoints", [&] {
    const auto rows = evidence.checkpoints();
    store::CheckpointRow row;
    while (rows->next(row)) {
      found.push_back({"checkpoints row " + std::to_string(row.id), std::string(row.note), false});
      const auto claimed = ledger::claimed_checkpoint(row.note);
      if (claimed && claimed->size != row.size) {
        findings.add("E_ANCHOR", std::nullopt, "", found.back().where + " is of another size than its note");
      }
    }
  });
  return found;
}

// Some findings know only the entry, since nothing keeps the texts of millions of ids.
void name_requests(Evidence& evidence, Findings& findings) {
  for (ledger::Finding& finding : findings.kept()) {
    if (!finding.seq || !finding.request_id.empty()) continue;
    or_damaged(findings, "the ledger", [&] {
      const auto bytes = evidence.entry(*finding.seq);
      ledger::Facts facts;
      if (bytes && ledger::read_facts(*bytes, facts) == nullptr) finding.set_request_id(facts.request_id);
    });
  }
}

}  // namespace

VerifyReport verify(const store::OpenEvidence& open, const VerifyQuestion& question) {
  const std::unique_ptr<Evidence> evidence = open();
  VerifyReport report;
  std::int64_t size = 0;
  or_damaged(report.findings, "the ledger", [&] { size = evidence->size(); });
  std::vector<ledger::FoundCheckpoint> checkpoints = stored_checkpoints(*evidence, report.findings);
  checkpoints.insert(checkpoints.end(), question.anchors.begin(), question.anchors.end());

  auto file = std::async(std::launch::async, [&] { return check_file(open); });
  auto tree_done =
      std::async(std::launch::async, [&] { return check_tree(open, size, ledger::sizes_of(checkpoints)); });
  SystemRandom random;
  ledger::EntryCheck check(random);
  read_entries(*evidence, size, question, check);
  compare_indexes(*evidence, check);
  compare_rows(*evidence, check);
  const std::unique_ptr<ledger::TreeCheck> tree = tree_done.get();

  report.entries = check.entries();
  report.jobs = check.jobs().size();
  report.under_way = check.jobs().under_way();
  report.origin = check.origins().current();
  report.root = tree->root();
  report.findings.merge(std::move(check.findings()));
  report.findings.merge(std::move(tree->findings()));
  or_damaged(report.findings, "the tree", [&] {
    if (evidence->last_node() < ledger::node_count(size)) return;
    report.findings.add("E_NODE_COUNT", std::nullopt, "",
                        "the tree has nodes of entries that are not there: " + std::to_string(size) +
                            " entries have " + std::to_string(ledger::node_count(size)) + " nodes");
  });
  report.checkpoints = check_checkpoints(
      checkpoints, {check.origins(), size, [&](std::int64_t of) { return tree->root_of(of); }}, question.key,
      report.findings);
  report.findings.merge(file.get());
  name_requests(*evidence, report.findings);
  report.findings.sort();
  return report;
}

}  // namespace latchkey::engine
