#pragma once

#include <string_view>

namespace latchkey {

/// Follows the dialogue with a mail server (RFC 5321) by the server's replies, since libcurl shows neither
/// what it asked nor which of its commands was refused: a refused sender or login is not the recipient's
/// fault.
class SmtpDialog {
 public:
  /// What the next reply answers, in the order of the dialogue.
  enum class Stage { Greeting, Hello, StartTls, Login, Sender, Recipient, Data, Message, Over };

  /// What the client will ask for, besides what every message needs.
  SmtpDialog(bool start_tls, bool login) : start_tls_(start_tls), login_(login) {}

  /// One line from the server, with or without its line end. Lines that are not the last of a reply say
  /// nothing; after a reply that ends the dialogue comes only what answers QUIT.
  void take_line(std::string_view line);

  /// Where it stands, or where it was refused.
  Stage stage() const { return stage_; }
  /// The last reply was a 4yz or 5yz.
  bool refused() const { return refused_; }
  /// The server has taken the message.
  bool taken() const { return stage_ == Stage::Over; }
  /// Nothing but QUIT can follow.
  bool ended() const { return ended_; }
  /// No login was needed, or the server has taken it.
  bool may_mail() const { return !login_ || logged_in_; }

 private:
  void advance(int code);

  bool start_tls_;
  const bool login_;
  bool logged_in_ = false;
  bool refused_ = false;
  bool ended_ = false;
  Stage stage_ = Stage::Greeting;
};

}  // namespace latchkey
