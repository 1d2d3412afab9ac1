#include "surface/preview_view.h"

#include "base/time_text.h"
#include "surface/job_view.h"
#include "surface/table.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using engine::BulkAction;
using engine::Selection;

std::size_t size_of(std::int64_t jobs) {
  return static_cast<std::size_t>(jobs);
}

OrderedJson code_or_null(const std::optional<job::Code>& code) {
  return code ? OrderedJson(name(*code)) : OrderedJson(nullptr);
}

OrderedJson reasons_json(const Selection& selection) {
  OrderedJson list = OrderedJson::array();
  for (const auto& [reason, jobs] : selection.reasons) {
    list.push_back({{"state", name(reason.state)}, {"code", code_or_null(reason.code)}, {"jobs", jobs}});
  }
  return list;
}

OrderedJson left_out_json(const Selection& selection) {
  OrderedJson list = OrderedJson::array();
  for (const auto& [why, left] : selection.left_out) {
    list.push_back({{"why", name(why)}, {"jobs", left.jobs}, {"sample", left.sample}});
  }
  return list;
}

OrderedJson sample_json(const Selection& selection) {
  OrderedJson list = OrderedJson::array();
  for (const Selection::Sampled& one : selection.sample) {
    list.push_back({{"requestId", one.request_id},
                    {"provider", name(one.provider)},
                    {"state", name(one.reason.state)},
                    {"code", code_or_null(one.reason.code)},
                    {"at", format_utc(one.at)}});
  }
  return list;
}

OrderedJson pacing_json(const engine::Preview& preview, const engine::Settings& settings) {
  if (!preview.pacing) return nullptr;
  const job::Provider provider = preview.selection.providers.begin()->first;
  return {{"provider", name(provider)},
          {"rate", settings.of(provider).rate.text},
          {"marginPercent", engine::kReprocessMargin},
          {"firstDueAt", format_utc(preview.pacing->first_due)},
          {"lastDueAt", format_utc(preview.pacing->last_due)},
          {"lifetime", format_duration(preview.pacing->lifetime)}};
}

// "reprocessed", as in "3 jobs would be reprocessed".
std::string done_word(BulkAction action) {
  switch (action) {
    case BulkAction::Reprocess:
      return "reprocessed";
    case BulkAction::Release:
      return "released";
    case BulkAction::CloseSent:
      return "closed as sent";
    case BulkAction::CloseNotSent:
      return "closed as not sent";
  }
  return {};
}

void print_left_out(const Selection& selection, bool coloured, Output& out) {
  if (selection.left_out.empty()) return;
  Table table;
  table.align_right(0);
  for (const auto& [why, left] : selection.left_out) {
    std::string some;
    for (std::size_t i = 0; i < left.sample.size() && i < 3; ++i) some += (i > 0 ? ", " : "") + left.sample[i];
    if (size_of(left.jobs) > 3) some += ", …";
    table.add({counted(size_of(left.jobs)), engine::meaning(why), Cell(some, Paint::Quiet)});
  }
  out.line("Left out:");
  out.text(table.text(coloured, 2));
}

void print_sample(const Selection& selection, TimePoint now, bool coloured, Output& out) {
  Table table;
  for (const Selection::Sampled& one : selection.sample) {
    table.add({one.request_id, name(one.provider), state_cell(one.reason.state),
               std::string(one.reason.code ? name(*one.reason.code) : ""), format_local_short(one.at, now)});
  }
  out.line(size_of(selection.jobs) > selection.sample.size() ? "The newest of them:" : "These are:");
  out.text(table.text(coloured, 2));
}

void print_pacing(const engine::Preview& preview, const engine::Settings& settings, Output& out) {
  if (!preview.pacing) return;
  const job::Provider provider = preview.selection.providers.begin()->first;
  const job::Rate& rate = settings.of(provider).rate;
  const std::string lifetime = format_duration(preview.pacing->lifetime);
  out.line("New jobs would be due from " + format_local(preview.pacing->first_due) + " to " +
           format_local(preview.pacing->last_due) + ", each fresh for " + lifetime + " at least.");
  if (rate.unlimited()) return;
  out.line("  " + std::string(name(provider)) + " admits " + rate.text + "; " +
           std::to_string(engine::kReprocessMargin) + " % of it are left to others.");
}

}  // namespace

OrderedJson preview_json(const engine::Preview& preview, const engine::Settings& settings,
                         const std::optional<store::Preview>& kept) {
  const Selection& selection = preview.selection;
  const OrderedJson nothing(nullptr);
  return {{"previewId", kept ? OrderedJson(kept->id) : nothing},
          {"action", name(preview.selector.action)},
          {"jobs", selection.jobs},
          {"jobsMost", engine::kBulkJobsMost},
          {"reasons", reasons_json(selection)},
          {"leftOut", left_out_json(selection)},
          {"sample", sample_json(selection)},
          {"pacing", pacing_json(preview, settings)},
          {"validUntil", kept ? OrderedJson(format_utc(kept->created_at + engine::kPreviewLife)) : nothing}};
}

OrderedJson executed_json(const engine::Executed& executed) {
  const auto time = [](const std::optional<TimePoint>& at) {
    return at ? OrderedJson(format_utc(*at)) : OrderedJson(nullptr);
  };
  return {{"action", name(executed.action)},
          {"jobs", executed.jobs},
          {"batch", executed.batch.empty() ? OrderedJson(nullptr) : OrderedJson(executed.batch)},
          {"firstDueAt", time(executed.first_due)},
          {"lastDueAt", time(executed.last_due)}};
}

std::string executed_text(const engine::Executed& executed) {
  const std::string jobs = counted(size_of(executed.jobs), "job");
  const std::string is = executed.jobs == 1 ? " is " : " are ";
  std::string text = jobs + is + done_word(executed.action) + ".";
  if (!executed.batch.empty()) {
    text += " The new ones are batch " + executed.batch + ", due from " + format_local(*executed.first_due) +
            " to " + format_local(*executed.last_due) + ".";
  }
  return text;
}

void print_preview(const engine::Preview& preview, const engine::Settings& settings, TimePoint now,
                   Output& out) {
  const bool coloured = Output::coloured();
  const Selection& selection = preview.selection;
  const std::string done = done_word(preview.selector.action);
  if (selection.jobs == 0) {
    out.line("No job would be " + done + ".");
    return print_left_out(selection, coloured, out);
  }
  out.line(painted(counted(size_of(selection.jobs), "job") + " would be " + done, Paint::Strong, coloured) + ":");
  Table reasons;
  reasons.align_right(0);
  for (const auto& [reason, jobs] : selection.reasons) {
    const std::string why(reason.code ? job::meaning(*reason.code) : "");
    reasons.add({counted(size_of(jobs)), state_cell(reason.state),
                 std::string(reason.code ? name(*reason.code) : ""), Cell(why, Paint::Quiet)});
  }
  out.text(reasons.text(coloured, 2));
  print_left_out(selection, coloured, out);
  print_sample(selection, now, coloured, out);
  print_pacing(preview, settings, out);
}

}  // namespace latchkey::surface
