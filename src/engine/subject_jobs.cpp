#include "engine/subject_jobs.h"

namespace latchkey::engine {

std::vector<std::string> request_ids_of(store::Store& store, const store::Subject& subject) {
  std::vector<std::string> request_ids;
  std::optional<std::int64_t> seq = subject.last_accepted_seq;
  while (seq) {
    const auto bytes = store.entry(*seq);
    const auto lost = [&] { return Error("the ledger's links lead nowhere at " + std::to_string(*seq)); };
    if (!bytes) throw lost();
    const ledger::Entry accepted = ledger::decode(*bytes);
    if (!accepted.request_id || accepted.subject_prev >= seq) throw lost();
    request_ids.push_back(*accepted.request_id);
    seq = accepted.subject_prev;
  }
  return request_ids;
}

}  // namespace latchkey::engine
