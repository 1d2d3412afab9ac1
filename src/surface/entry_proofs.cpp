#include "surface/entry_proofs.h"

#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "surface/history.h"

namespace latchkey::surface {

std::vector<std::string> unbroken_entries(store::Store& store, const std::string& request_id) {
  const auto job = store.find_job(request_id);  // first: entries that come meanwhile are no gap
  std::vector<std::string> entries = entries_of_request(store, request_id);
  if (entries.empty()) throw InputError("not_found", "requestId", "no job has this requestId");
  std::optional<std::int64_t> before;
  for (const std::string& bytes : entries) {
    const ledger::Entry entry = ledger::decode(bytes);
    if (entry.prev != before) {
      throw Error("the ledger's entries of this request have a gap: see `latchkey audit verify`");
    }
    before = entry.seq;
  }
  if (job && *before < job->last_seq) {
    throw Error("the ledger lacks the last entries of this request: see `latchkey audit verify`");
  }
  return entries;
}

std::vector<ProvedEntry> prove_entries(store::Store& store, const std::vector<std::string>& entries,
                                       const std::string& note, const ledger::VerifierKey& key) {
  if (!ledger::verified_checkpoint(note, key)) {
    throw Error(
        "ledger.vkey is not the key that the newest checkpoint is signed by: see `latchkey audit verify`");
  }
  const auto node = [&](std::int64_t index) { return store.node(index); };
  std::vector<ProvedEntry> proved;
  for (const std::string& bytes : entries) {
    const std::int64_t seq = ledger::decode(bytes).seq;
    std::string proof = format_proof(ledger::prove_entry(seq, note, node));
    if (!ledger::proves(*ledger::parse_proof(proof), bytes, key)) {
      throw Error("the ledger's entry " + std::to_string(seq) +
                  " is not the one in its tree: see `latchkey audit verify`");
    }
    proved.push_back({seq, bytes, std::move(proof)});
  }
  return proved;
}

}  // namespace latchkey::surface
