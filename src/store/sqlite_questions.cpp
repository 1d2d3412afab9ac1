// Questions about the ledger. Each takes one access path: a trail of links (a request, a subject), an index
// on what is rare, or the range of seq itself. What the path does not settle is looked for in the bytes of
// the entries it gives. Statements are short: they read a page of a path, whose size does not depend on how
// much of it fits, and are closed before anything of it is shown to the visitor.
#include <algorithm>
#include <array>

#include "base/time_text.h"
#include "ledger/entry_indexes.h"
#include "ledger/member.h"
#include "store/sqlite_store.h"

namespace latchkey::store {

std::int64_t first_seq_at(SqliteConnection& connection, TimePoint time, std::int64_t size) {
  const std::string text = format_utc(time);
  std::int64_t low = 0;
  std::int64_t high = size;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    auto query = connection.query("SELECT json_extract(entry, '$.t') < ? FROM ledger WHERE seq = ?");
    query.bind(text).bind(middle);
    if (query.step() && query.integer(0) != 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

namespace {

using ledger::EntryType;
using Visit = std::function<bool(const std::string&)>;
using Place = std::int64_t;

constexpr std::int64_t kPage = 256;

/// Places from `from` on and before `to`.
struct Range {
  Place from;
  Place to;
};

/// The statements that read one access path in either direction. Parameters: the range, how many rows, and
/// the value that is looked up if there is one.
struct Path {
  const char* forwards;
  const char* backwards;
};

#define LATCHKEY_PATH(FROM, CONDITION, SEQ)                                                                \
  {                                                                                                        \
    "SELECT " SEQ ", entry FROM " FROM " WHERE " CONDITION SEQ " >= ?1 AND " SEQ " < ?2 ORDER BY " SEQ     \
    " LIMIT ?3",                                                                                           \
        "SELECT " SEQ ", entry FROM " FROM " WHERE " CONDITION SEQ " >= ?1 AND " SEQ " < ?2 ORDER BY " SEQ \
        " DESC LIMIT ?3"                                                                                   \
  }
// CROSS has SQLite begin with the index, so that a question can never turn into a scan unnoticed.
#define LATCHKEY_INDEX_PATH(MEMBER)                                                \
  LATCHKEY_PATH("ledger_index CROSS JOIN ledger ON ledger.seq = ledger_index.seq", \
                "ledger_index.member = '" MEMBER "' AND ledger_index.value = ?4 AND ", "ledger_index.seq")

constexpr Path kBySeq = LATCHKEY_PATH("ledger", "", "seq");
constexpr Path kByProviderRequestId = LATCHKEY_INDEX_PATH("providerRequestId");
constexpr Path kByLinkFp = LATCHKEY_INDEX_PATH("linkFp");
constexpr Path kByType = LATCHKEY_INDEX_PATH("type");
constexpr Path kByCode = LATCHKEY_INDEX_PATH("code");
constexpr Path kByOutcome = LATCHKEY_INDEX_PATH("outcome");
#undef LATCHKEY_INDEX_PATH
#undef LATCHKEY_PATH

std::optional<std::string> read_entry(SqliteConnection& connection, Place seq) {
  auto query = connection.query("SELECT entry FROM ledger WHERE seq = ?");
  query.bind(seq);
  if (!query.step()) return std::nullopt;
  return query.text(0);
}

// Walks links from `last` to the first, newest first; `visit` gets each entry's place and bytes, and says
// whether to go on. A link that does not lead back would lead around for ever.
void each_link(SqliteConnection& connection, std::optional<Place> last, std::string_view link,
               const std::function<bool(Place, const std::string&)>& visit) {
  while (last) {
    const auto bytes = read_entry(connection, *last);
    if (!bytes) {
      throw Error("the ledger has no entry " + std::to_string(*last) + ", though something links to it");
    }
    if (!visit(*last, *bytes)) return;
    const auto before = ledger::integer_member(*bytes, link);
    if (before && *before >= *last) {
      throw Error("the ledger's entry " + std::to_string(*last) + " links to one that is not before it");
    }
    last = before;
  }
}

std::optional<Place> last_of_request(SqliteConnection& connection, std::string_view request_id) {
  auto query = connection.query(
      "SELECT last_seq FROM jobs WHERE request_id = ?1 UNION ALL "
      "SELECT last_seq FROM pruned_jobs WHERE request_id = ?1");
  query.bind(request_id);
  if (!query.step()) return std::nullopt;
  return query.integer(0);
}

// Calls `visit` with (seq, entry) of each row of a page of the path and returns the range that is left; it is
// empty when the path has no more.
Range read_page(SqliteConnection& connection, const Path& path, const std::optional<std::string>& value,
                Range range, bool newest_first, const std::function<void(Place, std::string_view)>& visit) {
  auto query = connection.query(newest_first ? path.backwards : path.forwards);
  query.bind(range.from).bind(range.to).bind(kPage);
  if (value) query.bind(*value);
  std::int64_t rows = 0;
  Place last = 0;
  for (; query.step(); ++rows) {
    last = query.integer(0);
    visit(last, query.text_view(1));
  }
  if (rows < kPage) return {range.to, range.to};
  return newest_first ? Range{range.from, last} : Range{last + 1, range.to};
}

// The entry of a subject's erasure. A subject that still exists has none.
std::optional<Place> erasure_of(SqliteConnection& connection, const std::string& subject, Place size) {
  const std::string wanted = ledger::member_text("subject", subject);
  std::optional<Place> erasure;
  Range range{0, size};
  while (range.from < range.to && !erasure) {
    range = read_page(connection, kByType, std::string(name(EntryType::SubjectErased)), range, false,
                      [&](Place seq, std::string_view bytes) {
                        if (ledger::has_member(bytes, wanted)) erasure = seq;
                      });
  }
  return erasure;
}

// Where the trail of a subject's jobs begins: at its last job.accepted, or at its erasure.
std::optional<Place> last_of_subject(SqliteConnection& connection, const std::string& subject, Place size) {
  {
    auto query = connection.query("SELECT last_accepted_seq FROM subjects WHERE id = ?");
    query.bind(subject);
    if (query.step()) return query.is_null(0) ? std::nullopt : std::optional(query.integer(0));
  }
  return erasure_of(connection, subject, size);
}

/// One question about entries.
class EntrySearch {
 public:
  EntrySearch(SqliteConnection& connection, const EntryFilter& filter, Place size)
      : connection_(connection), filter_(filter), size_(size), range_(range_of(filter)) {
    demand("requestId", filter.request_id);
    demand("subject", filter.subject);
    demand("providerRequestId", filter.provider_request_id);
    demand("linkFp", filter.link_fp);
    demand("batch", filter.batch);
    demand("actor", filter.actor);
    if (filter.type) demand("type", std::string(name(*filter.type)));
    if (filter.provider) demand("provider", std::string(name(*filter.provider)));
    if (filter.outcome) demand("outcome", std::string(name(*filter.outcome)));
    if (filter.code) demand("code", std::string(name(*filter.code)));
  }

  /// Takes the narrowest path. A code is said by few types, so it goes before them. Returns as each_entry().
  std::optional<Place> run(const Visit& visit) {
    if (range_.from >= range_.to) return std::nullopt;
    if (filter_.request_id) return show(places_of_request(), visit);
    if (filter_.link_fp) return read(kByLinkFp, filter_.link_fp, visit);
    if (filter_.provider_request_id) return read(kByProviderRequestId, filter_.provider_request_id, visit);
    if (filter_.subject) return show(places_of_subject(), visit);
    if (filter_.code) return read(kByCode, std::string(name(*filter_.code)), visit);
    if (filter_.type && !ledger::is_of_every_job(*filter_.type)) {
      return read(kByType, std::string(name(*filter_.type)), visit);
    }
    if (filter_.outcome && *filter_.outcome != job::Outcome::Accepted) {
      return read(kByOutcome, std::string(name(*filter_.outcome)), visit);
    }
    return read(kBySeq, std::nullopt, visit);
  }

 private:
  void demand(std::string_view key, const std::optional<std::string>& value) {
    if (value) demanded_.push_back(ledger::member_text(key, *value));
  }
  bool fits(std::string_view bytes) const {
    return std::all_of(demanded_.begin(), demanded_.end(),
                       [&](const std::string& member) { return ledger::has_member(bytes, member); });
  }

  Range range_of(const EntryFilter& filter) {
    Range range{0, size_};
    if (filter.from_seq) range.from = std::max(range.from, *filter.from_seq);
    if (filter.to_seq) range.to = std::min(range.to, *filter.to_seq);
    if (filter.from) range.from = std::max(range.from, first_seq_at(connection_, *filter.from, size_));
    if (filter.to) range.to = std::min(range.to, first_seq_at(connection_, *filter.to, size_));
    if (filter.after_seq) {
      if (filter.newest_first) {
        range.to = std::min(range.to, *filter.after_seq);
      } else {
        range.from = std::max(range.from, *filter.after_seq + 1);
      }
    }
    return range;
  }

  std::optional<Place> read(const Path& path, const std::optional<std::string>& value, const Visit& visit) {
    std::int64_t looked = 0;
    while (range_.from < range_.to) {
      if (filter_.looks_max > 0 && looked >= filter_.looks_max) {
        return filter_.newest_first ? range_.to : range_.from - 1;
      }
      looked += kPage;
      std::vector<std::string> page;
      range_ = read_page(connection_, path, value, range_, filter_.newest_first,
                         [&](Place, std::string_view bytes) {
                           if (fits(bytes)) page.emplace_back(bytes);
                         });
      for (const std::string& bytes : page) {
        if (!visit(bytes)) return std::nullopt;
      }
    }
    return std::nullopt;
  }

  // A trail is short: it is always followed to its end.
  std::optional<Place> show(std::vector<Place> places, const Visit& visit) {
    std::sort(places.begin(), places.end());
    if (filter_.newest_first) std::reverse(places.begin(), places.end());
    for (const Place seq : places) {
      const std::string bytes = read_entry(connection_, seq).value();
      if (fits(bytes) && !visit(bytes)) break;
    }
    return std::nullopt;
  }

  void add_trail(std::optional<Place> last, std::vector<Place>& places) {
    each_link(connection_, last, "prev", [&](Place seq, const std::string&) {
      if (seq >= range_.from && seq < range_.to) places.push_back(seq);
      return seq > range_.from;
    });
  }

  std::vector<Place> places_of_request() {
    std::vector<Place> places;
    add_trail(last_of_request(connection_, *filter_.request_id), places);
    return places;
  }

  // Only places are kept, since there may be many: the entries of several jobs are mingled.
  std::vector<Place> places_of_subject() {
    std::vector<Place> places;
    each_link(connection_, last_of_subject(connection_, *filter_.subject, size_), "subjectPrev",
              [&](Place seq, const std::string& bytes) {
                const auto request_id = ledger::text_member(bytes, "requestId");
                if (seq >= range_.to) return true;  // and so are all entries of this job
                if (request_id) {
                  const auto last = last_of_request(connection_, *request_id);
                  if (!last) {
                    throw Error("the ledger's entry " + std::to_string(seq) +
                                " accepts a job that is missing: see `latchkey audit verify`");
                  }
                  add_trail(last, places);
                } else if (seq >= range_.from) {
                  places.push_back(seq);
                }
                return true;
              });
    return places;
  }

  SqliteConnection& connection_;
  const EntryFilter& filter_;
  const Place size_;
  Range range_;  // what is left of it
  std::vector<std::string> demanded_;
};

}  // namespace

std::optional<std::int64_t> SqliteStore::each_entry(const EntryFilter& filter, const Visit& visit) {
  write_end();
  return EntrySearch(connection_, filter, read_head().size).run(visit);
}

std::vector<job::Job> SqliteStore::jobs_of_subject(const std::string& subject) {
  std::vector<job::Job> jobs;
  write_end();
  each_link(connection_, last_of_subject(connection_, subject, read_head().size), "subjectPrev",
            [&](Place, const std::string& bytes) {
              const auto request_id = ledger::text_member(bytes, "requestId");
              if (!request_id) return true;
              if (auto job = find_job(std::string(*request_id))) jobs.push_back(std::move(*job));
              return true;
            });
  std::reverse(jobs.begin(), jobs.end());
  return jobs;
}

}  // namespace latchkey::store
