#include "sandbox/journal.h"

namespace latchkey::sandbox {

void Journal::received(const Arrival& arrival) {
  const std::lock_guard lock(mutex_);
  Book& book = books_[arrival.api];
  ++book.calls;
  ++book.routes[name_of(arrival.route)];
  if (arrival.route == Route::Customer && !arrival.recipient.empty()) ++book.looked_up[arrival.recipient];
  if (arrival.route != Route::Send) return;
  ++book.recipients[arrival.recipient].sends;
  if (!arrival.request_id.empty()) ++book.request_ids[arrival.request_id];
}

void Journal::applied(const Arrival& arrival) {
  const std::lock_guard lock(mutex_);
  Book& book = books_[arrival.api];
  ++book.applied;
  ++book.recipients[arrival.recipient].applied;
}

void Journal::answered(const Arrival& arrival, const Answer& answer) {
  const std::lock_guard lock(mutex_);
  Book& book = books_[arrival.api];
  ++book.answers;
  if (arrival.route == Route::Send) ++book.send_answers[answer.label()];
  if (arrival.route == Route::Customer) ++book.look_up_answers[answer.label()];
  if (!answer.fault.empty()) ++book.faults[answer.fault];
}

void Journal::reset() {
  const std::lock_guard lock(mutex_);
  for (auto& [api, book] : books_) {
    // A call that still hangs is answered after the reset; without it the answer would have no call.
    const std::int64_t pending = book.calls - book.answers;
    book = {};
    book.calls = pending;
  }
}

Json Journal::shown_book(const Book& book, bool brief) {
  Json shown = {{"calls", book.calls},   {"pending", book.calls - book.answers},
                {"routes", book.routes}, {"answers", book.send_answers},
                {"faults", book.faults}, {"applied", book.applied}};
  const auto calls_of = [&](Route route) {
    const auto calls = book.routes.find(name_of(route));
    return calls == book.routes.end() ? 0 : calls->second;
  };
  shown["sends"] = calls_of(Route::Send);
  shown["lookUps"] = calls_of(Route::Customer);
  shown["lookUpAnswers"] = book.look_up_answers;
  if (brief) return shown;
  Json recipients = Json::object();
  for (const auto& [recipient, count] : book.recipients) {
    recipients[recipient] = {{"sends", count.sends}, {"applied", count.applied}};
  }
  shown["recipients"] = std::move(recipients);
  shown["requestIds"] = book.request_ids;
  shown["lookedUp"] = book.looked_up;
  return shown;
}

Json Journal::shown(bool brief) const {
  const std::lock_guard lock(mutex_);
  const Book& mayar = books_.at(Api::Mayar);
  const Book& nomos = books_.at(Api::Nomos);
  return {{"total", mayar.calls + nomos.calls},
          {"mails", mayar.applied},
          {"links", nomos.applied},
          {"mayar", shown_book(mayar, brief)},
          {"nomos", shown_book(nomos, brief)}};
}

}  // namespace latchkey::sandbox
