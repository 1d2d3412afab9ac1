#pragma once

#include <cstddef>

namespace latchkey {

/// Memory for secrets: locked against swap, left out of core dumps and of forks. Locking works on whole pages
/// and takes four system calls, so blocks of up to a page share pages that are locked once and kept; larger
/// ones have a mapping of their own. Thread-safe.
///
/// `size` zeroed bytes; nullptr for none. Throws Error when the system has no memory left.
char* take_locked(std::size_t size);
/// Wipes and gives back what take_locked(size) gave.
void give_back_locked(char* block, std::size_t size) noexcept;

}  // namespace latchkey
