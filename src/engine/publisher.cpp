#include "engine/publisher.h"

#include <algorithm>

#include "base/crypto.h"
#include "ledger/checkpoint.h"

namespace latchkey::engine {
namespace {

constexpr Millis kBetweenLooks{1'000};
constexpr Millis kBetweenLines{60'000};
constexpr Millis kBetweenComplaints{60'000};

constexpr const char* kWaysOn =
    ". If an older state was restored on purpose, `latchkey audit new-origin --reason …` goes on from it "
    "under "
    "a new origin. If not, change nothing, keep the database and the anchors, and find out who exchanged it: "
    "`latchkey audit verify` lists what differs";

std::int64_t day_of(TimePoint time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

}  // namespace

Publisher::Publisher(store::Store& store, store::Anchors& anchors, const Secret& signing_key,
                     std::function<void(const std::string&)> complain, PublishedCheckpoint* shown)
    : store_(store),
      anchors_(anchors),
      signing_key_(signing_key),
      origins_(origins_of(store)),
      public_key_(ed25519_public_key(signing_key)),
      complain_(std::move(complain)),
      shown_(shown) {}

ledger::ReadNode Publisher::nodes() {
  return [this](std::int64_t index) { return store_.node(index); };
}

void Publisher::compare() {
  const std::vector<store::Anchored> newest = anchors_.newest();
  if (newest.empty() && store_.last_checkpoint()) {
    const std::string gone =
        "the anchors hold no checkpoint, though some were published: is their disk mounted?";
    if (published_ > 0) throw Error(gone);  // they were there when this process began
    throw AnchorMismatch(gone +
                         " If they are lost for good, `latchkey audit new-origin --reason …` begins anew, "
                         "and says so in the ledger");
  }
  for (const store::Anchored& anchored : newest) compare(anchored, store_.head().size);
  // A log.init that gives a published history up may have been written by anybody who can write the database.
  // The one of `audit new-origin` is published at once.
  const auto vouches = [&](const store::Anchored& anchored) {
    return ledger::verified_checkpoint(anchored.note, {origin(), public_key_}).has_value();
  };
  if (newest.empty() || std::any_of(newest.begin(), newest.end(), vouches)) return;
  throw AnchorMismatch(newest.front().place + " holds a checkpoint of another name than " + origin() +
                       ", which the ledger calls itself since its entry " +
                       std::to_string(origins_.back().since) + " and nobody has published" + kWaysOn);
}

void Publisher::compare(const store::Anchored& anchored, std::int64_t size) {
  const auto claimed = ledger::claimed_checkpoint(anchored.note);
  const std::string name = claimed ? claimed->origin : "";
  const auto mismatch = [&](const std::string& what) -> AnchorMismatch {
    return AnchorMismatch(anchored.place + " " + what + kWaysOn);
  };
  for (const Origin& origin : origins_) {
    if (origin.name != name) continue;
    const auto checkpoint = ledger::verified_checkpoint(anchored.note, {name, public_key_});
    if (!checkpoint) throw mismatch("holds a checkpoint that was not signed with this ledger's key");
    // What was published under an older origin beyond the fork, or the backup that it goes on from, is the
    // history that was given up there.
    if (origin.to && checkpoint->size > *origin.to) return;
    if (checkpoint->size > size) {
      throw mismatch("says that the ledger had " + std::to_string(checkpoint->size) +
                     " entries, but it has " + std::to_string(size));
    }
    if (ledger::tree_root(checkpoint->size, nodes()) != checkpoint->root) {
      throw mismatch("holds a checkpoint of " + std::to_string(checkpoint->size) +
                     " entries whose root is not that of the ledger's first " +
                     std::to_string(checkpoint->size));
    }
    return;
  }
  throw mismatch(claimed ? "holds a checkpoint of another ledger" : "does not hold a checkpoint");
}

bool Publisher::tick(const Instant& now) {
  if (now.boot < next_look_) return false;
  next_look_ = now.boot + kBetweenLooks;
  store_.require_same_file();
  const std::int64_t size = store_.head().size;
  const bool first = !logged_at_;
  const bool new_day = !first && day_of(now.wall) != day_of(logged_at_->wall);
  const bool line_due = !first && size != logged_ && now.boot >= logged_at_->boot + kBetweenLines;
  if (first || new_day || line_due) {
    or_complain(now, [&] {
      publish(now.wall, first ? "start" : new_day ? "day" : "minute");
      logged_at_ = now;
    });
    return true;
  }
  if (size != published_) {
    or_complain(now, [&] {
      compare();
      publish_note(sign(size), size, now.wall);
    });
  }
  return false;
}

void Publisher::stop(const Instant& now) {
  next_complaint_ = Millis(0);
  or_complain(now, [&] { publish(now.wall, "stop"); });
}

void Publisher::or_complain(const Instant& now, const std::function<void()>& work) {
  try {
    work();
  } catch (const AnchorMismatch&) {
    throw;
  } catch (const Error& error) {
    if (shown_ != nullptr) shown_->failed();
    if (now.boot < next_complaint_) return;
    next_complaint_ = now.boot + kBetweenComplaints;
    if (complain_) complain_(error.what());
  }
}

std::string Publisher::publish(TimePoint now, const std::string& why) {
  compare();
  return publish_unchecked(now, why);
}

std::string Publisher::publish_fork(TimePoint now) {
  const std::int64_t size = store_.head().size;
  for (const store::Anchored& anchored : anchors_.newest()) compare(anchored, size);
  return publish_unchecked(now, "origin");
}

std::string Publisher::publish_unchecked(TimePoint now, const std::string& why) {
  store_.require_same_file();
  const std::int64_t size = store_.head().size;
  std::string note = sign(size);
  publish_note(note, size, now);
  anchors_.log({now, why, note});
  logged_ = size;
  store::Transaction transaction(store_);
  store_.put_checkpoint(size, note);
  transaction.commit();
  return note;
}

void Publisher::publish_note(const std::string& note, std::int64_t size, TimePoint now) {
  anchors_.publish(note);
  published_ = size;
  if (shown_ != nullptr) shown_->published(note, size, now);
}

std::string Publisher::sign(std::int64_t size) {
  return ledger::sign_checkpoint({origin(), size, ledger::tree_root(size, nodes())}, signing_key_);
}

}  // namespace latchkey::engine
