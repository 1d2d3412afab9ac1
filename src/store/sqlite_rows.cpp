// The small tables of SqliteStore: imports, subjects, gates, the epoch, API tokens.
#include "job/recipient.h"
#include "store/sqlite_store.h"

#define LATCHKEY_SELECT_SUBJECTS \
  "SELECT id, provider, recipient, address, salt, last_accepted_seq, deliver_to FROM subjects "

namespace latchkey::store {

std::int64_t SqliteStore::open_import() {
  more_cache();
  write("INSERT INTO imports (complete) VALUES (0)").run();
  return connection_.database().getLastInsertRowid();
}

void SqliteStore::complete_import(std::int64_t import) {
  write("UPDATE imports SET complete = 1 WHERE id = ?").bind(import).run();
}

bool SqliteStore::import_is_open(std::int64_t import) {
  auto query = connection_.query("SELECT 1 FROM imports WHERE id = ? AND complete = 0");
  query.bind(import);
  return query.step();
}

namespace {

Subject read_subject(const Query& query) {
  Subject subject;
  subject.id = query.text(0);
  subject.provider = known(job::provider_named(query.text(1)));
  subject.recipient = query.text(2);
  subject.address = query.text(3);
  subject.salt = query.blob(4);
  if (!query.is_null(5)) subject.last_accepted_seq = query.integer(5);
  if (!query.is_null(6)) subject.deliver_to = query.text(6);
  return subject;
}

}  // namespace

std::optional<Subject> SqliteStore::find_subject(job::Provider provider, const std::string& recipient) {
  auto query = connection_.query(LATCHKEY_SELECT_SUBJECTS "WHERE provider = ? AND recipient = ?");
  query.bind(job::name(provider)).bind(recipient);
  return query.step() ? std::optional(read_subject(query)) : std::nullopt;
}

std::optional<Subject> SqliteStore::subject(const std::string& id) {
  auto query = connection_.query(LATCHKEY_SELECT_SUBJECTS "WHERE id = ?");
  query.bind(id);
  return query.step() ? std::optional(read_subject(query)) : std::nullopt;
}

std::vector<Subject> SqliteStore::subjects_mailed_to(const std::string& address) {
  auto query = connection_.query(LATCHKEY_SELECT_SUBJECTS "WHERE deliver_to IS NOT NULL ORDER BY id");
  std::vector<Subject> subjects;
  while (query.step()) {
    Subject subject = read_subject(query);
    try {
      const auto known = job::parse_recipient(job::Provider::Mayar, *subject.deliver_to);
      if (known.normalised == address) subjects.push_back(std::move(subject));
    } catch (const InputError&) {  // put there by somebody else: `audit verify` says so
    }
  }
  return subjects;
}

void SqliteStore::put_subject(const Subject& subject) {
  write(
      "INSERT INTO subjects (id, provider, recipient, address, salt, last_accepted_seq, deliver_to) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET address = excluded.address, "
      "last_accepted_seq = excluded.last_accepted_seq, deliver_to = excluded.deliver_to")
      .bind(subject.id)
      .bind(job::name(subject.provider))
      .bind(subject.recipient)
      .bind(subject.address)
      .bind_blob(subject.salt)
      .bind(subject.last_accepted_seq)
      .bind(subject.deliver_to)
      .run();
}

job::Gate SqliteStore::gate(job::Provider provider) {
  auto query = connection_.query(
      "SELECT tat, wait_until, since_batch, paused, paused_by_system, pause_reason, pause_code, paused_by, "
      "paused_at FROM gates WHERE provider = ?");
  query.bind(job::name(provider));
  job::Gate gate;
  gate.provider = provider;
  if (!query.step()) return gate;
  gate.tat = job::Micros(query.integer(0));
  gate.wait_until = query.optional_time(1);
  gate.since_batch = static_cast<int>(query.integer(2));
  gate.paused = query.integer(3) != 0;
  gate.paused_by_system = query.integer(4) != 0;
  gate.pause_reason = query.text(5);
  if (!query.is_null(6)) gate.pause_code = known(job::code_named(query.text(6)));
  gate.paused_by = query.text(7);
  gate.paused_at = query.time(8);
  return gate;
}

void SqliteStore::put_gate(const job::Gate& gate) {
  write("INSERT OR REPLACE INTO gates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(job::name(gate.provider))
      .bind(gate.tat.count())
      .bind(gate.wait_until)
      .bind(gate.since_batch)
      .bind(gate.paused)
      .bind(gate.paused_by_system)
      .bind(gate.pause_reason)
      .bind(gate.pause_code ? std::optional(job::name(*gate.pause_code)) : std::nullopt)
      .bind(gate.paused_by)
      .bind(gate.paused_at)
      .run();
}

std::int64_t SqliteStore::take_epoch() {
  write("UPDATE daemon SET epoch = epoch + 1").run();
  return epoch();
}

std::int64_t SqliteStore::epoch() {
  auto query = connection_.query("SELECT epoch FROM daemon");
  if (!query.step()) throw Error("the database has lost the row of its daemon");
  return query.integer(0);
}

std::optional<TimePoint> SqliteStore::last_backup() {
  auto query = connection_.query("SELECT backed_up_at FROM daemon WHERE backed_up_at > 0");
  if (!query.step()) return std::nullopt;
  return query.time(0);
}

void SqliteStore::put_last_backup(TimePoint at) {
  write("UPDATE daemon SET backed_up_at = ?").bind(at).run();
}

void SqliteStore::put_token(const Token& token) {
  write("INSERT OR REPLACE INTO api_tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(token.id)
      .bind(token.name)
      .bind_blob(token.hash)
      .bind(token.scopes)
      .bind(token.actor)
      .bind(token.single_use)
      .bind(token.created_at)
      .bind(token.expires_at)
      .bind(token.revoked_at)
      .run();
}

namespace {

std::optional<Token> read_token(Query& query) {
  if (!query.step()) return std::nullopt;
  Token token;
  token.id = query.text(0);
  token.name = query.text(1);
  token.hash = query.blob(2);
  token.scopes = query.text(3);
  token.actor = query.text(4);
  token.single_use = query.integer(5) != 0;
  token.created_at = query.time(6);
  token.expires_at = query.optional_time(7);
  token.revoked_at = query.optional_time(8);
  return token;
}

}  // namespace

std::optional<Token> SqliteStore::find_token(const std::string& id) {
  auto query = connection_.query(
      "SELECT id, name, hash, scopes, actor, single_use, created_at, expires_at, revoked_at FROM api_tokens "
      "WHERE id = ?");
  query.bind(id);
  return read_token(query);
}

std::vector<Token> SqliteStore::tokens() {
  auto query = connection_.query(
      "SELECT id, name, hash, scopes, actor, single_use, created_at, expires_at, revoked_at FROM api_tokens "
      "WHERE single_use = 0 OR expires_at IS NULL OR expires_at > ? ORDER BY created_at, id");
  query.bind(clock_.now().wall);
  std::vector<Token> all;
  while (auto token = read_token(query)) all.push_back(std::move(*token));
  return all;
}

bool SqliteStore::revoke_token(const std::string& id, TimePoint at) {
  return write("UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
             .bind(at)
             .bind(id)
             .run() == 1;
}

void SqliteStore::drop_token(const std::string& id) {
  write("DELETE FROM api_tokens WHERE id = ?").bind(id).run();
}

void SqliteStore::drop_expired_tokens(TimePoint now) {
  write("DELETE FROM api_tokens WHERE single_use = 1 AND expires_at <= ?").bind(now).run();
}

}  // namespace latchkey::store
