#include "surface/api_read_audit.h"

#include <algorithm>
#include <utility>

#include "ledger/member.h"
#include "surface/api_body.h"
#include "surface/api_query.h"
#include "surface/question.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kQuestionMax = 16 * 1024;
// Reading so many takes about a third of a second.
constexpr std::int64_t kEntriesLookedAt = 200'000;

/// POST /v1/audit/query as it was asked.
struct EntryQuery {
  EntryQuestion question;
  std::size_t limit = kAnswerLimit;
};

EntryQuery read_entry_query(const std::string& body) {
  const Json json = parse_optional_body(body);
  std::vector<FieldError> errors;
  BodyReader reader(json, "", errors);
  EntryQuery query;
  EntryQuestion& question = query.question;
  const auto seq = [&](const char* name) -> std::optional<std::string> {
    const auto number = reader.whole_number(name);
    return number ? std::optional(std::to_string(*number)) : std::nullopt;
  };
  question.request_id = reader.text("requestId");
  question.recipient = reader.text("recipient");
  question.subject = reader.text("subject");
  question.provider = reader.text("provider");
  question.batch = reader.text("batch");
  question.actor = reader.text("actor");
  question.type = reader.text("type");
  question.outcome = reader.text("outcome");
  question.code = reader.text("code");
  question.provider_request_id = reader.text("providerRequestId");
  question.from = reader.text("from");
  question.to = reader.text("to");
  question.from_seq = seq("fromSeq");
  question.to_seq = seq("toSeq");
  question.after = seq("after");
  question.newest = reader.boolean("newest").value_or(false);
  if (reader.whole_number("limit")) query.limit = answer_limit(&json.at("limit"), errors);
  reader.finish();
  reject_if_any("invalid_request", std::move(errors));
  return query;
}

// Byte for byte: whoever hashes an entry must get what the tree was built of.
void append_entry(std::string& body, const std::string& bytes, std::int64_t seq) {
  if (!Json::accept(bytes)) {
    throw Error("the ledger's entry " + std::to_string(seq) +
                " is not readable: see `latchkey audit verify`");
  }
  body += (body.back() == '[' ? "" : ",") + bytes;
}

ApiAnswer entries_answer(store::Store& store, const EntryQuery& query, TimePoint now) {
  auto filter = query.question.entry_filter(store, now);
  // What is written while this runs belongs to a larger tree than the one that is named.
  const std::int64_t tree_size = store.head().size;
  std::string body = "{\"entries\":[";
  std::optional<std::int64_t> after;
  if (filter) {
    filter->to_seq = std::min(filter->to_seq.value_or(tree_size), tree_size);
    filter->looks_max = kEntriesLookedAt;
    std::size_t count = 0;
    std::int64_t last = 0;
    bool more = false;
    const auto stopped_after = store.each_entry(*filter, [&](const std::string& bytes) {
      more = count == query.limit;
      if (more) return false;
      ++count;
      last = ledger::integer_member(bytes, "seq").value_or(last);
      append_entry(body, bytes, last);
      return true;
    });
    after = more ? std::optional(last) : stopped_after;
  }
  const OrderedJson rest{{"treeSize", tree_size},
                         {"complete", !after},
                         {"after", after ? OrderedJson(*after) : OrderedJson(nullptr)}};
  ApiAnswer answer;
  answer.body = body + "]," + rest.dump().substr(1);
  return answer;
}

}  // namespace

ApiRoute audit_query_route(const ReadParts& parts) {
  ApiRoute route{"POST", "/v1/audit/query", "audit", kQuestionMax};
  route.handle = [parts](ApiRequest& request) {
    require_no_query(request);
    const EntryQuery query = read_entry_query(request.body);
    return entries_answer(*parts.stores.lease(), query, parts.clock.now().wall);
  };
  return route;
}

}  // namespace latchkey::surface
