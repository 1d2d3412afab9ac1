#include "ledger/export_csv.h"

#include <array>

#include "base/error.h"
#include "base/json.h"

namespace latchkey::ledger {
namespace {

// Only ever added to, before `more`: programs may count them.
constexpr std::array kColumns{
    "seq",     "t",          "type",          "actor", "requestId", "provider",   "subject",
    "attempt", "outcome",    "code",          "http",  "ms",        "handover",   "providerRequestId",
    "dueAt",   "expiresAt",  "linkExpiresAt", "batch", "reason",    "commitment", "linkFp",
    "prev",    "subjectPrev"};
constexpr const char* kVersionMember = "v";  // says nothing that a reader of the table needs

std::string cell(std::string text) {
  constexpr std::string_view kStartsFormula = "=+-@\t\r";
  if (!text.empty() && kStartsFormula.find(text.front()) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string text_of_member(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string csv_header(bool with_recipient) {
  std::string line;
  for (const char* column : kColumns) line += std::string(column) + ",";
  return line + (with_recipient ? "more,recipient\r\n" : "more\r\n");
}

std::string csv_record(std::string_view entry, const std::optional<std::string>& recipient) {
  auto json = parse_json(entry);
  if (!json || !json->is_object()) throw Error("a ledger entry is not readable: it is no JSON object");
  std::string line;
  for (const char* column : kColumns) {
    const auto member = json->find(column);
    if (member != json->end()) {
      line += cell(text_of_member(*member));
      json->erase(member);
    }
    line += ',';
  }
  json->erase(kVersionMember);
  if (!json->empty()) line += cell(json->dump());
  if (recipient) line += "," + cell(*recipient);
  return line + "\r\n";
}

}  // namespace latchkey::ledger
