#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace latchkey::ledger {

/// The members of an entry that verification looks at, as views into the entry's bytes: what decode() gives,
/// without allocating and without believing anything. A member that is absent, or is of another kind than it
/// should be, is empty.
struct Facts {
  std::string_view actor, batch, clock, code, commitment, cut_off, deliver_commitment, digest, due_at,
      expires_at, hand_over, link_fp, old_origin, origin, outcome, provider, provider_request_id,
      reprocess_of, reprocessed_as, request_id, subject, t, type;
  std::optional<std::int64_t> attempt, count, epoch, prev, seq, size, subject_prev, v;
};

/// Reads an entry's bytes. nullptr, or what is wrong: they are not canonical, or a member is of another kind
/// than it should be.
const char* read_facts(std::string_view bytes, Facts& facts);

/// The time that a text of exactly the form "2026-01-02T03:04:05.000Z" names.
std::optional<TimePoint> exact_utc(std::string_view text);

}  // namespace latchkey::ledger
