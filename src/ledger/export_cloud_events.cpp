#include "ledger/export_cloud_events.h"

#include "base/json.h"
#include "base/time_text.h"
#include "ledger/entry.h"

namespace latchkey::ledger {

std::string cloud_event(std::string_view bytes, std::string_view origin,
                        const std::optional<std::string>& recipient) {
  const Entry entry = decode(bytes);
  OrderedJson event{{"specversion", "1.0"},
                    {"id", std::to_string(entry.seq)},
                    {"source", "//" + std::string(origin)},  // an origin is a URL without its scheme
                    {"type", "latchkey." + std::string(name(entry.type))},
                    {"time", format_utc(entry.t)},
                    {"datacontenttype", "application/json"}};
  if (entry.request_id) event["subject"] = *entry.request_id;
  if (recipient) event["recipient"] = *recipient;
  std::string text = event.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  text.pop_back();
  return text.append(",\"data\":").append(bytes).append("}");
}

}  // namespace latchkey::ledger
