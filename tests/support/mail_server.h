#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "base/smtp_client.h"
#include "tests/support/certificates.h"

namespace latchkey::test {

/// tests/functional/smtpserver.py in a process of its own: a mail server that was not written by us. Ends
/// with this object.
class MailServer {
 public:
  struct Options {
    SmtpSecurity security = SmtpSecurity::StartTls;
    std::optional<ServerIdentity> identity;  ///< with TLS
    std::string user = "latchkey";           ///< empty: it knows nobody and wants no login
    std::string password = "mail-password";
    std::string mechanisms = "PLAIN,LOGIN";
    std::vector<std::string> faults = {};  ///< before there is a recipient: "greeting554" and the like
  };

  explicit MailServer(const Options& options);
  ~MailServer();
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  int port() const { return port_; }
  /// The server's next event of that kind; those before it are passed over. A test fails that waits in vain.
  Json next(const std::string& event);
  /// Stops the server; every event of that kind that was not passed over yet.
  std::vector<Json> rest(const std::string& event);

 private:
  void read_events();
  void stop();

  pid_t process_ = -1;
  int to_server_ = -1;
  int from_server_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Json> events_;  // protected by mutex_
  bool ended_ = false;       // protected by mutex_
  std::thread reader_;       // all the time: a server whose pipe is full would answer nobody
};

}  // namespace latchkey::test
