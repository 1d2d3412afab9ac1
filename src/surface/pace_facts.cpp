#include "surface/pace_facts.h"

#include <algorithm>
#include <array>

#include "base/time_text.h"
#include "engine/pacer.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr std::array kWeekdayNames{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

std::int64_t jobs_in(Millis open, job::Micros spacing) {
  // The first goes as it opens; each is due at a whole millisecond.
  return job::Micros(open - Millis(1)) / spacing + 1;
}

std::string clock_words(std::chrono::minutes time) {
  const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return two(time.count() / 60) + ":" + two(time.count() % 60);
}

std::string counted_jobs(std::int64_t number) {
  return counted(static_cast<std::size_t>(number), "job");
}

}  // namespace

Millis PaceFacts::lasts(std::int64_t jobs) const {
  return std::chrono::ceil<Millis>(spacing * std::max<std::int64_t>(0, jobs - 1));
}

PaceFacts pace_facts(const job::Definition& definition, const engine::Settings& settings) {
  PaceFacts facts;
  const job::Rate& rate = settings.of(definition.provider).rate;
  if (rate.unlimited()) return facts;
  facts.spacing =
      engine::Pacer::spacing(rate, settings.calls_of(definition.hand_over), definition.pace.margin);
  facts.an_hour = jobs_in(std::chrono::hours(1), facts.spacing);
  if (definition.window) {
    facts.a_day = jobs_in(definition.window->to() - definition.window->from(), facts.spacing);
    facts.a_week = jobs_in(definition.window->open_a_week(), facts.spacing);
  }
  return facts;
}

std::string limit_sentence(const job::Definition& definition, const engine::Settings& settings,
                           std::int64_t jobs) {
  const std::string provider(job::name(definition.provider));
  const PaceFacts facts = pace_facts(definition, settings);
  if (!facts.an_hour) return provider + " has no limit here.";
  std::string text = provider + " admits " + settings.of(definition.provider).rate.text;
  if (settings.calls_of(definition.hand_over) > 1) text += ", a mailed link makes two calls";
  if (definition.pace.margin > 0) text += ", " + std::to_string(definition.pace.margin) + " % left to others";
  text += ": " + counted_jobs(*facts.an_hour) + " an hour";
  if (jobs > 1) text += "; " + counted_jobs(jobs) + " take " + format_span(facts.lasts(jobs));
  return text + ".";
}

std::string window_hours(const job::SendWindow& window) {
  std::string days;
  const auto open = [&](std::size_t day) { return window.weekdays().at(day % 7); };
  // Runs of days, from Monday on.
  for (std::size_t day = 1; day <= 7; ++day) {
    if (!open(day)) continue;
    std::size_t last = day;
    while (last < 7 && open(last + 1)) ++last;
    days += (days.empty() ? "" : ",") + std::string(kWeekdayNames.at(day % 7));
    if (last > day) days += (last == day + 1 ? "," : "-") + std::string(kWeekdayNames.at(last % 7));
    day = last;
  }
  return days + " " + clock_words(window.from()) + "-" + clock_words(window.to());
}

std::string window_sentence(const job::Definition& definition, const engine::Settings& settings) {
  if (!definition.window) return {};
  const PaceFacts facts = pace_facts(definition, settings);
  const std::string window =
      "The window is " + window_hours(*definition.window) + " " + definition.window->zone().name();
  if (!facts.a_day) return window + ".";
  return window + ": " + counted_jobs(*facts.a_day) + " a day.";
}

}  // namespace latchkey::surface
