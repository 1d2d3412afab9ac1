#include "surface/link_call.h"

#include <atomic>

#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "engine/authenticate.h"
#include "engine/submit.h"

namespace latchkey::surface {
namespace {

constexpr Millis kWaitDefault{10'000};
constexpr Millis kWaitLeast{1'000};
constexpr Millis kWaitMost{30'000};

InputError too_late() {
  return InputError("try_later", "", "the request could not be stored in time: try again");
}

Json parse_body(const std::string& body) {
  std::string why;
  auto json = parse_json(body, &why);
  if (!json) throw InputError("invalid_request", "", "the body is not readable JSON: " + why);
  if (!json->is_object()) throw InputError("invalid_request", "", "expected a JSON object");
  const std::vector<std::string> known{"customerId", "requestId", "wait"};
  for (const auto& [key, value] : json->items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto meant = nearest(key, known);
    throw InputError(
        "invalid_request", shown(key),
        "is no field of this request" + (meant ? "; did you mean \"" + *meant + "\"?" : std::string()));
  }
  return std::move(*json);
}

std::optional<std::string> optional_text(const Json& json, const char* key) {
  if (!json.contains(key)) return std::nullopt;
  auto text = string_member(json, key);
  if (!text) throw InputError("invalid_request", key, "expected a string");
  return text;
}

Millis parse_wait(const Json& json) {
  const auto text = optional_text(json, "wait");
  if (!text) return kWaitDefault;
  const auto wait = parse_duration(*text);
  if (!wait || *wait < kWaitLeast || *wait > kWaitMost) {
    throw InputError("invalid_request", "wait", "expected a duration from \"1s\" to \"30s\"");
  }
  return *wait;
}

}  // namespace

LinkCall::LinkCall(const std::string& body, const Config& config, TimePoint now, Random& random) {
  const Json json = parse_body(body);
  job::Draft draft;
  draft.customer_id = optional_text(json, "customerId");
  draft.request_id = optional_text(json, "requestId");
  draft.hand_over = "reply";
  if (!draft.customer_id) throw InputError("invalid_request", "customerId", "is needed");
  wait_ = parse_wait(json);
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

handover::Reply LinkCall::mint(Secret token, engine::Inbox& inbox, handover::ReplyDesk& desk) {
  inbox_ = &inbox;
  struct Asked {
    Secret token;
    std::atomic<bool> gone{false};
    std::shared_ptr<handover::ReplyDesk::Place> place;
    std::promise<void> stored;
  };
  const auto asked = std::make_shared<Asked>();
  asked->token = std::move(token);
  auto is_stored = asked->stored.get_future();
  inbox.put(
      engine::Request{"",  // authenticate() says who
                      [asked, &desk, submission = submission_](engine::Context& context) {
                        if (asked->gone) throw too_late();
                        // First of all: a stranger learns nothing of a requestId and keeps nobody from it.
                        engine::authenticate(context, asked->token.reveal(), "send");
                        // Open already when the transaction has to be made again.
                        auto place = asked->place ? asked->place : desk.open(submission.request_id);
                        if (!place)
                          throw InputError("conflict", "requestId", "a caller waits for this one already");
                        if (!engine::submit(context, submission).created) {
                          throw InputError("link_gone", "requestId",
                                           "a link was minted for this one already; use a new requestId");
                        }
                        asked->place = std::move(place);
                      },
                      [asked] { asked->stored.set_value(); },
                      [asked](std::exception_ptr why) { asked->stored.set_exception(std::move(why)); }});
  // While the database cannot be written, the caller is not kept for ever; what it asked for is not done
  // later.
  if (is_stored.wait_for(wait_) == std::future_status::timeout) {
    asked->gone = true;
    throw too_late();
  }
  is_stored.get();
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
