#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config.h"
#include "surface/store_session.h"

namespace latchkey::surface {

/// One thing that `doctor` has looked at.
struct Diagnosis {
  /// Fine; worth knowing; will hurt sooner or later; hurts now.
  enum class Severity { Ok, Note, Warning, Error };

  Severity severity = Severity::Ok;
  std::string about;  ///< which part, in one word or two: "disk", "mayar"
  std::string text;   ///< one sentence; no secret, no recipient
  std::string mend;   ///< the command that mends it; empty where there is nothing to mend
};

/// Collects what is found.
class Diagnoses {
 public:
  void ok(std::string about, std::string text);
  void note(std::string about, std::string text, std::string mend = {});
  void warning(std::string about, std::string text, std::string mend);
  void error(std::string about, std::string text, std::string mend);
  /// Runs one examination. What it throws is a finding too: the others go on.
  void examine(const std::string& about, const std::string& mend, const std::function<void()>& examination);

  const std::vector<Diagnosis>& all() const { return all_; }

 private:
  std::vector<Diagnosis> all_;
};

/// Keys, their permissions, disk space, the clock: what can be seen without the database.
void examine_machine(const Config& config, Diagnoses& found);
/// Gates, held and stuck jobs, tokens, the outbox, erasures that were not finished, backups' age.
void examine_queue(StoreSession& session, Diagnoses& found);
/// What fires by itself: schedules that do not any more, and runs that were missed in the last day.
void examine_schedules(StoreSession& session, Diagnoses& found);
/// Origin, signing key and anchors against the database.
void examine_ledger(StoreSession& session, Diagnoses& found);
/// Providers, mail server, webhooks, and the running daemon's own word.
void examine_outside(const Config& config, Diagnoses& found);

}  // namespace latchkey::surface
