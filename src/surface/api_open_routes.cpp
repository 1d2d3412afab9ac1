#include "surface/api_open_routes.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "surface/health.h"
#include "surface/metrics.h"
#include "surface/openapi_document.h"

namespace latchkey::surface {
namespace {

// That this is said is all that it says: whoever restarts what does not answer must not be led to restart a
// daemon that merely waits for a disk.
ApiAnswer alive_answer() {
  ApiAnswer answer;
  answer.body = "ok\n";
  answer.content_type = "text/plain; charset=utf-8";
  return answer;
}

OrderedJson notes_json(const std::vector<HealthNote>& notes) {
  OrderedJson list = OrderedJson::array();
  for (const HealthNote& note : notes) list.push_back({{"code", note.code}, {"message", note.message}});
  return list;
}

ApiAnswer ready_answer(const OpenParts& parts) {
  const auto figures = parts.figures.latest();
  const Health health =
      judge_health(parts.pulse.state(), parts.checkpoint.state(), *figures, parts.clock.now());
  ApiAnswer answer;
  answer.status = health.reasons.empty() ? 200 : 503;
  answer.body = OrderedJson{{"ready", health.reasons.empty()},
                            {"reasons", notes_json(health.reasons)},
                            {"warnings", notes_json(health.warnings)}}
                    .dump();
  return answer;
}

ApiAnswer metrics_answer(const OpenParts& parts, TimePoint started) {
  const auto figures = parts.figures.latest();
  const engine::Pulse::State pulse = parts.pulse.state();
  const engine::PublishedCheckpoint::State published = parts.checkpoint.state();
  const Instant now = parts.clock.now();
  const bool ready = judge_health(pulse, published, *figures, now).reasons.empty();
  ApiAnswer answer;
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  answer.body = metrics_text({*figures, parts.tally.snapshot(), pulse, published, parts.settings,
                              parts.denials.total(), ready, started, now});
  return answer;
}

ApiAnswer document_answer() {
  ApiAnswer answer;
  answer.body = openapi_document();
  return answer;
}

// A query is nothing to complain about: what scrapes and probes has habits of its own.
ApiRoute open_route(const char* path, std::function<ApiAnswer()> answer) {
  ApiRoute route{"GET", path, std::nullopt, 0};
  route.handle = [answer = std::move(answer)](ApiRequest&) { return answer(); };
  return route;
}

}  // namespace

std::vector<ApiRoute> open_routes(const OpenParts& parts) {
  const TimePoint started = parts.clock.now().wall;
  return {open_route("/healthz", alive_answer),
          open_route("/readyz", [parts] { return ready_answer(parts); }),
          open_route("/metrics", [parts, started] { return metrics_answer(parts, started); }),
          open_route("/openapi.json", document_answer)};
}

}  // namespace latchkey::surface
