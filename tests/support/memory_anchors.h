#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "store/anchors.h"

namespace latchkey::test {

/// Anchors that a test holds in its hand.
class MemoryAnchors final : public store::Anchors {
 public:
  std::vector<store::Anchored> newest() override {
    if (away) throw Error("the anchors are away");
    std::vector<store::Anchored> found;
    if (checkpoint) found.push_back({*checkpoint, "checkpoint"});
    if (!lines.empty()) found.push_back({lines.back().note, "log"});
    return found;
  }
  void publish(const std::string& note) override {
    if (away) throw Error("the anchors are away");
    checkpoint = note;
    ++published;
  }
  void log(const ledger::AnchorLine& line) override {
    if (away) throw Error("the anchors are away");
    lines.push_back(line);
  }

  std::optional<std::string> checkpoint;
  std::vector<ledger::AnchorLine> lines;
  int published = 0;
  bool away = false;
};

}  // namespace latchkey::test
