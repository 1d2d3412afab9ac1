#include "base/curl_library.h"

#include <curl/curl.h>
#include <malloc.h>
#include <string.h>  // explicit_bzero is not in <cstring>'s standard

#include <algorithm>
#include <cstdlib>

#include "base/error.h"

namespace latchkey {
namespace {

void wiping_free(void* memory) {
  if (!memory) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

// realloc(3) may move the bytes and leave the old ones behind, so the move is made here.
void* wiping_realloc(void* memory, std::size_t size) {
  if (!memory) return std::malloc(size);
  const std::size_t had = malloc_usable_size(memory);
  if (size != 0 && size <= had) return memory;
  void* moved = std::malloc(size);
  if (!moved) return nullptr;
  memcpy(moved, memory, std::min(had, size));
  wiping_free(memory);
  return moved;
}

}  // namespace

void start_curl() {
  static const CURLcode started = curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, wiping_free,
                                                       wiping_realloc, strdup, std::calloc);
  if (started != CURLE_OK) throw Error("libcurl cannot be initialised");
}

}  // namespace latchkey
