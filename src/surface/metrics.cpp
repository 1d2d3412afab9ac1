#include "surface/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <utility>
#include <vector>

namespace latchkey::surface {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

double seconds_of(Millis span) {
  return std::chrono::duration<double>(span).count();
}

std::string code_label(const std::optional<job::Code>& code) {
  return code ? std::string(name(*code)) : std::string();
}

/// The families in the order in which they are shown.
class MetricPage {
 public:
  void begin(const char* name, MetricType type, const char* help) {
    families_.push_back({name, help, type, {}});
  }
  void gauge(double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    families_.back().metric.push_back(std::move(metric));
  }
  void counter(std::int64_t value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = static_cast<double>(value);
    families_.back().metric.push_back(std::move(metric));
  }
  void histogram(const Histogram& measured) {
    ClientMetric metric;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < measured.counts().size(); ++i) {
      sum += measured.counts()[i];
      const double bound =
          i < Histogram::kBounds.size() ? Histogram::kBounds[i] : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({sum, bound});
    }
    metric.histogram.sample_count = sum;
    metric.histogram.sample_sum = measured.sum();
    families_.back().metric.push_back(std::move(metric));
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

void add_process(const MetricSources& from, MetricPage& page) {
  page.begin("latchkey_build_info", MetricType::Gauge, "Which Latchkey this is; always 1.");
  page.gauge(1, {{"version", LATCHKEY_VERSION}});
  page.begin("process_start_time_seconds", MetricType::Gauge, "When the daemon started, in Unix time.");
  page.gauge(static_cast<double>(to_ms(from.started)) / 1000);
  page.begin("latchkey_ready", MetricType::Gauge,
             "1: requests are stored and jobs are sent, as /readyz says.");
  page.gauge(from.ready ? 1 : 0);
}

void add_queue(const MetricSources& from, MetricPage& page) {
  page.begin("latchkey_jobs", MetricType::Gauge, "Jobs in each state that are not pruned.");
  for (const job::Provider provider : job::kProviders) {
    for (int i = 0; i <= static_cast<int>(job::State::Cancelled); ++i) {
      const auto state = static_cast<job::State>(i);
      double count = 0;
      for (const auto& [key, number] : from.figures.jobs) {
        if (key == std::pair(provider, state)) count = static_cast<double>(number);
      }
      page.gauge(count, {{"provider", std::string(name(provider))}, {"state", std::string(name(state))}});
    }
  }
  page.begin("latchkey_queue_age_seconds", MetricType::Gauge,
             "How long the job that has waited longest has been due; 0: none is due.");
  for (const job::Provider provider : job::kProviders) {
    const auto& oldest = from.figures.oldest_due.at(static_cast<std::size_t>(provider));
    page.gauge(oldest ? std::max(0.0, seconds_of(from.now.wall - *oldest)) : 0,
               {{"provider", std::string(name(provider))}});
  }
  page.begin("latchkey_webhook_events", MetricType::Gauge, "Messages to endpoints that are not delivered.");
  page.gauge(static_cast<double>(from.figures.events.waiting), {{"state", "waiting"}});
  page.gauge(static_cast<double>(from.figures.events.given_up), {{"state", "given_up"}});
}

void add_schedules(const MetricSources& from, MetricPage& page) {
  page.begin("latchkey_schedules", MetricType::Gauge,
             "Definitions that fire by themselves, and those that do not any more.");
  page.gauge(static_cast<double>(from.figures.schedules_armed), {{"state", "armed"}});
  page.gauge(static_cast<double>(from.figures.schedules_disarmed), {{"state", "disarmed"}});
  page.begin("latchkey_schedule_runs_missed", MetricType::Gauge,
             "Runs of schedules that were missed in the last day.");
  page.gauge(static_cast<double>(from.figures.runs_missed));
}

void add_gates(const MetricSources& from, MetricPage& page) {
  const auto each = [&](const auto& value_of) {
    for (const job::Provider provider : job::kProviders) {
      const auto place = static_cast<std::size_t>(provider);
      page.gauge(value_of(provider, place), {{"provider", std::string(name(provider))}});
    }
  };
  page.begin("latchkey_provider_on", MetricType::Gauge, "1: the provider has credentials.");
  each([&](job::Provider, std::size_t place) { return from.pulse.on.at(place) ? 1.0 : 0.0; });
  page.begin("latchkey_gate_paused", MetricType::Gauge, "1: no call goes out until the provider is resumed.");
  each([&](job::Provider, std::size_t place) { return from.figures.gates.at(place).paused ? 1.0 : 0.0; });
  page.begin("latchkey_gate_wait_seconds", MetricType::Gauge,
             "How long until the provider's limit lets the next call go; +Inf while it is paused.");
  each([&](job::Provider provider, std::size_t place) {
    const auto opens =
        job::opens_at(from.figures.gates.at(place), from.settings.of(provider).rate, from.now.wall);
    if (!opens) return std::numeric_limits<double>::infinity();
    return std::max(0.0, seconds_of(*opens - from.now.wall));
  });
}

void add_outcomes(const engine::Tally::Snapshot& tally, MetricPage& page) {
  page.begin("latchkey_attempts_total", MetricType::Counter,
             "Results of calls to providers since the daemon started; code is empty where there is none.");
  for (const auto& [key, count] : tally.outcomes.attempts) {
    const auto& [provider, outcome, code] = key;
    page.counter(count, {{"provider", std::string(name(provider))},
                         {"outcome", std::string(name(outcome))},
                         {"code", code_label(code)}});
  }
  page.begin("latchkey_handovers_total", MetricType::Counter,
             "Results of handing links over since the daemon started.");
  for (const auto& [key, count] : tally.outcomes.hand_overs) {
    const auto& [hand_over, outcome, code] = key;
    page.counter(count, {{"handover", std::string(name(hand_over))},
                         {"outcome", std::string(name(outcome))},
                         {"code", code_label(code)}});
  }
  page.begin("latchkey_jobs_ended_total", MetricType::Counter,
             "Jobs that this daemon brought to an end, or to be held, since it started.");
  for (const auto& [key, count] : tally.outcomes.ends) {
    const auto& [provider, state, code] = key;
    page.counter(count, {{"provider", std::string(name(provider))},
                         {"state", std::string(name(state))},
                         {"code", code_label(code)}});
  }
}

void add_engine(const MetricSources& from, MetricPage& page) {
  page.begin("latchkey_turn_seconds", MetricType::Histogram,
             "How long the engine's turns took, commit included.");
  page.histogram(from.tally.turns);
  page.begin("latchkey_commit_seconds", MetricType::Histogram, "How long it took to make a turn durable.");
  page.histogram(from.tally.commits);
  page.begin("latchkey_links_waiting", MetricType::Gauge,
             "Minted links in memory that wait to be claimed or mailed.");
  page.gauge(static_cast<double>(from.tally.links_waiting));
  page.begin("latchkey_auth_denied_total", MetricType::Counter,
             "Requests turned away for their token since the daemon started.");
  page.counter(from.denied);
}

void add_ledger(const MetricSources& from, MetricPage& page) {
  page.begin("latchkey_ledger_entries", MetricType::Gauge, "Entries in the ledger: the size of its tree.");
  page.gauge(static_cast<double>(from.figures.ledger_size));
  page.begin("latchkey_wal_bytes", MetricType::Gauge, "Size of the database's write-ahead log.");
  page.gauge(static_cast<double>(from.figures.wal_bytes));
  page.begin("latchkey_figures_age_seconds", MetricType::Gauge,
             "How old the figures are that are read from the database.");
  page.gauge(std::max(0.0, seconds_of(from.now.wall - from.figures.at)));
  if (from.published.note.empty()) return;
  page.begin("latchkey_checkpoint_entries", MetricType::Gauge, "Entries that the newest checkpoint covers.");
  page.gauge(static_cast<double>(from.published.size));
  page.begin("latchkey_checkpoint_age_seconds", MetricType::Gauge,
             "Since when the newest checkpoint is published; it grows while nothing is written, too.");
  page.gauge(std::max(0.0, seconds_of(from.now.wall - from.published.at)));
}

}  // namespace

std::string metrics_text(const MetricSources& sources) {
  MetricPage page;
  add_process(sources, page);
  if (sources.figures.readable) {
    add_queue(sources, page);
    add_schedules(sources, page);
    add_gates(sources, page);
    add_ledger(sources, page);
  }
  add_outcomes(sources.tally, page);
  add_engine(sources, page);
  return page.text();
}

}  // namespace latchkey::surface
