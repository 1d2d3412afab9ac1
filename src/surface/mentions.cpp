#include "surface/mentions.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "base/text.h"

namespace latchkey::surface {
namespace {

namespace fs = std::filesystem;

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A recipient ends where no character can lengthen it: what is before an email can be more of its local part,
// what is behind it more of its domain.
bool stands_alone(std::string_view text, std::size_t at, std::size_t length) {
  constexpr std::string_view kLocalPart = "!#$%&*+-/=?^_`{|}~.";
  if (at > 0 && (is_alnum(text[at - 1]) || kLocalPart.find(text[at - 1]) != kLocalPart.npos)) return false;
  const std::string_view rest = text.substr(at + length);
  if (rest.empty()) return true;
  if (rest[0] == '.') return rest.size() < 2 || !is_alnum(rest[1]);
  return !is_alnum(rest[0]) && rest[0] != '-' && rest[0] != '_';
}

bool mentions(const fs::path& path, const std::vector<std::string>& recipients) {
  std::ifstream in(path, std::ios::binary);
  std::string line;
  while (std::getline(in, line)) {
    const std::string text = to_lower(line);
    for (const std::string& recipient : recipients) {
      for (auto at = text.find(recipient); at != std::string::npos; at = text.find(recipient, at + 1)) {
        if (stands_alone(text, at, recipient.size())) return true;
      }
    }
  }
  return false;
}

template <typename Iterator>
void look_through(const fs::path& folder, const std::vector<std::string>& recipients,
                  std::vector<fs::path>& found) {
  std::error_code error;
  for (auto at = Iterator(folder, fs::directory_options::skip_permission_denied, error);
       !error && at != Iterator(); at.increment(error)) {
    std::error_code unreadable;
    if (at->is_regular_file(unreadable) && mentions(at->path(), recipients)) found.push_back(at->path());
  }
}

}  // namespace

std::vector<fs::path> files_that_mention(const Config& config, const std::vector<std::string>& recipients) {
  std::vector<std::string> lower;
  for (const std::string& recipient : recipients) lower.push_back(to_lower(recipient));
  const fs::path folder = config.file.parent_path();
  std::vector<fs::path> found;
  look_through<fs::recursive_directory_iterator>(folder / "jobs", lower, found);
  look_through<fs::directory_iterator>(folder, lower, found);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> databases_kept_aside(const Config& config) {
  std::vector<fs::path> found;
  std::error_code error;
  for (auto at = fs::directory_iterator(config.data_dir, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    if (at->path().filename().string().find(".before-restore-") != std::string::npos)
      found.push_back(at->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace latchkey::surface
