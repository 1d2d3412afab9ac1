#include "surface/api_links.h"

#include <atomic>
#include <memory>

#include "base/time_text.h"
#include "surface/api_error.h"
#include "surface/link_call.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kLinkBodyMax = 64 * 1024;

/// Places for callers who keep a thread for as long as they wait.
class Seats {
 public:
  explicit Seats(int count) : free_(count) {}

  /// One place, given back when this goes. Throws InputError try_later when none is free.
  class Seat {
   public:
    explicit Seat(Seats& seats) : seats_(seats) {
      if (seats_.free_.fetch_sub(1) > 0) return;
      ++seats_.free_;
      throw InputError("try_later", "", "too many callers wait for a link: try again in a second");
    }
    ~Seat() { ++seats_.free_; }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    Seats& seats_;
  };

 private:
  std::atomic<int> free_;
};

// The job ended, or the wait did, and there is no link.
ApiAnswer without_link(const std::string& request_id, const handover::Reply& reply) {
  const bool timed_out = reply.code == job::Code::CallerGone;
  const std::string code(timed_out ? "wait_ended" : reply.code ? job::name(*reply.code) : "no_link");
  const std::string message =
      timed_out ? "no link was minted within the wait"
                : "no link was minted: " +
                      std::string(reply.code ? job::meaning(*reply.code) : "see the job's entries");
  OrderedJson document = error_document(code, message, request_id, "no-link");
  document["state"] = std::string(job::name(reply.state));
  const bool time_is_up = timed_out || reply.state == job::State::Stale;
  const bool unknown_customer = reply.code == job::Code::CustomerNotFound;
  ApiAnswer answer;
  answer.status = time_is_up ? 504 : unknown_customer ? 404 : reply.code == job::Code::Shutdown ? 503 : 502;
  answer.body = document.dump();
  return answer;
}

// Written from locked memory, and the call learns whether the socket took it.
ApiAnswer with_link(std::shared_ptr<LinkCall> call, const handover::Reply& reply) {
  ApiAnswer answer;
  answer.secret = link_document(call->request_id(), reply.link, reply.link_expires_at);
  answer.headers.emplace_back("Referrer-Policy", "no-referrer");
  answer.written = [call = std::move(call)](bool whole) {
    if (whole) call->written();
  };
  return answer;
}

}  // namespace

Secret link_document(const std::string& request_id, const Secret& link, TimePoint expires_at) {
  OrderedJson document{{"requestId", request_id},
                       {"link", std::string(link.reveal())},
                       {"linkExpiresAt", format_utc(expires_at)}};
  std::string text = document.dump();
  Secret bytes(text);
  wipe(text);
  wipe(document["link"].get_ref<std::string&>());
  return bytes;
}

ApiRoute links_route(const ApiParts& parts) {
  const auto seats = std::make_shared<Seats>(parts.config.api.threads / 2);
  ApiRoute route{"POST", "/v1/links", "send", kLinkBodyMax, {}};
  route.handle = [parts, seats](ApiRequest& request) {
    auto call = std::make_shared<LinkCall>(request.body, parts.config, parts.clock.now().wall, parts.random);
    request.request_id = call->request_id();
    const Seats::Seat seat(*seats);
    const handover::Reply reply = call->mint(request.caller, parts.inbox, parts.desk);
    if (reply.link.empty()) return without_link(call->request_id(), reply);
    return with_link(std::move(call), reply);
  };
  return route;
}

}  // namespace latchkey::surface
