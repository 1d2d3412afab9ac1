#pragma once

#include <string>
#include <vector>

#include "ledger/anchor_line.h"

namespace latchkey::store {

/// A checkpoint as it was found outside the database.
struct Anchored {
  std::string note;
  std::string place;  ///< for people: which file, which line
};

/// The places outside the database that hold checkpoints. They are what shows that a ledger's end was cut
/// off, or that the whole database was exchanged. All throw Error when the place cannot be reached.
class Anchors {
 public:
  virtual ~Anchors() = default;
  /// The newest checkpoint at each place.
  virtual std::vector<Anchored> newest() = 0;
  /// The checkpoint that follows each growth; replaces the one before. Durable when it returns.
  virtual void publish(const std::string& note) = 0;
  /// Adds to the log that keeps them. Durable when it returns.
  virtual void log(const ledger::AnchorLine& line) = 0;
};

}  // namespace latchkey::store
