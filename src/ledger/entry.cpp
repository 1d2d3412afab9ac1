// Entries are written by hand rather than through a JSON library: the order of the keys, the escapes and the
// absence of white space are the format, and this is the hottest piece of text in the program.
#include "ledger/entry.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"

namespace latchkey::ledger {
namespace {

constexpr std::size_t kEntryMax = 4096;
constexpr std::size_t kReasonMax = 200;
constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;  // what every JSON reader can hold exactly
constexpr int kVersion = 1;
constexpr std::size_t kUsual = 512;  // few entries are longer

// Writes members in the order they are given, which is RFC 8785's: sorted by key.
class Writer {
 public:
  Writer() { text_.reserve(kUsual); }

  void put(std::string_view key, std::string_view value) {
    begin(key);
    text_ += '"';
    if (std::any_of(value.begin(), value.end(), is_special)) {
      for (const char c : value) escape(c);
    } else {
      text_ += value;
    }
    text_ += '"';
  }
  void put(std::string_view key, std::int64_t value) {
    LATCHKEY_CHECK(value >= 0 && value <= kIntegerMax);
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
  static bool is_special(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }
  // Control characters cannot be in an entry: ids have a charset and a reason is checked to be printable.
  void escape(char c) {
    LATCHKEY_CHECK(static_cast<unsigned char>(c) >= 0x20);
    if (is_special(c)) text_ += '\\';
    text_ += c;
  }

  std::string text_;
};

// Thrown without the member's value, which may be anything when an entry was tampered with.
[[noreturn]] void unreadable(const char* key) {
  throw Error("a ledger entry is not readable: its member \"" + std::string(key) + "\"");
}

// JSON's own conversions would take true for 1 and cut a fraction off.
std::int64_t integer_in(const Json& value, const char* key) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kIntegerMax) unreadable(key);
  return value.get<std::int64_t>();
}

void read(const Json& value, const char* key, std::int64_t& into) {
  into = integer_in(value, key);
}
void read(const Json& value, const char* key, int& into) {
  const std::int64_t wide = integer_in(value, key);
  if (wide > std::numeric_limits<int>::max()) unreadable(key);
  into = static_cast<int>(wide);
}
void read(const Json& value, const char* key, std::string& into) {
  if (!value.is_string()) unreadable(key);
  into = value.get<std::string>();
}

// What a text of a closed form stands for: a time, or a word of one of the closed lists.
template <typename Value, typename Parse>
void read_as(const Json& value, const char* key, Value& into, Parse parse) {
  std::string text;
  read(value, key, text);
  const std::optional<Value> parsed = parse(text);
  if (!parsed) unreadable(key);
  into = *parsed;
}
void read(const Json& value, const char* key, TimePoint& into) {
  read_as(value, key, into, parse_rfc3339);
}
void read(const Json& value, const char* key, EntryType& into) {
  read_as(value, key, into, entry_type_named);
}
void read(const Json& value, const char* key, job::Provider& into) {
  read_as(value, key, into, job::provider_named);
}
void read(const Json& value, const char* key, job::HandOver& into) {
  read_as(value, key, into, job::hand_over_named);
}
void read(const Json& value, const char* key, job::Outcome& into) {
  read_as(value, key, into, job::outcome_named);
}
void read(const Json& value, const char* key, job::Code& into) {
  read_as(value, key, into, job::code_named);
}

// The members of one entry, read by key.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  template <typename Value>
  void get(const char* key, Value& into) const {
    const auto at = json_.find(key);
    if (at == json_.end()) unreadable(key);
    read(*at, key, into);
  }
  template <typename Value>
  void get(const char* key, std::optional<Value>& into) const {
    const auto at = json_.find(key);
    if (at != json_.end()) read(*at, key, into.emplace());
  }

 private:
  const Json& json_;
};

}  // namespace

