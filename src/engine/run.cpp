#include "engine/run.h"

#include <algorithm>

#include "base/json.h"
#include "base/time_text.h"
#include "engine/door.h"
#include "engine/run_rows.h"

namespace latchkey::engine {
namespace {

// Only looks.
class Looking final : public job::RecipientRows {
 public:
  Looking(Context& context, RunRows& rows) : context_(context), rows_(rows) {}
  void good(job::Submission row, int line, int) override { rows_.judge(context_, std::move(row), line); }
  void broken(FieldError error) override { rows_.broken(std::move(error)); }

 private:
  Context& context_;
  RunRows& rows_;
};

// What a definition asks of the configuration, which whoever wrote it may not have had at hand.
void require_configured(const job::Definition& definition, const Settings& settings) {
  std::vector<FieldError> errors;
  const Millis most = settings.of(definition.provider).link_lifetime;
  if (definition.lifetime && *definition.lifetime > most) {
    errors.push_back({"lifetime", "expected at most " + format_duration(most) + ", the link_lifetime of " +
                                      std::string(job::name(definition.provider))});
  }
  const auto& endpoints = settings.webhooks;
  const bool known = std::any_of(endpoints.begin(), endpoints.end(), [&](const Endpoint& endpoint) {
    return endpoint.name == definition.on_complete;
  });
  if (!definition.on_complete.empty() && !known)
    errors.push_back({"on_complete", "the configuration has no [[webhooks]] of this name"});
  if (errors.empty()) return;
  const std::string summary = errors.front().field + ": " + errors.front().message;
  throw InputError("invalid_request", summary, std::move(errors));
}

OrderedJson time_or_null(const std::optional<TimePoint>& t) {
  return t ? OrderedJson(format_utc(*t)) : OrderedJson(nullptr);
}

std::string window_text(const job::SendWindow& window) {
  static constexpr const char* kDays[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
  std::string days;
  for (std::size_t day = 0; day < 7; ++day) {
    if (window.weekdays().at(day)) days += (days.empty() ? "" : ",") + std::string(kDays[day]);
  }
  const auto clock = [](std::chrono::minutes time) {
    const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(time.count() / 60) + ":" + two(time.count() % 60);
  };
  return days + " " + clock(window.from()) + "-" + clock(window.to()) + " " + window.zone().name();
}

}  // namespace

std::string RunPlan::json(const Run& run, const Settings& settings) const {
  const job::Definition& definition = run.definition;
  OrderedJson plan;
  plan["rows"] = rows;
  plan["jobs"] = jobs;
  plan["broken"] = broken;
  plan["skipped"] = OrderedJson::object();
  for (const auto& [code, count] : skipped) plan["skipped"][std::string(job::name(code))] = count;
  plan["begin"] = format_utc(run.begin);
  plan["firstDueAt"] = time_or_null(first_due);
  plan["lastDueAt"] = time_or_null(last_due);
  plan["days"] = OrderedJson::object();
  for (const auto& [day, count] : days) plan["days"][day] = count;
  plan["timezone"] = zone;
  plan["rate"] = settings.of(definition.provider).rate.text;
  plan["marginPercent"] = definition.pace.margin;
  plan["window"] = definition.window ? OrderedJson(window_text(*definition.window)) : OrderedJson(nullptr);
  plan["handover"] = job::name(definition.hand_over);
  const Millis lifetime = definition.lifetime.value_or(settings.of(definition.provider).link_lifetime);
  plan["lifetimeMs"] = lifetime.count();
  return plan.dump();
}

RunPlan plan_run(const ImportParts& parts, const Run& run) {
  const Instant now = parts.clock.now();
  Forecasts forecasts(parts.store, parts.settings, now.wall);
  Context context{parts.store, parts.random, parts.settings, forecasts, now, parts.actor};
  job::Submission any;
  any.provider = run.definition.provider;
  any.hand_over = run.definition.hand_over;
  require_offered(context, any);
  require_configured(run.definition, parts.settings);
  RunRows rows(run, parts.settings, forecasts, parts.random);
  Looking preview(context, rows);
  const auto in = run.open();
  const auto progress = [&](int read) {
    if (parts.progress) parts.progress(static_cast<std::size_t>(read));
  };
  const job::SubmissionLimits limits = limits_of(run, parts.settings, now.wall);
  const auto& definition = run.definition;
  job::FileFacts facts =
      job::each_recipient(*in, definition.provider, limits, definition.recipients.columns, preview, progress);
  RunPlan plan = std::move(rows.plan());
  plan.rows = facts.rows;
  plan.digest = std::move(facts.digest);
  plan.unknown = std::move(facts.unknown);
  return plan;
}

}  // namespace latchkey::engine
