// Entries are written by hand rather than through a JSON library: the order of the keys, the escapes and the
// absence of white space are the format, and this is the hottest piece of text in the program.
#include "ledger/entry.h"

#include "base/crypto.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"

namespace latchkey::ledger {
namespace {

constexpr std::size_t kEntryMax = 4096;
constexpr std::size_t kReasonMax = 200;

// Writes members in the order they are given, which is RFC 8785's: sorted by key.
class Writer {
 public:
  void put(std::string_view key, std::string_view value) {
    begin(key);
    text_ += '"';
    for (const char c : value) escape(c);
    text_ += '"';
  }
  void put(std::string_view key, std::int64_t value) {
    LATCHKEY_CHECK(value >= 0 && value < (std::int64_t{1} << 53));
    begin(key);
    text_ += std::to_string(value);
  }
  void put(std::string_view key, int value) { put(key, std::int64_t{value}); }
  void put(std::string_view key, TimePoint value) { put(key, std::string_view(format_utc(value))); }
  void put(std::string_view key, const std::string& value) { put(key, std::string_view(value)); }

  template <typename Value>
  void put(std::string_view key, const std::optional<Value>& value) {
    if (!value) return;
    if constexpr (std::is_enum_v<Value>) {
      put(key, job::name(*value));
    } else {
      put(key, *value);
    }
  }

  std::string finish() && {
    text_ += '}';
    return std::move(text_);
  }

 private:
  void begin(std::string_view key) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_ += key;
    text_ += "\":";
  }
  // Control characters cannot be in an entry: ids have a charset and a reason is checked to be printable.
  void escape(char c) {
    LATCHKEY_CHECK(static_cast<unsigned char>(c) >= 0x20);
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c;
  }

  std::string text_;
};

template <typename Value>
void read(const Json& json, const char* key, std::optional<Value>& into) {
  const auto at = json.find(key);
  if (at != json.end()) into = at->template get<Value>();
}

void read(const Json& json, const char* key, std::optional<TimePoint>& into) {
  if (const auto text = string_member(json, key)) into = parse_rfc3339(*text);
}

template <typename Value, typename Named>
void read_name(const Json& json, const char* key, std::optional<Value>& into, Named named) {
  if (const auto text = string_member(json, key)) into = named(*text);
}

}  // namespace

std::string encode(const Entry& entry) {
  Writer out;
  out.put("actor", entry.actor);
  out.put("attempt", entry.attempt);
  out.put("batch", entry.batch);
  out.put("build", entry.build);
  out.put("clock", entry.clock);
  out.put("code", entry.code);
  out.put("commitment", entry.commitment);
  out.put("direction", entry.direction);
  out.put("dueAt", entry.due_at);
  out.put("epoch", entry.epoch);
  out.put("expiresAt", entry.expires_at);
  out.put("handover", entry.hand_over);
  out.put("http", entry.http);
  out.put("linkExpiresAt", entry.link_expires_at);
  out.put("linkFp", entry.link_fp);
  out.put("ms", entry.ms);
  out.put("name", entry.name);
  out.put("origin", entry.origin);
  out.put("outcome", entry.outcome);
  out.put("prev", entry.prev);
  out.put("provider", entry.provider);
  out.put("providerRequestId", entry.provider_request_id);
  out.put("reason", entry.reason);
  out.put("requestId", entry.request_id);
  out.put("seq", entry.seq);
  out.put("subject", entry.subject);
  out.put("subjectPrev", entry.subject_prev);
  out.put("t", entry.t);
  out.put("token", entry.token);
  out.put("type", name(entry.type));
  out.put("v", 1);
  std::string bytes = std::move(out).finish();
  LATCHKEY_CHECK(bytes.size() <= kEntryMax);
  return bytes;
}

Entry decode(std::string_view bytes) {
  const auto json = parse_json(bytes);
  if (!json || !json->is_object()) throw Error("a ledger entry is not readable");
  Entry entry;
  try {
    const auto type = entry_type_named(json->at("type").get<std::string>());
    const auto time = parse_rfc3339(json->at("t").get<std::string>());
    if (!type || !time) throw Error("a ledger entry has a type or time that this version does not know");
    entry.type = *type;
    entry.t = *time;
    entry.seq = json->at("seq").get<std::int64_t>();
    entry.actor = json->at("actor").get<std::string>();
    read(*json, "requestId", entry.request_id);
    read(*json, "subject", entry.subject);
    read(*json, "attempt", entry.attempt);
    read_name(*json, "provider", entry.provider, job::provider_named);
    read_name(*json, "outcome", entry.outcome, job::outcome_named);
    read_name(*json, "code", entry.code, job::code_named);
    read_name(*json, "handover", entry.hand_over, job::hand_over_named);
    read(*json, "http", entry.http);
    read(*json, "ms", entry.ms);
    read(*json, "providerRequestId", entry.provider_request_id);
    read(*json, "dueAt", entry.due_at);
    read(*json, "expiresAt", entry.expires_at);
    read(*json, "linkExpiresAt", entry.link_expires_at);
    read(*json, "batch", entry.batch);
    read(*json, "commitment", entry.commitment);
    read(*json, "linkFp", entry.link_fp);
    read(*json, "reason", entry.reason);
    read(*json, "prev", entry.prev);
    read(*json, "subjectPrev", entry.subject_prev);
    read(*json, "build", entry.build);
    read(*json, "clock", entry.clock);
    read(*json, "origin", entry.origin);
    read(*json, "epoch", entry.epoch);
    read(*json, "direction", entry.direction);
    read(*json, "name", entry.name);
    read(*json, "token", entry.token);
  } catch (const Json::exception&) {
    throw Error("a ledger entry has a member of the wrong kind");
  }
  return entry;
}

void check_reason(const std::string& reason) {
  const auto reject = [](const std::string& why) { throw InputError("invalid_request", "reason", why); };
  if (trim(reason).empty()) reject("expected a few words that say why");
  if (const auto part = unprintable_part(reason)) reject("holds " + *part);
  std::size_t characters = 0;
  for (const char c : reason) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  if (characters > kReasonMax) reject("is longer than 200 characters");
  for (const std::string_view sign : {"@", "cus_", "://", "lk_"}) {
    if (reason.find(sign) != std::string::npos) {
      reject("must not hold \"" + std::string(sign) +
             "\": the ledger never names a recipient, link or token");
    }
  }
}

std::string leaf_hash(std::string_view bytes) {
  std::string leaf(1, '\0');
  leaf += bytes;
  return sha256(leaf);
}

}  // namespace latchkey::ledger
