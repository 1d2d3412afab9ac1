#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "sandbox/call_log.h"
#include "sandbox/listener.h"
#include "sandbox/state.h"
#include "sandbox/waits.h"

namespace latchkey::sandbox {

/// How to run a sandbox. The defaults suit a test.
struct Options {
  Address listen;
  std::optional<Address> control_listen;  ///< an address of its own for the control API, besides `listen`
  int threads = 256;                      ///< connections served at a time; an idle one takes a thread too
  Setup setup;
  Millis latency{0};  ///< before every answer
  Millis slow{3000};  ///< what the slow fault adds
  Millis drip{200};   ///< between two bytes of an answer that drips
  LogLine log;        ///< empty for none
};

/// Both providers on a loopback port, from construction to destruction. Destroying it lets hanging calls go.
/// Thread-safe.
class Sandbox {
 public:
  /// Listens when it returns. Throws Error when an address is taken. `clock` must outlive it.
  Sandbox(Options options, Clock& clock);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// The base URL of both providers, of the portal and of the control API: "http://127.0.0.1:8431".
  std::string url() const { return listener_->url(); }
  int port() const { return listener_->port(); }
  /// The control API's own address, or url() when it has none.
  std::string control_url() const { return (control_listener_ ? control_listener_ : listener_)->url(); }

  /// A control call without HTTP. Throws Error when it is refused.
  Json control(const std::string& method, const std::string& path, const Json& body = Json::object());

 private:
  Answer serve(const Call& call, Connection& connection);
  Answer provider_answer(const Call& call, const Arrival& arrival);

  const Options options_;
  Clock& clock_;
  State state_;
  Waits waits_;
  // Last, so that their threads end before what they use goes.
  std::unique_ptr<Listener> control_listener_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace latchkey::sandbox
