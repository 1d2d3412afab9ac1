#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/json.h"
#include "sandbox/arrival.h"

namespace latchkey::sandbox {

/// What reached the application, counted. A call is counted when its request has been read whole and before
/// anything else happens to it, so that the numbers can be held against a caller's own records. Thread-safe.
class Journal {
 public:
  void received(const Arrival& arrival);
  /// Counts its effect: a mail for Mayar, a link for Nomos.
  void applied(const Arrival& arrival);
  /// Counts what it is answered, just before that is written.
  void answered(const Arrival& arrival, const Answer& answer);
  void reset();

  /// The document of GET /control/calls; `brief` leaves out recipients and request ids.
  Json shown(bool brief) const;

 private:
  struct Count {
    std::int64_t sends = 0;
    std::int64_t applied = 0;
  };
  struct Book {
    std::int64_t calls = 0;
    std::int64_t answers = 0;
    std::int64_t applied = 0;
    std::map<std::string, std::int64_t> routes;
    std::map<std::string, std::int64_t> send_answers;
    std::map<std::string, std::int64_t> look_up_answers;
    std::map<std::string, std::int64_t> looked_up;
    std::map<std::string, std::int64_t> faults;
    std::map<std::string, Count> recipients;
    std::map<std::string, std::int64_t> request_ids;
  };
  static Json shown_book(const Book& book, bool brief);

  mutable std::mutex mutex_;
  std::map<Api, Book> books_ = {{Api::Mayar, {}}, {Api::Nomos, {}}};
};

}  // namespace latchkey::sandbox
