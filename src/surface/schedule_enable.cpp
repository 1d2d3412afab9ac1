#include "surface/schedule_enable.h"

#include <algorithm>

#include "base/text.h"
#include "engine/scheduler.h"
#include "surface/batch_preview.h"
#include "surface/output.h"
#include "surface/schedule_view.h"
#include "surface/table.h"
#include "surface/words.h"
#include "surface/zone_words.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kFilesPreviewed = 5;

/// What enabling shows before it arms: the next run, or what lies in the drop folder.
class EnablePreview {
 public:
  EnablePreview(StoreSession& session, const std::filesystem::path& file, bool json)
      : session_(session), file_(file), chosen_(file, std::nullopt), progress_(!json), json_(json) {}

  const job::Definition& definition() const { return chosen_.definition(); }
  OrderedJson& documents() { return documents_; }

  void show(Output& out) {
    if (!definition().recipients.folder.empty()) return show_folder(out);
    const TimePoint now = session_.now();
    const auto next = definition().schedule ? definition().schedule->when.next(now) : std::nullopt;
    try {
      show_one(chosen_, next ? next->at : now, out);
    } catch (const engine::RecipientsUnreadable& error) {
      // They are read when it fires; that they are not there yet is no fault.
      if (!json_) out.line(painted("Warning: ", Paint::Warning, Output::coloured()) + error.what());
    }
  }

 private:
  void show_one(ChosenRun& chosen, TimePoint begin, Output& out) {
    const BatchPreview preview = preview_run(session_, chosen, {begin, false}, progress_);
    documents_.push_back(preview_json(preview, session_.settings()));
    if (!json_) print_preview(preview, session_.settings(), out);
  }

  // What lies there already is taken at once.
  void show_folder(Output& out) {
    const auto files = DefinitionFiles().list(definition().recipients.folder);
    if (!json_) {
      out.line(definition().name + ": " + counted(files.size(), "file") + " in " +
               definition().recipients.folder.string() +
               (files.empty() ? ", none to be taken." : ", to be taken at once unless it was before:"));
    }
    for (std::size_t i = 0; i < std::min(files.size(), kFilesPreviewed); ++i) {
      const std::string name = files[i].path.filename().string();
      if (!json_) out.line("");
      try {
        ChosenRun one(file_, files[i].path.string());
        show_one(one, session_.now(), out);
      } catch (const std::exception& error) {
        if (!json_) out.line(shown(name) + ": " + error.what());
      }
    }
    if (files.size() > kFilesPreviewed && !json_)
      out.line("and " + counted(files.size() - kFilesPreviewed, "more file"));
  }

  StoreSession& session_;
  const std::filesystem::path file_;
  ChosenRun chosen_;
  ProgressLine progress_;
  const bool json_;
  OrderedJson documents_ = OrderedJson::array();
};

std::string armed_sentence(StoreSession& session, const job::Definition& definition, bool was_armed) {
  std::string text =
      definition.name +
      (was_armed ? " was armed already, with exactly this file; nothing was changed." : " is armed.");
  if (definition.schedule) {
    if (const auto next = definition.schedule->when.next(session.now())) {
      const TimeZone& zone = definition.schedule->when.zone();
      text += " It fires at " + time_words(zone, next->at) + " " + zone.name();
      text += definition.schedule->when.once() ? ", once." : ", then as its cron says.";
    }
  } else {
    text += " Files in " + definition.recipients.folder.string() + " are taken once each.";
  }
  if (!session.daemon_api()) text += " No daemon is running; `latchkey serve` starts one.";
  return text;
}

}  // namespace

int enable_one_schedule(const GlobalOptions& global, const std::filesystem::path& file) {
  StoreSession session(global);
  EnablePreview preview(session, file, global.json);
  const job::Definition& definition = preview.definition();
  Output out;
  preview.show(out);
  const auto before = session.store().find_schedule(definition.name);
  const bool was_armed = before && before->disarmed.empty() && before->digest == definition.digest &&
                         before->path == definition.file.string();
  if (!was_armed) {
    session.write([&](engine::Context& context) { return engine::enable_schedule(context, definition); });
  }
  if (global.json) {
    ScheduleView view;
    view.schedule = session.store().find_schedule(definition.name).value();
    view.definition = definition;
    OrderedJson document = schedule_json(view, session.now());
    document["changed"] = !was_armed;
    document["previews"] = preview.documents();
    out.line(document.dump());
  } else {
    out.line("");
    out.line(armed_sentence(session, definition, was_armed));
  }
  out.flush();
  return 0;
}

}  // namespace latchkey::surface
