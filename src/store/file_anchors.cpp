#include "store/file_anchors.h"

#include <syslog.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "ledger/checkpoint.h"

namespace latchkey::store {
namespace {

constexpr std::size_t kNoteMax = 4096;
constexpr unsigned kPublic = 0644;  // a checkpoint is meant to be seen

std::filesystem::path checkpoint_file(const std::filesystem::path& folder) {
  return folder / "checkpoint";
}

std::filesystem::path log_file(const std::filesystem::path& folder) {
  return folder / "checkpoints.log";
}

std::filesystem::path usable(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return folder;
  throw Error("the anchors folder " + folder.string() +
              " cannot be reached: mount it; where there never was one, create it (mkdir)");
}

// The last line that a power cut has not left unfinished.
std::optional<std::string> last_line(std::string text) {
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos) return std::nullopt;
  text.resize(end);
  const std::size_t begin = text.rfind('\n');
  return begin == std::string::npos ? text : text.substr(begin + 1);
}

}  // namespace

FileAnchors::FileAnchors(const std::filesystem::path& folder)
    : folder_(usable(folder)), lock_(folder / "lock") {}

std::optional<std::string> FileAnchors::checkpoint_in(const std::filesystem::path& folder) {
  return read_file_end(checkpoint_file(usable(folder)), kNoteMax);
}

std::vector<Anchored> FileAnchors::newest_in(const std::filesystem::path& folder) {
  std::vector<Anchored> found;
  if (auto note = checkpoint_in(folder))
    found.push_back({std::move(*note), checkpoint_file(folder).string()});
  const auto end = read_file_end(log_file(folder), kNoteMax);
  const auto line = end ? last_line(*end) : std::nullopt;
  if (line) {
    const auto parsed = ledger::parse_anchor_line(*line);
    // What cannot be read is handed on as it is: whoever compares says that it is no checkpoint.
    found.push_back({parsed ? parsed->note : *line, "the last line of " + log_file(folder).string()});
  }
  return found;
}

void FileAnchors::publish(const std::string& note) {
  replace_file(checkpoint_file(folder_), note, kPublic);
}

void FileAnchors::log(const ledger::AnchorLine& line) {
  append_line(log_file(folder_), ledger::format_anchor_line(line));
  syslog(LOG_DAEMON | LOG_NOTICE, "latchkey checkpoint %s", ledger::format_anchor_line(line).c_str());
}

}  // namespace latchkey::store
