#pragma once

namespace latchkey::test {

/// A test that tries every byte of something tries one in so many under the address sanitizer, where each
/// takes ten times as long and it matters that the code runs at all. As delivered it tries them all.
#ifdef __SANITIZE_ADDRESS__
inline constexpr int kEveryBytes = 13;
#else
inline constexpr int kEveryBytes = 1;
#endif

}  // namespace latchkey::test
