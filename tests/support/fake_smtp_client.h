#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/smtp_client.h"

namespace latchkey {

/// What a FakeSmtpClient was asked to send, in plain strings.
struct SentMessage {
  std::string from;
  std::string to;
  std::string text;
  std::string username;
  std::string password;
  Millis connect_timeout{0};
  Millis timeout{0};
};

/// Gives the answer it was made with, each time. For one thread.
class FakeSmtpClient final : public SmtpClient {
 public:
  explicit FakeSmtpClient(SmtpAnswer answer = {std::nullopt, 250, true, Millis(7)}) : answer_(answer) {}

  SmtpAnswer send(const SmtpMessage& message) override {
    sent.push_back({message.from, message.to, std::string(message.text.reveal()), message.username,
                    std::string(message.password.reveal()), message.connect_timeout, message.timeout});
    return answer_;
  }
  void abort() override {}

  std::vector<SentMessage> sent;

 private:
  const SmtpAnswer answer_;
};

}  // namespace latchkey
