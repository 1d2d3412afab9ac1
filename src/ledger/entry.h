#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "job/names.h"
#include "ledger/entry_type.h"

namespace latchkey::ledger {

/// One fact of the ledger. The stored bytes are encode(entry); they are the truth and are never written
/// again.
///
/// To change the format: add an optional member, write it in encode() at its place in the order of keys, read
/// it in decode(), describe it in docs/ledger.md. Never change or remove what is there; a change of meaning
/// takes `v` 2. Never in an entry: an email, a customer id, a link, a token, a key, a provider's free text.
struct Entry {
  std::int64_t seq = 0;  ///< leaf index, from 0; the store assigns it
  TimePoint t;           ///< never smaller than the entry before; the store assigns it
  EntryType type = EntryType::LogInit;
  std::string actor = "system";  ///< "system", "token:ID" or "uid:N"

  std::optional<std::string> request_id;
  std::optional<std::string> subject;
  std::optional<int> attempt;
  std::optional<job::Provider> provider;
  std::optional<job::Outcome> outcome;
  std::optional<job::Code> code;
  std::optional<int> http;
  std::optional<std::int64_t> ms;
  std::optional<std::string> provider_request_id;
  std::optional<job::HandOver> hand_over;
  std::optional<TimePoint> due_at;
  std::optional<TimePoint> expires_at;
  std::optional<TimePoint> link_expires_at;
  std::optional<std::string> batch;
  std::optional<std::string> commitment;     ///< hex
  std::optional<std::string> link_fp;        ///< hex
  std::optional<std::string> reason;         ///< an operator's words, checked by check_reason
  std::optional<std::int64_t> prev;          ///< seq of this requestId's entry before
  std::optional<std::int64_t> subject_prev;  ///< seq of this subject's job.accepted before
  std::optional<std::string> build;
  std::optional<TimePoint> clock;              ///< the raw reading while the clock lags behind `t`
  std::optional<std::string> origin;           ///< log.init
  std::optional<std::int64_t> epoch;           ///< daemon.start, daemon.stop
  std::optional<std::string> direction;        ///< clock.jump: "back" or "forward", by `ms`
  std::optional<std::string> name;             ///< token.created, token.revoked: the token's name
  std::optional<std::string> token;            ///< token.created, token.revoked, auth.denied: its id
  std::optional<std::string> old_origin;       ///< log.init of a fork: what the ledger was called before
  std::optional<std::string> last_checkpoint;  ///< hex SHA-256 of the last checkpoint's note
  std::optional<std::int64_t> size;            ///< log.restored, audit.export: entries the ledger had
  std::optional<std::int64_t> count;           ///< jobs.pruned, auth.denied: how many
  std::optional<TimePoint> cut_off;            ///< jobs.pruned: what had ended before
  std::optional<std::string>
      digest;  ///< jobs.pruned: hex SHA-256 of the sorted requestIds, each with a newline
  std::optional<std::string> format;              ///< audit.export
  std::optional<std::string> key;                 ///< key.rotated: which key
  std::optional<std::string> deliver_commitment;  ///< job.accepted of a mailed link, hex
  std::optional<std::string> definition;      ///< batch.submitted, occurrence.*, schedule.*: its name
  std::optional<std::string> nominal;         ///< batch.submitted, occurrence.*: which of its runs
  std::optional<std::string> reprocess_of;    ///< job.accepted: the requestId of the job that it repeats
  std::optional<std::string> reprocessed_as;  ///< job.reprocessed: the requestId of the new job
  /// handover.intent of a mail: "matched" where the provider showed the same address before the mint, "off"
  /// where nobody asked.
  std::optional<std::string> address_check;
};

/// The entry's bytes: RFC 8785 restricted as in docs/ledger.md. CHECKs that they stay within 4,096 bytes.
std::string encode(const Entry& entry);

/// Reads stored bytes back. Members this version does not know are left out. Throws Error when it is no
/// entry, is of another `v`, or a known member holds what this version cannot read. Does not check that the
/// bytes are canonical: encode() of the result equals them only where they are, and hold no unknown member.
Entry decode(std::string_view bytes);

/// Throws InputError unless `reason` may stand in the ledger: 1 to 200 printable characters, and none of `@`,
/// `cus_`, `://`, `lk_` in it, which would look like a recipient, a link or a token.
void check_reason(const std::string& reason);

}  // namespace latchkey::ledger
