#pragma once

namespace latchkey {

/// Initialises libcurl, once per process and before its first handle; thread-safe. libcurl gets an allocator
/// that overwrites whatever it frees, because its request buffers and header lists hold credentials and the
/// bodies it sends may hold links. Throws Error when libcurl cannot start.
void start_curl();

}  // namespace latchkey
