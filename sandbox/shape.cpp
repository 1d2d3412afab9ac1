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

int status_of(Fault fault) {
  switch (fault) {
    case Fault::BadRequest:
      return 400;
    case Fault::Unauthorized:
      return 401;
    case Fault::Payment:
      return 402;
    case Fault::Forbidden:
      return 403;
    case Fault::NotFound:
    case Fault::NestedNotFound:
    case Fault::Hidden404:
      return 404;
    case Fault::Conflict:
      return 409;
    case Fault::Unprocessable:
      return 422;
    case Fault::Throttle:
    case Fault::ThrottleDate:
    case Fault::ThrottleBare:
    case Fault::Hidden429:
      return 429;
    case Fault::Error500:
    case Fault::Drop:
      return 500;
    case Fault::Redirect:
      return 302;
    case Fault::None:
    case Fault::Proxy502:
    case Fault::Garbage:
    case Fault::Huge:
    case Fault::CutBefore:
    case Fault::CutAfter:
    case Fault::Hang:
    case Fault::Slow:
    case Fault::Drip:
    case Fault::UnexpectedLink:
    case Fault::ForeignHost:
    case Fault::HttpLink:
    case Fault::Checkout:
      return 0;
  }
  return 0;
}

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
