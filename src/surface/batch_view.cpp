#include "surface/batch_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/time_text.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using store::BatchState;

std::array<std::pair<const char*, std::int64_t>, 7> counts_by_state(const store::BatchCounts& counts) {
  return {{{"queued", counts.queued},
           {"running", counts.running},
           {"done", counts.done},
           {"failed", counts.failed},
           {"stale", counts.stale},
           {"held", counts.held},
           {"cancelled", counts.cancelled}}};
}

OrderedJson counts_json(const store::BatchCounts& counts) {
  OrderedJson json;
  for (const auto& [state, count] : counts_by_state(counts)) json[state] = count;
  return json;
}

OrderedJson optional_time(const std::optional<TimePoint>& time) {
  return time ? OrderedJson(format_utc(*time)) : OrderedJson(nullptr);
}

OrderedJson optional_text(const std::string& text) {
  return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
}

std::optional<double> pace_so_far(const BatchView& view) {
  const auto& counts = view.counts;
  if (view.ended() < 2 || !counts.first_end || *counts.last_end <= *counts.first_end) return std::nullopt;
  const double minutes =
      std::chrono::duration<double, std::ratio<60>>(*counts.last_end - *counts.first_end).count();
  return static_cast<double>(view.ended() - 1) / minutes;
}

// The plan, unless the limit has not let it be kept.
std::optional<TimePoint> end_of(const BatchView& view, const engine::Settings& settings, TimePoint now) {
  if (view.batch.state != BatchState::Open || view.counts.queued + view.counts.running == 0)
    return std::nullopt;
  const std::string hand_over = string_member(view.plan, "handover").value_or("");
  const int calls = settings.calls_of(job::hand_over_named(hand_over).value_or(job::HandOver::None));
  const auto at_limit =
      std::chrono::ceil<Millis>(settings.of(view.batch.provider).rate.interval * calls * view.counts.queued);
  return std::max(view.planned("lastDueAt").value_or(now), now + at_limit);
}

OrderedJson rounded(const std::optional<double>& per_minute) {
  return per_minute ? OrderedJson(std::round(*per_minute * 10) / 10) : OrderedJson(nullptr);
}

}  // namespace

std::optional<TimePoint> BatchView::planned(const char* member) const {
  const auto text = string_member(plan, member);
  return text ? parse_rfc3339(*text) : std::nullopt;
}

BatchView view_of(store::Store& store, const engine::Settings& settings, store::Batch batch, TimePoint now) {
  BatchView view;
  view.counts = store.batch_counts(batch.id);
  view.plan = parse_json(batch.plan).value_or(Json::object());
  view.batch = std::move(batch);
  view.per_minute = pace_so_far(view);
  view.estimated_end = end_of(view, settings, now);
  return view;
}

BatchView find_view(store::Store& store, const engine::Settings& settings, const std::string& id,
                    TimePoint now) {
  auto batch = store.find_batch(id);
  if (!batch) throw InputError("not_found", "batch", "no batch has this id");
  return view_of(store, settings, std::move(*batch), now);
}

std::optional<Failures> failures_of(store::Store& store, const BatchView& view, std::int64_t looks) {
  Failures failures;
  if (view.failures() == 0) return failures;
  store::JobFilter filter;
  filter.batch = view.batch.id;
  filter.states = {job::State::Failed, job::State::Held, job::State::Stale};
  filter.looks_max = looks;
  const auto stopped = store.each_job(filter, [&](const job::Job& job) {
    const bool stale = job.standing.state == job::State::Stale;
    ++failures[std::string(job.code && !stale ? job::name(*job.code) : name(job.standing.state))];
    return true;
  });
  if (stopped) return std::nullopt;
  return failures;
}

OrderedJson failures_json(const std::optional<Failures>& failures) {
  if (!failures) return nullptr;
  OrderedJson json = OrderedJson::object();
  for (const auto& [why, count] : *failures) json[why] = count;
  return json;
}

OrderedJson batch_json(const BatchView& view) {
  const store::Batch& batch = view.batch;
  OrderedJson json{{"batch", batch.id},
                   {"definition", batch.definition},
                   {"nominal", batch.nominal},
                   {"provider", job::name(batch.provider)},
                   {"state", name(batch.state)},
                   {"createdAt", format_utc(batch.created_at)},
                   {"createdBy", batch.actor},
                   {"reason", optional_text(batch.reason)},
                   {"finishedAt", optional_time(batch.finished_at)},
                   {"jobs", view.counts.all()},
                   {"counts", counts_json(view.counts)},
                   {"firstEndAt", optional_time(view.counts.first_end)},
                   {"lastEndAt", optional_time(view.counts.last_end)},
                   {"jobsPerMinute", rounded(view.per_minute)},
                   {"estimatedEndAt", optional_time(view.estimated_end)},
                   {"definitionDigest", batch.definition_digest},
                   {"recipientsDigest", batch.recipients_digest},
                   {"onComplete", optional_text(batch.on_complete)}};
  // In its own order, which the parsed one has lost.
  json["plan"] = OrderedJson::parse(batch.plan, nullptr, false);
  if (json["plan"].is_discarded()) json["plan"] = nullptr;
  return json;
}

OrderedJson batch_progress_json(const BatchView& view, const std::optional<Failures>& failures,
                                TimePoint now) {
  return {{"at", format_utc(now)},
          {"batch", view.batch.id},
          {"state", name(view.batch.state)},
          {"jobs", view.counts.all()},
          {"counts", counts_json(view.counts)},
          {"jobsPerMinute", rounded(view.per_minute)},
          {"estimatedEndAt", optional_time(view.estimated_end)},
          {"finishedAt", optional_time(view.batch.finished_at)},
          {"failures", failures_json(failures)}};
}

Cell batch_state_cell(BatchState state) {
  const std::string text(name(state));
  switch (state) {
    case BatchState::Submitting:
    case BatchState::Open:
      return {text};
    case BatchState::Paused:
      return {text, Paint::Warning};
    case BatchState::Cancelled:
    case BatchState::Abandoned:
      return {text, Paint::Quiet};
    case BatchState::Finished:
      return {text, Paint::Good};
  }
  return {text};
}

std::string counts_words(const store::BatchCounts& counts) {
  std::string text;
  for (const auto& [state, count] : counts_by_state(counts)) {
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(state) + " " + counted(static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace latchkey::surface
