#include "sandbox/shape.h"

#include <ctime>

namespace latchkey::sandbox {
namespace {

const std::size_t kHugeBytes = 1024 * 1024;

/// RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(TimePoint t) {
  const std::time_t seconds = static_cast<std::time_t>(to_ms(t) / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return std::string(text, size);
}

}  // namespace

void shape(Fault fault, Answer& answer) {
  answer.fault = kind_of(fault).name;
  if (fault == Fault::CutBefore || fault == Fault::Drop) answer.delivery = Delivery::CutBefore;
  if (fault == Fault::CutAfter) answer.delivery = Delivery::CutAfter;
  if (fault == Fault::Drip) answer.delivery = Delivery::Drip;
  if (fault == Fault::Hang) answer.hold = true;
  if (fault == Fault::Slow) answer.slow = true;
  if (fault == Fault::Hidden404 || fault == Fault::Hidden429) answer.status = 200;
  if (fault == Fault::Garbage)
    answer.body =
        "{\"statusCode\":200,\"obj\x01"
        "ect\":[[[";
  if (fault == Fault::Huge) answer.body.insert(answer.body.size() - 1, kHugeBytes, ' ');
  if (fault == Fault::Redirect) {
    answer.headers.emplace_back("Location", "https://login.sandbox.invalid/");
    answer.type = "text/html";
    answer.body = "<html><body>Found</body></html>\n";
  }
  if (fault == Fault::Proxy502) {
    answer.status = 502;
    answer.headers.clear();
    answer.type = "text/html";
    answer.body = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";
  }
}

std::string retry_after_of(Fault fault, std::chrono::seconds wait, TimePoint now) {
  if (fault == Fault::Throttle) return std::to_string(wait.count());
  if (fault == Fault::ThrottleDate) return http_date(now + wait + Millis(999));
  return "";
}

}  // namespace latchkey::sandbox
