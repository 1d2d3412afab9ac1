#pragma once

#include <istream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/context.h"
#include "engine/run.h"

namespace latchkey::engine {

/// A file in a drop folder, as the folder shows it.
struct DroppedFile {
  std::filesystem::path path;
  std::uintmax_t size = 0;
  std::int64_t changed = 0;  ///< any number that is another one after a change
  auto operator<=>(const DroppedFile&) const = default;
};

/// What a look at a file tells without reading it: another one after a change, nearly always.
struct FileMark {
  std::uint64_t inode = 0;
  std::uintmax_t size = 0;
  std::int64_t changed = 0;
  auto operator<=>(const FileMark&) const = default;
};

/// The recipients of a run cannot be read now.
class RecipientsUnreadable : public Error {
 public:
  using Error::Error;
};

/// Where definitions and recipients come from. The daemon's are files; a simulation's are made up.
class DefinitionSource {
 public:
  virtual ~DefinitionSource() = default;
  /// Throws InputError for a definition that is wrong, Error when it cannot be read.
  virtual job::Definition load(const std::filesystem::path& file) = 0;
  /// nullopt: it cannot be looked at.
  virtual std::optional<FileMark> mark(const std::filesystem::path& file) = 0;
  /// Throws RecipientsUnreadable.
  virtual std::unique_ptr<std::istream> open(const std::filesystem::path& recipients) = 0;
  /// The recipients' files in a drop folder, by name; none where the folder cannot be read.
  virtual std::vector<DroppedFile> list(const std::filesystem::path& folder) = 0;
};

/// Arms exactly this file: from now on its occurrences fire. Writes schedule.enabled. Throws InputError
/// wrong_state when its time is over, or it has nothing to fire at.
store::Schedule enable_schedule(Context& context, const job::Definition& definition);
/// False when it was not armed. Writes schedule.disabled.
bool disable_schedule(Context& context, const std::string& definition, const std::string& reason);

/// Fires what is armed. Belongs to one thread of its own, with a store of its own, because it reads files and
/// stores long imports; what it does is what `batch submit` does. Starts no thread and reads no clock but
/// that of its parts.
class Scheduler {
 public:
  /// Called with one sentence about what was done, or could not be. No recipient in it.
  using Tell = std::function<void(const std::string& text, bool trouble)>;

  /// All must outlive this object.
  Scheduler(const ImportParts& parts, DefinitionSource& source, Tell tell);

  /// Submits every run whose time has come, and writes down those that were missed or are skipped. Returns
  /// when it is needed again, at the latest in kLookAgain. Throws StoreBusy or Error when the database cannot
  /// be used: whatever was not written down is done by the next call. Costs what is due, a part of the armed
  /// files a look each, and a list of each drop folder.
  TimePoint tick();

  /// How often drop folders are looked into, and other definitions for a change of theirs. Before each run
  /// they are read, whatever the look says.
  static constexpr Millis kLookAgain{5000};
  static constexpr Millis kLookAtFile{60'000};

 private:
  struct Folder {
    std::filesystem::path path;
    Millis looked{0};               // boot time of the last look into it
    std::set<DroppedFile> seen;     // at that look, perhaps not complete yet
    std::set<DroppedFile> handled;  // submitted, or of no use
  };
  struct Armed {
    std::string digest;
    std::optional<FileMark> mark;  // of the file when it was last read and was what was armed
    std::string told;              // which run's trouble was told of, so that it is told once
    std::optional<Folder> folder;  // that it takes its files from, once that is known
    std::int64_t round = 0;        // of looks at the files
  };

  Armed& armed_of(const store::Schedule& schedule);
  void look_at_files();
  bool looks_the_same(store::Schedule& schedule);
  std::optional<job::Definition> read(store::Schedule& schedule);
  void disarm(store::Schedule& schedule, const std::string& why);
  void handle(store::Schedule& schedule);
  void fire_due(store::Schedule& schedule, job::Definition definition);
  bool fire(store::Schedule& schedule, const job::Definition& definition, const job::Occurrence& occurrence);
  void take_dropped(store::Schedule& schedule, Folder& folder);
  void write_down(const store::Schedule& schedule, const std::string& nominal, TimePoint at,
                  store::OccurrenceState state, const std::string& reason);
  void refuse_dropped(const std::string& definition, const std::string& key, const std::string& reason);
  void count_missed(store::Schedule& schedule, const job::Definition& definition);
  template <typename Work>
  void write(Work work);

  const ImportParts& parts_;
  DefinitionSource& source_;
  Tell tell_;
  std::map<std::string, Armed> armed_;
  std::string looked_to_;         // files of definitions up to this name were looked at in this round
  std::int64_t round_ = 1;        // of looks at all files
  std::optional<Millis> looked_;  // boot time of the last share of looks
};

}  // namespace latchkey::engine
