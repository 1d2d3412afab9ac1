#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/http_client.h"

namespace latchkey {

/// HttpClient over libcurl; keeps connections alive for two seconds at most, so that none is reused that a
/// peer may have closed meanwhile.
class CurlHttpClient final : public HttpClient {
 public:
  /// `ca_file`: PEM bundle to trust instead of the system's; empty for the system's.
  explicit CurlHttpClient(std::string ca_file = {});
  ~CurlHttpClient() override;
  HttpAnswer send(const HttpRequest& request) override;
  void abort() override;

  /// An answer (headers, body) above this is cut off and becomes BadAnswer.
  static constexpr std::size_t kAnswerMax = 64 * 1024;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  std::string ca_file_;
  std::atomic<bool> aborted_{false};
};

}  // namespace latchkey