std::string encode(const Entry& entry) {
  Writer out;
  out.put("actor", entry.actor);
  out.put("addressCheck", entry.address_check);
  out.put("attempt", entry.attempt);
  out.put("batch", entry.batch);
  out.put("build", entry.build);
  out.put("clock", entry.clock);
  out.put("code", entry.code);
  out.put("commitment", entry.commitment);
  out.put("count", entry.count);
  out.put("cutOff", entry.cut_off);
  out.put("definition", entry.definition);
  out.put("deliverCommitment", entry.deliver_commitment);
  out.put("digest", entry.digest);
  out.put("direction", entry.direction);
  out.put("dueAt", entry.due_at);
  out.put("epoch", entry.epoch);
  out.put("expiresAt", entry.expires_at);
  out.put("format", entry.format);
  out.put("handover", entry.hand_over);
  out.put("http", entry.http);
  out.put("key", entry.key);
  out.put("lastCheckpoint", entry.last_checkpoint);
  out.put("linkExpiresAt", entry.link_expires_at);
  out.put("linkFp", entry.link_fp);
  out.put("ms", entry.ms);
  out.put("name", entry.name);
  out.put("nominal", entry.nominal);
  out.put("oldOrigin", entry.old_origin);
  out.put("origin", entry.origin);
  out.put("outcome", entry.outcome);
  out.put("prev", entry.prev);
  out.put("provider", entry.provider);
  out.put("providerRequestId", entry.provider_request_id);
  out.put("reason", entry.reason);
  out.put("reprocessOf", entry.reprocess_of);
  out.put("reprocessedAs", entry.reprocessed_as);
  out.put("requestId", entry.request_id);
  out.put("seq", entry.seq);
  out.put("size", entry.size);
  out.put("subject", entry.subject);
  out.put("subjectPrev", entry.subject_prev);
  out.put("t", entry.t);
  out.put("token", entry.token);
  out.put("type", name(entry.type));
  out.put("v", kVersion);
  std::string bytes = std::move(out).finish();
  LATCHKEY_CHECK(bytes.size() <= kEntryMax);
  return bytes;
}

Entry decode(std::string_view bytes) {
  const auto json = parse_json(bytes);
  if (!json || !json->is_object()) throw Error("a ledger entry is not readable: it is no JSON object");
  const Reader in(*json);
  std::int64_t version = 0;
  in.get("v", version);
  if (version != kVersion) throw Error("a ledger entry is of a version that this program does not know");
  Entry entry;
  in.get("type", entry.type);
  in.get("t", entry.t);
  in.get("seq", entry.seq);
  in.get("actor", entry.actor);
  in.get("requestId", entry.request_id);
  in.get("subject", entry.subject);
  in.get("attempt", entry.attempt);
  in.get("provider", entry.provider);
  in.get("outcome", entry.outcome);
  in.get("code", entry.code);
  in.get("http", entry.http);
  in.get("ms", entry.ms);
  in.get("providerRequestId", entry.provider_request_id);
  in.get("handover", entry.hand_over);
  in.get("dueAt", entry.due_at);
  in.get("expiresAt", entry.expires_at);
  in.get("linkExpiresAt", entry.link_expires_at);
  in.get("batch", entry.batch);
  in.get("commitment", entry.commitment);
  in.get("linkFp", entry.link_fp);
  in.get("reason", entry.reason);
  in.get("prev", entry.prev);
  in.get("subjectPrev", entry.subject_prev);
  in.get("build", entry.build);
  in.get("clock", entry.clock);
  in.get("origin", entry.origin);
  in.get("epoch", entry.epoch);
  in.get("direction", entry.direction);
  in.get("name", entry.name);
  in.get("token", entry.token);
  in.get("oldOrigin", entry.old_origin);
  in.get("lastCheckpoint", entry.last_checkpoint);
  in.get("size", entry.size);
  in.get("count", entry.count);
  in.get("cutOff", entry.cut_off);
  in.get("digest", entry.digest);
  in.get("format", entry.format);
  in.get("key", entry.key);
  in.get("deliverCommitment", entry.deliver_commitment);
  in.get("addressCheck", entry.address_check);
  in.get("definition", entry.definition);
  in.get("nominal", entry.nominal);
  in.get("reprocessOf", entry.reprocess_of);
  in.get("reprocessedAs", entry.reprocessed_as);
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

}  // namespace latchkey::ledger
