// The runs that definitions were to have, who fires them, and previews, of SqliteStore.
#include "store/sqlite_store.h"

#define LATCHKEY_SELECT_OCCURRENCES \
  "SELECT definition, nominal, at, state, batch, reason, created_at FROM occurrences "
#define LATCHKEY_SELECT_SCHEDULES \
  "SELECT definition, path, digest, actor, enabled_at, seen_until, disarmed, next_at FROM schedules "

namespace latchkey::store {
namespace {

Occurrence read_occurrence(const Query& row) {
  Occurrence occurrence;
  occurrence.definition = row.text(0);
  occurrence.nominal = row.text(1);
  occurrence.at = row.time(2);
  occurrence.state = known(occurrence_state_named(row.text(3)));
  occurrence.batch = row.text(4);
  occurrence.reason = row.text(5);
  occurrence.created_at = row.time(6);
  return occurrence;
}

Schedule read_schedule(const Query& row) {
  Schedule schedule;
  schedule.definition = row.text(0);
  schedule.path = row.text(1);
  schedule.digest = row.text(2);
  schedule.actor = row.text(3);
  schedule.enabled_at = row.time(4);
  schedule.seen_until = row.time(5);
  schedule.disarmed = row.text(6);
  schedule.next_at = row.optional_time(7);
  return schedule;
}

std::vector<Schedule> read_schedules(Query& query) {
  std::vector<Schedule> all;
  while (query.step()) all.push_back(read_schedule(query));
  return all;
}

}  // namespace

std::optional<Occurrence> SqliteStore::find_occurrence(const std::string& definition,
                                                       const std::string& nominal) {
  auto query = connection_.query(LATCHKEY_SELECT_OCCURRENCES "WHERE definition = ? AND nominal = ?");
  query.bind(definition).bind(nominal);
  if (!query.step()) return std::nullopt;
  return read_occurrence(query);
}

void SqliteStore::put_occurrence(const Occurrence& occurrence) {
  write("INSERT OR REPLACE INTO occurrences VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(occurrence.definition)
      .bind(occurrence.nominal)
      .bind(occurrence.at)
      .bind(name(occurrence.state))
      .bind(occurrence.batch)
      .bind(occurrence.reason)
      .bind(occurrence.created_at)
      .run();
}

void SqliteStore::drop_occurrence(const std::string& definition, const std::string& nominal) {
  write("DELETE FROM occurrences WHERE definition = ? AND nominal = ?").bind(definition).bind(nominal).run();
}

std::vector<Occurrence> SqliteStore::occurrences(const std::optional<std::string>& definition, int limit) {
  auto query = connection_.query(
      definition ? LATCHKEY_SELECT_OCCURRENCES
          "INDEXED BY occurrences_by_age WHERE definition = ? ORDER BY created_at DESC, at DESC LIMIT ?"
                 : LATCHKEY_SELECT_OCCURRENCES "ORDER BY created_at DESC, at DESC LIMIT ?");
  if (definition) query.bind(*definition);
  query.bind(limit);
  std::vector<Occurrence> all;
  while (query.step()) all.push_back(read_occurrence(query));
  return all;
}

std::vector<MissedRuns> SqliteStore::missed_runs(TimePoint since) {
  auto query = connection_.query(
      "SELECT definition, count(*), max(at) FROM occurrences INDEXED BY occurrences_missed "
      "WHERE state = 'missed' AND created_at >= ? AND definition IN (SELECT definition FROM schedules) "
      "GROUP BY definition ORDER BY definition");
  query.bind(since);
  std::vector<MissedRuns> all;
  while (query.step()) all.push_back({query.text(0), query.integer(1), query.time(2)});
  return all;
}

std::vector<Schedule> SqliteStore::schedules() {
  auto query = connection_.query(LATCHKEY_SELECT_SCHEDULES "ORDER BY definition");
  return read_schedules(query);
}

ScheduleCounts SqliteStore::count_schedules() {
  auto query = connection_.query(
      "SELECT (SELECT count(*) FROM schedules INDEXED BY schedules_armed WHERE disarmed = ''), "
      "(SELECT count(*) FROM schedules INDEXED BY schedules_disarmed WHERE disarmed <> '')");
  query.step();
  return {query.integer(0), query.integer(1)};
}

std::vector<Schedule> SqliteStore::due_schedules(TimePoint now) {
  auto query = connection_.query(LATCHKEY_SELECT_SCHEDULES
                                 "INDEXED BY schedules_armed WHERE disarmed = '' AND next_at <= ? "
                                 "ORDER BY next_at, definition");
  query.bind(now);
  return read_schedules(query);
}

std::optional<TimePoint> SqliteStore::next_schedule_time(TimePoint now) {
  auto query = connection_.query(
      "SELECT min(next_at) FROM schedules INDEXED BY schedules_armed WHERE disarmed = '' AND next_at > ?");
  query.bind(now);
  query.step();
  return query.optional_time(0);
}

std::vector<Schedule> SqliteStore::armed_schedules_after(const std::string& definition, std::int64_t limit) {
  auto query = connection_.query(LATCHKEY_SELECT_SCHEDULES
                                 "WHERE disarmed = '' AND definition > ? ORDER BY definition LIMIT ?");
  query.bind(definition).bind(limit);
  return read_schedules(query);
}

std::optional<Schedule> SqliteStore::find_schedule(const std::string& definition) {
  auto query = connection_.query(LATCHKEY_SELECT_SCHEDULES "WHERE definition = ?");
  query.bind(definition);
  if (!query.step()) return std::nullopt;
  return read_schedule(query);
}

void SqliteStore::put_schedule(const Schedule& schedule) {
  write("INSERT OR REPLACE INTO schedules VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(schedule.definition)
      .bind(schedule.path)
      .bind(schedule.digest)
      .bind(schedule.actor)
      .bind(schedule.enabled_at)
      .bind(schedule.seen_until)
      .bind(schedule.disarmed)
      .bind(schedule.next_at)
      .run();
}

void SqliteStore::drop_schedule(const std::string& definition) {
  write("DELETE FROM schedules WHERE definition = ?").bind(definition).run();
}

void SqliteStore::put_preview(const Preview& preview) {
  write("INSERT INTO previews VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(preview.id)
      .bind(preview.action)
      .bind(preview.filter)
      .bind(preview.digest)
      .bind(preview.jobs)
      .bind(preview.actor)
      .bind(preview.created_at)
      .bind(preview.used_at)
      .run();
}

std::optional<Preview> SqliteStore::find_preview(const std::string& id) {
  auto query = connection_.query(
      "SELECT id, action, filter, digest, jobs, actor, created_at, used_at FROM previews WHERE id = ?");
  query.bind(id);
  if (!query.step()) return std::nullopt;
  Preview preview;
  preview.id = query.text(0);
  preview.action = query.text(1);
  preview.filter = query.text(2);
  preview.digest = query.text(3);
  preview.jobs = query.integer(4);
  preview.actor = query.text(5);
  preview.created_at = query.time(6);
  preview.used_at = query.optional_time(7);
  return preview;
}

bool SqliteStore::use_preview(const std::string& id, TimePoint at) {
  return write("UPDATE previews SET used_at = ? WHERE id = ? AND used_at IS NULL").bind(at).bind(id).run() ==
         1;
}

void SqliteStore::drop_previews_before(TimePoint cut_off) {
  write("DELETE FROM previews WHERE created_at < ?").bind(cut_off).run();
}

}  // namespace latchkey::store
