#include "base/retry_after.h"

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

#include "base/text.h"

namespace latchkey {
namespace {

/// RFC 9110 section 5.6.7, the one form that may still be generated: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<TimePoint> parse_http_date(const std::string& text) {
  // The form has one length; get_time alone would take a beginning of it.
  if (text.size() != 29) return std::nullopt;
  std::tm fields{};
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  stream >> std::get_time(&fields, "%a, %d %b %Y %H:%M:%S GMT");
  if (stream.fail()) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(fields.tm_year + 1900),
                                        std::chrono::month(static_cast<unsigned>(fields.tm_mon + 1)),
                                        std::chrono::day(static_cast<unsigned>(fields.tm_mday)));
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(fields.tm_hour) +
         std::chrono::minutes(fields.tm_min) + std::chrono::seconds(fields.tm_sec);
}

}  // namespace

std::optional<Millis> seconds_header(const HttpAnswer& answer, const std::string& name) {
  const std::optional<std::string> value = answer.header(name);
  if (!value) return std::nullopt;
  const std::optional<int> seconds = whole_number(*value);
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

std::optional<Millis> retry_after(const HttpAnswer& answer, TimePoint now) {
  if (const std::optional<Millis> seconds = seconds_header(answer, "retry-after")) return seconds;
  const std::optional<TimePoint> date = parse_http_date(answer.header("retry-after").value_or(""));
  if (!date) return std::nullopt;
  return std::max(*date - now, Millis(0));
}

}  // namespace latchkey
