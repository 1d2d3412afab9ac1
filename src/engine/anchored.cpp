#include "engine/anchored.h"

#include <fstream>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "ledger/anchor_line.h"

namespace latchkey::engine {
namespace {

constexpr std::size_t kNoteMax = 4096;

void read_log(const std::filesystem::path& file, AnchoredHistory& anchored) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(file.string() + " cannot be read: check its permissions");
  std::string line;
  for (std::int64_t number = 1; std::getline(in, line) && !in.eof(); ++number) {
    const auto parsed = ledger::parse_anchor_line(line);
    anchored.checkpoints.push_back(
        {file.filename().string() + " line " + std::to_string(number), parsed ? parsed->note : "", true});
    if (parsed) anchored.latest = parsed->t;
  }
  if (in.bad()) throw Error(file.string() + " cannot be read to its end");
}

}  // namespace

AnchoredHistory read_anchored(const std::filesystem::path& folder) {
  AnchoredHistory anchored;
  std::error_code ignored;
  if (const auto log = folder / "checkpoints.log"; std::filesystem::exists(log, ignored)) {
    read_log(log, anchored);
  }
  if (const auto newest = folder / "checkpoint"; std::filesystem::exists(newest, ignored)) {
    anchored.checkpoints.push_back({"checkpoint", read_file(newest, kNoteMax), true});
  }
  return anchored;
}

}  // namespace latchkey::engine
