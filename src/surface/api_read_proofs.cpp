#include "surface/api_read_proofs.h"

#include <utility>

#include "base/ids.h"
#include "ledger/checkpoint.h"
#include "surface/api_body.h"
#include "surface/api_query.h"
#include "surface/collect_errors.h"
#include "surface/entry_proofs.h"
#include "surface/key_files.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

// The daemon publishes once a second.
constexpr Millis kCheckpointPatience{3'000};

std::string covering_note(engine::PublishedCheckpoint& checkpoint, std::int64_t size) {
  const auto state = checkpoint.wait_for(size, kCheckpointPatience);
  if (state) return state->note;
  throw InputError("try_later", "",
                   "no checkpoint that covers this could be published in time; the daemon's log says why");
}

/// What GET /v1/audit/proof is about: one of them.
struct ProofQuery {
  std::optional<std::string> request_id;
  std::optional<std::int64_t> seq;
};

ProofQuery read_proof_query(const ApiRequest& request) {
  const Json object = query_object(request.query);
  std::vector<FieldError> errors;
  BodyReader reader(object, "", errors);
  ProofQuery query{reader.text("requestId"), std::nullopt};
  if (const auto seq = reader.text("seq")) {
    collect_errors(errors, [&] { query.seq = seq_word(*seq, "seq"); });
  }
  reader.finish();
  if (errors.empty() && query.request_id.has_value() == query.seq.has_value()) {
    reader.wrong("requestId", "expected one of requestId and seq");
  }
  reject_if_any("invalid_request", std::move(errors));
  return query;
}

std::vector<std::string> asked_entries(store::Store& store, const ProofQuery& query) {
  if (query.request_id) return unbroken_entries(store, *query.request_id);
  auto bytes = store.entry(*query.seq);
  if (!bytes) throw InputError("not_found", "seq", "the ledger has no entry with this seq");
  return {std::move(*bytes)};
}

ApiAnswer proof_answer(const ReadParts& parts, const ProofQuery& query) {
  // Nobody's connection is kept while we wait for the next checkpoint.
  const std::vector<std::string> entries = asked_entries(*parts.stores.lease(), query);
  const std::string note = covering_note(parts.checkpoint, ledger::decode(entries.back()).seq + 1);
  const ledger::VerifierKey key = read_verifier_key(parts.config);
  OrderedJson list = OrderedJson::array();
  for (const ProvedEntry& one : prove_entries(*parts.stores.lease(), entries, note, key)) {
    list.push_back({{"seq", one.seq}, {"entry", one.bytes}, {"proof", one.proof}});
  }
  ApiAnswer answer;
  answer.body =
      OrderedJson{{"requestId", query.request_id ? OrderedJson(*query.request_id) : OrderedJson(nullptr)},
                  {"entries", std::move(list)},
                  {"checkpoint", note},
                  {"verifierKey", ledger::verifier_key(key.name, key.public_key)}}
          .dump();
  return answer;
}

}  // namespace

ApiRoute checkpoint_route(const ReadParts& parts) {
  ApiRoute route{"GET", "/v1/audit/checkpoint", "audit", 0};
  route.handle = [parts](ApiRequest& request) {
    require_no_query(request);
    const std::string note = covering_note(parts.checkpoint, parts.stores.lease()->head().size);
    const auto checkpoint = ledger::claimed_checkpoint(note).value();
    ApiAnswer answer;
    answer.body =
        OrderedJson{{"origin", checkpoint.origin}, {"size", checkpoint.size}, {"note", note}}.dump();
    return answer;
  };
  return route;
}

ApiRoute proof_route(const ReadParts& parts) {
  ApiRoute route{"GET", "/v1/audit/proof", "audit", 0};
  route.handle = [parts](ApiRequest& request) {
    const ProofQuery query = read_proof_query(request);
    if (query.request_id && is_id(*query.request_id)) request.request_id = *query.request_id;
    return proof_answer(parts, query);
  };
  return route;
}

}  // namespace latchkey::surface
