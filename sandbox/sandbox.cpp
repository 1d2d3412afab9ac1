#include "sandbox/sandbox.h"

#include <algorithm>

#include "base/error.h"
#include "sandbox/control_api.h"
#include "sandbox/mayar_api.h"
#include "sandbox/nomos_api.h"

namespace latchkey::sandbox {
namespace {

/// Threads that no hanging call may take, so that the control API answers.
constexpr int kSpareThreads = 16;
constexpr int kControlThreads = 8;

}  // namespace

Sandbox::Sandbox(Options options, Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      state_(options_.setup, clock),
      waits_(std::max(options_.threads - kSpareThreads, 1)) {
  const auto handler = [this](const Call& call, Connection& connection) { return serve(call, connection); };
  const auto drip = [this] {
    waits_.pause(options_.drip);
    return !waits_.stopped();
  };
  if (options_.control_listen) {
    control_listener_ = std::make_unique<Listener>(*options_.control_listen, kControlThreads, handler, drip);
  }
  listener_ = std::make_unique<Listener>(options_.listen, options_.threads, handler, drip);
}

Sandbox::~Sandbox() {
  listener_->stop();
  waits_.stop();
}

Json Sandbox::control(const std::string& method, const std::string& path, const Json& body) {
  const Answer answer = ControlApi(state_, waits_).answer({method, path, {}, {}, body.dump()});
  if (answer.status != 200) throw Error("the sandbox refuses " + method + " " + path + ": " + answer.body);
  return Json::parse(answer.body);
}

Answer Sandbox::serve(const Call& call, Connection& connection) {
  const auto arrival = arrival_of(call);
  if (!arrival) return ControlApi(state_, waits_).answer(call);

  // Counted before anything else: a call that is killed, cut or left hanging was still received.
  state_.journal.received(*arrival);
  const Millis began = clock_.now().boot;
  Answer answer = provider_answer(call, *arrival);
  waits_.pause(options_.latency + (answer.slow ? options_.slow : Millis(0)));
  // One call too many to hang is cut, which to its caller is as little of an answer.
  if (answer.hold && !waits_.hold([&] { return connection.peer_gone(); }))
    answer.delivery = Delivery::CutBefore;
  state_.journal.answered(*arrival, answer);
  if (options_.log) options_.log(log_line(*arrival, call, answer, clock_.now().boot - began));
  return answer;
}

Answer Sandbox::provider_answer(const Call& call, const Arrival& arrival) {
  if (arrival.api == Api::Mayar) return MayarApi(state_).answer(call, arrival);
  return NomosApi(state_).answer(call, arrival);
}

}  // namespace latchkey::sandbox
