// The outbox of webhooks.
#include "store/sqlite_store.h"

#define LATCHKEY_SELECT_EVENTS \
  "SELECT id, endpoint, message, body, created_at, tries, next_at, error FROM outbox "

namespace latchkey::store {
namespace {

constexpr int kEventPage = 200;

Event read_event(const Query& row) {
  Event event;
  event.id = row.integer(0);
  event.endpoint = row.text(1);
  event.message = row.text(2);
  event.body = row.text(3);
  event.created_at = row.time(4);
  event.tries = static_cast<int>(row.integer(5));
  event.next_at = row.optional_time(6);
  if (!row.is_null(7)) event.error = row.text(7);
  return event;
}

std::vector<Event> read_events(Query& query) {
  std::vector<Event> events;
  while (query.step()) events.push_back(read_event(query));
  return events;
}

}  // namespace

void SqliteStore::put_event(Event& event) {
  write("INSERT INTO outbox (endpoint, message, body, created_at, tries, next_at) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(event.endpoint)
      .bind(event.message)
      .bind(event.body)
      .bind(event.created_at)
      .bind(event.tries)
      .bind(event.next_at)
      .run();
  event.id = connection_.database().getLastInsertRowid();
}

std::vector<Event> SqliteStore::due_events(const std::string& endpoint, TimePoint now, int limit) {
  auto query = connection_.query(LATCHKEY_SELECT_EVENTS
                                 "WHERE endpoint = ? AND next_at <= ? ORDER BY next_at, id LIMIT ?");
  query.bind(endpoint).bind(now).bind(limit);
  return read_events(query);
}

std::optional<Event> SqliteStore::find_event(std::int64_t id) {
  auto query = connection_.query(LATCHKEY_SELECT_EVENTS "WHERE id = ?");
  query.bind(id);
  if (!query.step()) return std::nullopt;
  return read_event(query);
}

std::optional<TimePoint> SqliteStore::next_event_time(const std::string& endpoint) {
  auto query =
      connection_.query("SELECT min(next_at) FROM outbox WHERE endpoint = ? AND next_at IS NOT NULL");
  query.bind(endpoint);
  return query.step() ? query.optional_time(0) : std::nullopt;
}

void SqliteStore::update_event(const Event& event) {
  write("UPDATE outbox SET created_at = ?, tries = ?, next_at = ?, error = ? WHERE id = ?")
      .bind(event.created_at)
      .bind(event.tries)
      .bind(event.next_at)
      .bind(event.error)
      .bind(event.id)
      .run();
}

void SqliteStore::drop_event(std::int64_t id) {
  write("DELETE FROM outbox WHERE id = ?").bind(id).run();
}

void SqliteStore::shift_events(Millis step) {
  write("UPDATE outbox SET next_at = next_at + ?1, created_at = created_at + ?1 WHERE next_at IS NOT NULL")
      .bind(step.count())
      .run();
}

EventCounts SqliteStore::count_events() {
  auto query = connection_.query(
      "SELECT count(next_at), count(*) - count(next_at), min(CASE WHEN next_at IS NOT NULL THEN created_at "
      "END) "
      "FROM outbox");
  EventCounts counts;
  if (!query.step()) return counts;
  counts.waiting = query.integer(0);
  counts.given_up = query.integer(1);
  counts.oldest = query.optional_time(2);
  return counts;
}

void SqliteStore::each_event(const std::function<bool(const Event&)>& visit) {
  std::int64_t after = 0;
  for (;;) {
    std::vector<Event> page;
    {
      auto query = connection_.query(LATCHKEY_SELECT_EVENTS "WHERE id > ? ORDER BY id LIMIT ?");
      query.bind(after).bind(kEventPage);
      page = read_events(query);
    }
    for (const Event& event : page) {
      if (!visit(event)) return;
    }
    if (page.size() < static_cast<std::size_t>(kEventPage)) return;
    after = page.back().id;
  }
}

}  // namespace latchkey::store
