#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/http_client.h"

namespace latchkey {

struct CurlExchange;

/// HttpClient over libcurl; keeps connections alive for two seconds at most, so that none is reused that a
/// peer may have closed meanwhile.
class CurlHttpClient final : public HttpClient {
 public:
  /// `ca_file`: PEM bundle to trust instead of the system's; empty for the system's. Throws Error when it
  /// cannot be read.
  explicit CurlHttpClient(std::string ca_file = {});
  ~CurlHttpClient() override;
  /// Throws InputError for a URL that is neither https nor http to a loopback host, and for a header with a
  /// line break in it: nothing is sent then.
  HttpAnswer send(const HttpRequest& request) override;
  /// Takes effect within a second.
  void abort() override;

  /// An answer (headers, body) above this is cut off and becomes BadAnswer.
  static constexpr std::size_t kAnswerMax = 64 * 1024;
  /// More header lines than this are BadAnswer, too.
  static constexpr int kHeaderLinesMax = 200;

 private:
  struct Handle;
  void prepare(const HttpRequest& request, CurlExchange& exchange);
  std::unique_ptr<Handle> handle_;
  std::string ca_file_;
  std::atomic<bool> aborted_{false};
};

}  // namespace latchkey
