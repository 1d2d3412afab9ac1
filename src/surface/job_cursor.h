#pragma once

#include <cstdint>
#include <string>

namespace latchkey::surface {

/// Where an answer to GET /v1/jobs goes on, as callers get it: opaque to them, and good for the same question
/// only. `question` is every filter as it was given.
std::string job_cursor(std::int64_t after_id, const std::string& question);

/// The id that a cursor holds. Throws InputError on field "cursor" when it is none of ours, or another
/// question's.
std::int64_t after_id_of(const std::string& cursor, const std::string& question);

}  // namespace latchkey::surface
