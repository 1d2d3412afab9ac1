#include "surface/read_stores.h"

#include "store/sqlite_store.h"

namespace latchkey::surface {
namespace {

// Each keeps a cache and some files open: more are closed as soon as they are given back.
constexpr std::size_t kKept = 16;
constexpr Millis kLeasePatience{5'000};

}  // namespace

ReadStores::ReadStores(std::filesystem::path database, Clock& clock, std::size_t most)
    : database_(std::move(database)), clock_(clock), most_(most) {}

ReadStores::Lease ReadStores::lease() {
  std::unique_ptr<store::Store> store;
  {
    std::unique_lock lock(mutex_);
    if (!returned_.wait_for(lock, kLeasePatience, [this] { return leased_ < most_; })) {
      throw InputError("try_later", "", "too many questions are being answered: try again in a second");
    }
    ++leased_;
    if (!idle_.empty()) {
      store = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  try {
    if (!store) {
      store = std::make_unique<store::SqliteStore>(database_, clock_, store::Access::ReadOnly);
    }
  } catch (...) {
    give_back(nullptr);
    throw;
  }
  return Lease(*this, std::move(store));
}

void ReadStores::give_back(std::unique_ptr<store::Store> store) {
  {
    const std::lock_guard lock(mutex_);
    --leased_;
    if (store && idle_.size() < kKept) idle_.push_back(std::move(store));
  }
  returned_.notify_one();  // one that is not kept is closed only now, outside the lock
}

}  // namespace latchkey::surface
