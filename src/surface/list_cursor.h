#pragma once

#include <cstdint>
#include <string>

namespace latchkey::surface {

// Where a list that is answered in pages goes on, as callers get it: opaque to them, and good for the same
// question only. `question` is every filter as it was given. What reads one throws InputError on field
// "cursor" when it is none of ours, or another question's.

/// GET /v1/jobs goes on after the job with this id.
std::string job_cursor(std::int64_t after_id, const std::string& question);
std::int64_t after_id_of(const std::string& cursor, const std::string& question);

/// GET /v1/batches goes on after this batch.
std::string batch_cursor(const std::string& after_batch, const std::string& question);
std::string after_batch_of(const std::string& cursor, const std::string& question);

}  // namespace latchkey::surface
