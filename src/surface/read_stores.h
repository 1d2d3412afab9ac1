#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace latchkey::surface {

/// Connections that read the database, for threads that answer callers: each is one thread's for as long as
/// it has it. They are opened when they are needed. Thread-safe.
class ReadStores {
 public:
  /// At most `most` are open at once.
  ReadStores(std::filesystem::path database, Clock& clock, std::size_t most);

  /// One connection, given back when this goes.
  class Lease {
   public:
    Lease(ReadStores& pool, std::unique_ptr<store::Store> store) : pool_(&pool), store_(std::move(store)) {}
    ~Lease() { pool_->give_back(std::move(store_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    store::Store& operator*() const { return *store_; }
    store::Store* operator->() const { return store_.get(); }

   private:
    ReadStores* pool_;
    std::unique_ptr<store::Store> store_;
  };

  /// Waits for a free one, and throws InputError try_later when there is none in time; Error when the
  /// database cannot be opened.
  Lease lease();

 private:
  void give_back(std::unique_ptr<store::Store> store);

  const std::filesystem::path database_;
  Clock& clock_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<store::Store>> idle_;
  std::size_t leased_ = 0;
};

}  // namespace latchkey::surface
