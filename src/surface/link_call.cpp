#include "surface/link_call.h"

#include "base/ids.h"
#include "engine/submit.h"
#include "surface/api_body.h"
#include "surface/api_turn.h"

namespace latchkey::surface {
namespace {

constexpr Millis kWaitDefault{10'000};
constexpr Millis kWaitLeast{1'000};
constexpr Millis kWaitMost{30'000};

}  // namespace

LinkCall::LinkCall(const std::string& body, const Config& config, TimePoint now, Random& random) {
  const Json json = parse_body(body);
  std::vector<FieldError> errors;
  BodyReader reader(json, "", errors);
  job::Draft draft;
  draft.customer_id = reader.needed_text("customerId");
  draft.request_id = reader.text("requestId");
  draft.hand_over = "reply";
  wait_ = reader.duration("wait", kWaitLeast, kWaitMost).value_or(kWaitDefault);
  reader.finish();
  reject_if_any("invalid_request", std::move(errors));
  submission_ = job::check_draft(draft, job::Provider::Nomos, {config.nomos.link_lifetime, now});
  if (submission_.request_id.empty()) submission_.request_id = make_uuid7(now, random);
}

LinkCall::~LinkCall() {
  if (attempt_ == 0) {
    refuse_link();
    return;
  }
  // Not written without an error: the caller may have some, all or nothing of it.
  const auto outcome = written_ ? job::Outcome::Accepted : job::Outcome::Unknown;
  inbox_->put(engine::HandedOver{submission_.request_id, attempt_, outcome});
}

// A link may have come although this call has ended without one: in the very moment in which it gave up, or
// for an earlier call with the same requestId, whose place at the desk this one has taken.
void LinkCall::refuse_link() {
  if (!place_ || place_->leave()) return;
  const auto reply = place_->wait(Millis(0));
  if (!reply || reply->link.empty()) return;
  inbox_->put(engine::HandedOver{submission_.request_id, reply->attempt, job::Outcome::NotSent});
}

handover::Reply LinkCall::mint(const ApiCaller& caller, engine::Inbox& inbox, handover::ReplyDesk& desk) {
  inbox_ = &inbox;
  struct Asked {
    std::shared_ptr<handover::ReplyDesk::Place> place;
  };
  const auto asked = std::make_shared<Asked>();
  in_turn(inbox, caller, wait_, [asked, &desk, submission = submission_](engine::Context& context) {
    // Open already when the transaction has to be made again.
    auto place = asked->place ? asked->place : desk.open(submission.request_id);
    if (!place) throw InputError("conflict", "requestId", "a caller waits for this one already");
    if (!engine::submit(context, submission).created) {
      throw InputError("link_gone", "requestId",
                       "a link was minted for this one already; use a new requestId");
    }
    asked->place = std::move(place);
  });
  place_ = asked->place;
  auto reply = place_->wait(wait_);
  if (!reply) return give_up();
  if (!reply->link.empty()) attempt_ = reply->attempt;
  return std::move(*reply);
}

// The wait is over. A link that was delivered in this very moment is taken all the same.
handover::Reply LinkCall::give_up() {
  if (place_->leave()) {
    inbox_->put(engine::WaitEnded{submission_.request_id});
    handover::Reply nothing;
    nothing.state = job::State::Cancelled;
    nothing.code = job::Code::CallerGone;
    return nothing;
  }
  handover::Reply reply = place_->wait(Millis(0)).value();
  if (!reply.link.empty()) attempt_ = reply.attempt;
  return reply;
}

}  // namespace latchkey::surface
