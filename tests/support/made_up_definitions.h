#pragma once

#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "engine/scheduler.h"

namespace latchkey::test {

/// Definitions and recipients of a test, by path.
class MadeUpDefinitions final : public engine::DefinitionSource {
 public:
  void put(const job::Definition& definition) {
    definitions.insert_or_assign(definition.file.string(), definition);
  }
  job::Definition load(const std::filesystem::path& file) override {
    const auto found = definitions.find(file.string());
    ++loads;
    if (found == definitions.end() || gone.contains(file.string())) throw Error("no such definition");
    return found->second;
  }
  std::optional<engine::FileMark> mark(const std::filesystem::path& file) override {
    const auto found = definitions.find(file.string());
    if (found == definitions.end() || gone.contains(file.string())) return std::nullopt;
    return engine::FileMark{std::hash<std::string>()(found->second.digest), 0, 0};
  }
  std::unique_ptr<std::istream> open(const std::filesystem::path& file) override {
    const auto found = recipients.find(file.string());
    if (found == recipients.end()) throw engine::RecipientsUnreadable("no such file");
    if (opened) std::exchange(opened, nullptr)();
    return std::make_unique<std::istringstream>(found->second);
  }
  std::vector<engine::DroppedFile> list(const std::filesystem::path& folder) override {
    std::vector<engine::DroppedFile> files;
    for (const auto& [path, text] : recipients) {
      if (path.starts_with(folder.string() + "/")) files.push_back({path, text.size(), changed[path]});
    }
    return files;
  }

  std::map<std::string, job::Definition> definitions;
  std::map<std::string, std::string> recipients;
  std::map<std::string, std::int64_t> changed;
  std::set<std::string> gone;
  std::function<void()> opened;  // called once, by the next open
  int loads = 0;
};

}  // namespace latchkey::test
