#include "surface/api_turn.h"

#include <atomic>
#include <future>
#include <memory>

#include "engine/authenticate.h"

namespace latchkey::surface {
namespace {

// What the caller and the engine share. Whoever moves `stage` away from Asked first has decided.
struct TurnCall {
  enum class Stage { Asked, Begun, GivenUp };

  std::atomic<Stage> stage{Stage::Asked};
  std::promise<void> done;

  /// False: the caller has been told that nothing is done.
  bool begin() {
    Stage before = Stage::Asked;
    return stage.compare_exchange_strong(before, Stage::Begun) || before == Stage::Begun;
  }
  bool give_up() {
    Stage before = Stage::Asked;
    return stage.compare_exchange_strong(before, Stage::GivenUp);
  }
};

InputError not_in_time() {
  return InputError("try_later", "", "the request could not be stored in time: try again");
}

}  // namespace

void in_turn(engine::Inbox& inbox, const ApiCaller& caller, Millis patience,
             std::function<void(engine::Context&)> work, std::function<void()> committed) {
  const auto call = std::make_shared<TurnCall>();
  auto done = call->done.get_future();
  inbox.put(engine::Request{caller.actor,
                            [call, work = std::move(work), caller](engine::Context& context) {
                              if (!call->begin()) throw not_in_time();
                              if (caller.single_use) engine::use_up_token(context, caller.token_id);
                              work(context);
                            },
                            [call, committed = std::move(committed)] {
                              if (committed) committed();
                              call->done.set_value();
                            },
                            [call](std::exception_ptr why) { call->done.set_exception(std::move(why)); }});
  if (done.wait_for(patience) == std::future_status::timeout) {
    if (call->give_up()) throw not_in_time();
    // It is being written at this moment; only a disk that stands still takes longer than that.
    if (done.wait_for(kTurnPatience) == std::future_status::timeout) {
      throw InputError("try_later", "", "it is not known yet whether the request was stored: ask again");
    }
  }
  done.get();
}

}  // namespace latchkey::surface
