// One easy handle, used for one request after the other. libcurl by itself would send a request again when a
// reused connection dies before the answer; the pre-request callback lets each through once, and connections
// are not kept for long.

#include "base/curl_http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <fstream>

#include "base/curl_exchange.h"
#include "base/curl_library.h"
#include "base/error.h"
#include "base/text.h"
#include "base/url.h"

namespace latchkey {

struct CurlHttpClient::Handle {
  CURL* curl = curl_easy_init();
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl_easy_cleanup(curl); }
};

namespace {

HttpFailure failure_of(CURLcode code, bool written, bool aborted) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return HttpFailure::Timeout;
    case CURLE_ABORTED_BY_CALLBACK:
      return aborted ? HttpFailure::Aborted : HttpFailure::Reset;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
      return HttpFailure::Reset;
    case CURLE_COULDNT_RESOLVE_HOST:
      return written ? HttpFailure::Reset : HttpFailure::Dns;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return written ? HttpFailure::Reset : HttpFailure::Tls;
    default:
      return written ? HttpFailure::BadAnswer : HttpFailure::Connect;
  }
}

/// An option that this libcurl does not know would be a promise that is not kept: better no client at all.
template <typename Value>
void set(CURL* curl, CURLoption option, Value value) {
  if (curl_easy_setopt(curl, option, value) != CURLE_OK)
    throw Error("this libcurl lacks an option Latchkey needs");
}

long milliseconds(Millis span) {
  // Zero means "no limit" to libcurl.
  return static_cast<long>(std::max<std::int64_t>(span.count(), 1));
}

/// Throws unless bytes for this URL are encrypted or stay on this machine; gives the protocols to allow.
const char* protocols_for(const std::string& url) {
  const std::optional<Url> parts = parse_url(url);
  if (!parts) throw InputError("invalid_request", "url", "expected an http or https address");
  if (is_loopback_host(parts->host)) return "http,https";
  if (parts->scheme != "https") throw InputError("invalid_request", "url", "expected https:// for this host");
  return "https";
}

}  // namespace

CurlHttpClient::CurlHttpClient(std::string ca_file) : ca_file_(std::move(ca_file)) {
  start_curl();
  if (!ca_file_.empty() && !std::ifstream(ca_file_))
    throw Error("cannot read ca_file " + shown(ca_file_, 200));
  handle_ = std::make_unique<Handle>();
  if (!handle_->curl) throw Error("libcurl gives no handle");
}

CurlHttpClient::~CurlHttpClient() = default;

void CurlHttpClient::abort() {
  aborted_ = true;
}

void CurlHttpClient::prepare(const HttpRequest& request, CurlExchange& exchange) {
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);
  set(curl, CURLOPT_PROTOCOLS_STR, protocols_for(request.url));
  set(curl, CURLOPT_URL, request.url.c_str());
  set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(curl, CURLOPT_PROXY, "");
  set(curl, CURLOPT_FOLLOWLOCATION, 0L);
  set(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(curl, CURLOPT_TCP_NODELAY, 1L);
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs must not outlive the deadline
  set(curl, CURLOPT_MAXAGE_CONN, 2L);
  set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  const std::string& ca_file = request.ca_file.empty() ? ca_file_ : request.ca_file;
  if (!ca_file.empty()) {
    set(curl, CURLOPT_CAINFO, ca_file.c_str());
    set(curl, CURLOPT_CAPATH,
        static_cast<const char*>(nullptr));  // Debian's default would be trusted as well
  }

  set(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_timeout));
  set(curl, CURLOPT_TIMEOUT_MS, milliseconds(request.timeout));
  set(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(curl, CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(request.stall_timeout.count() / 1000)));

  LATCHKEY_CHECK(request.method == "GET" || request.method == "POST");
  if (request.method == "POST") {
    set(curl, CURLOPT_POST, 1L);
    set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(curl, CURLOPT_POSTFIELDS, request.body.data());  // not copied; leaves together with the headers
  }
  for (const auto& [name, value] : request.headers) exchange.add_header(name, value);
  if (!request.authorization.empty()) exchange.add_header("Authorization", request.authorization.reveal());
  exchange.add_header("Expect", "");  // without a value libcurl leaves the header out
  set(curl, CURLOPT_HTTPHEADER, exchange.header_lines);

  // Captureless lambdas are C functions; the unary plus makes them pointers, which varargs need.
  set(curl, CURLOPT_OPENSOCKETDATA, &exchange);
  set(
      curl, CURLOPT_OPENSOCKETFUNCTION, +[](void* self, curlsocktype, curl_sockaddr* address) {
        return static_cast<CurlExchange*>(self)->open_socket(*address);
      });
  set(curl, CURLOPT_PREREQDATA, &exchange);
  set(
      curl, CURLOPT_PREREQFUNCTION, +[](void* self, char* peer, char*, int, int) {
        return static_cast<CurlExchange*>(self)->before_writing(peer);
      });
  set(curl, CURLOPT_HEADERDATA, &exchange);
  set(
      curl, CURLOPT_HEADERFUNCTION, +[](char* line, std::size_t size, std::size_t count, void* self) {
        return static_cast<CurlExchange*>(self)->take_header({line, size * count});
      });
  set(curl, CURLOPT_WRITEDATA, &exchange);
  set(
      curl, CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t size, std::size_t count, void* self) {
        return static_cast<CurlExchange*>(self)->take_body({bytes, size * count});
      });
  set(curl, CURLOPT_NOPROGRESS, 0L);
  set(curl, CURLOPT_XFERINFODATA, &exchange);
  set(
      curl, CURLOPT_XFERINFOFUNCTION, +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<CurlExchange*>(self)->aborted ? 1 : 0;
      });
}

HttpAnswer CurlHttpClient::send(const HttpRequest& request) {
  CurlExchange exchange(request, aborted_);
  prepare(request, exchange);
  HttpAnswer& answer = exchange.answer;
  const CURLcode code = aborted_ ? CURLE_ABORTED_BY_CALLBACK : curl_easy_perform(handle_->curl);

  long status = 0;
  curl_off_t micros = 0;
  curl_easy_getinfo(handle_->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle_->curl, CURLINFO_TOTAL_TIME_T, &micros);
  answer.status = static_cast<int>(status);
  answer.took = std::chrono::duration_cast<Millis>(std::chrono::microseconds(micros));
  if (code == CURLE_OK && !exchange.headers_ended) {
    answer.failure =
        HttpFailure::Reset;  // closed in the middle of the headers, which libcurl takes for an answer
  } else if (code != CURLE_OK) {
    answer.failure = failure_of(code, answer.written, aborted_);
    if (exchange.refused) answer.failure = HttpFailure::Refused;
    // Where a name has public addresses too, what became of them says more.
    if (exchange.forbidden && !exchange.opened) answer.failure = HttpFailure::NotPublic;
  }
  if (answer.failure) wipe(answer.body);
  return std::move(answer);
}

}  // namespace latchkey
