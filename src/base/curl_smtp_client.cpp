// What is sent and what it means hang on a few habits of libcurl: it asks for the message until it is told
// that there is no more, and only then writes the dot that ends it; it hands every line of the server to the
// header callback; and it waits up to two minutes for the answer to QUIT, also when the delivery itself has
// timed out, which the progress callback ends.

#include "base/curl_smtp_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "base/curl_library.h"
#include "base/error.h"
#include "base/smtp_dialog.h"
#include "base/text.h"
#include "base/url.h"

namespace latchkey {
namespace {

constexpr Millis kGoodByePatience{1000};

/// One delivery on its way through libcurl: what its callbacks read and fill.
struct SmtpExchange {
  const Secret& text;
  const std::atomic<bool>& aborted;
  SmtpDialog dialog;
  std::size_t text_read = 0;
  bool body_ended = false;
  Millis deadline;  // of what is left to do, by the clock that only grows

  SmtpExchange(const SmtpMessage& message, bool start_tls, const std::atomic<bool>& stop)
      : text(message.text),
        aborted(stop),
        dialog(start_tls, !message.username.empty()),
        deadline(now() + message.timeout + kGoodByePatience) {}

  static Millis now() { return SystemClock().now().boot; }

  std::size_t read_text(char* to, std::size_t room) {
    if (aborted) return CURL_READFUNC_ABORT;
    const std::size_t count = text.reveal().substr(text_read).copy(to, room);
    text_read += count;
    if (count == 0) body_ended = true;
    return count;
  }
  std::size_t take_line(std::string_view line) {
    const bool had_ended = dialog.ended();
    dialog.take_line(line);
    if (dialog.ended() && !had_ended) deadline = std::min(deadline, now() + kGoodByePatience);
    return line.size();
  }
  bool must_stop() const { return (aborted && !dialog.ended()) || now() >= deadline; }
};

using SmtpFailed = std::optional<SmtpFailure>;

/// What the server refused, by where the dialogue stood.
SmtpFailed refusal_of(const SmtpDialog& dialog) {
  using Stage = SmtpDialog::Stage;
  if (!dialog.refused() || dialog.stage() == Stage::Hello) return std::nullopt;
  if (dialog.stage() == Stage::Greeting) return SmtpFailure::Session;
  if (dialog.stage() == Stage::StartTls) return SmtpFailure::Tls;
  if (dialog.stage() == Stage::Login || !dialog.may_mail()) return SmtpFailure::Login;
  return dialog.stage() == Stage::Sender ? SmtpFailure::Sender : SmtpFailure::Refused;
}

SmtpFailed smtp_failure_of(CURLcode code, const SmtpDialog& dialog) {
  if (code == CURLE_OK || dialog.taken()) return std::nullopt;
  if (const auto refusal = refusal_of(dialog)) return refusal;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return SmtpFailure::Dns;
    case CURLE_COULDNT_CONNECT:
      return SmtpFailure::Connect;
    case CURLE_OPERATION_TIMEDOUT:
      return SmtpFailure::Timeout;
    case CURLE_ABORTED_BY_CALLBACK:
      return SmtpFailure::Aborted;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
      return SmtpFailure::Tls;
    case CURLE_REMOTE_ACCESS_DENIED:
      return SmtpFailure::Session;
    case CURLE_LOGIN_DENIED:
      return SmtpFailure::Login;
    case CURLE_WEIRD_SERVER_REPLY:
      return SmtpFailure::BadAnswer;
    default:
      return SmtpFailure::Reset;
  }
}

/// An option that this libcurl does not know would be a promise that is not kept.
template <typename Value>
void set_smtp(CURL* curl, CURLoption option, Value value) {
  if (curl_easy_setopt(curl, option, value) != CURLE_OK)
    throw Error("this libcurl lacks an option Latchkey needs for mail");
}

void set_secret(CURL* curl, CURLoption option, const Secret& value) {
  std::string text(value.reveal());  // libcurl wants a zero byte at its end
  const CURLcode code = curl_easy_setopt(curl, option, text.c_str());
  wipe(text);
  if (code != CURLE_OK) throw Error("this libcurl lacks an option Latchkey needs for mail");
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

void require_envelope_address(const std::string& address, const char* field) {
  const bool good = address.size() <= 320 && std::all_of(address.begin(), address.end(), [](char c) {
                      return c > ' ' && c < 0x7F && c != '<' && c != '>' && c != ',' && c != '"' && c != '\\';
                    });
  if (!good || address.find('@') == std::string::npos) {
    throw InputError("invalid_request", field, "expected one plain ASCII address");
  }
}

std::string url_of(const SmtpServer& server) {
  const char* const scheme = server.security == SmtpSecurity::Tls ? "smtps://" : "smtp://";
  return scheme + server.host + ":" + std::to_string(server.port) + "/" + server.hello;
}

long smtp_milliseconds(Millis span) {
  return static_cast<long>(std::max<std::int64_t>(span.count(), 1));  // zero is "no limit" to libcurl
}

void set_connection(CURL* curl, const SmtpServer& server, const SmtpMessage& message) {
  set_smtp(curl, CURLOPT_PROTOCOLS_STR, server.security == SmtpSecurity::Tls ? "smtps" : "smtp");
  set_smtp(curl, CURLOPT_URL, url_of(server).c_str());
  set_smtp(curl, CURLOPT_PROXY, "");
  set_smtp(curl, CURLOPT_NOSIGNAL, 1L);
  set_smtp(curl, CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs must not outlive the deadline
  set_smtp(curl, CURLOPT_FRESH_CONNECT, 1L);
  set_smtp(curl, CURLOPT_FORBID_REUSE, 1L);  // QUIT is said within the call, where it can be ended
  set_smtp(curl, CURLOPT_TCP_NODELAY, 1L);
  set_smtp(curl, CURLOPT_CONNECTTIMEOUT_MS, smtp_milliseconds(message.connect_timeout));
  set_smtp(curl, CURLOPT_TIMEOUT_MS, smtp_milliseconds(message.timeout));

  const bool start_tls = server.security == SmtpSecurity::StartTls;
  set_smtp(curl, CURLOPT_USE_SSL, static_cast<long>(start_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  set_smtp(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!server.ca_file.empty()) {
    set_smtp(curl, CURLOPT_CAINFO, server.ca_file.c_str());
    // Debian's default would be trusted as well.
    set_smtp(curl, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!message.username.empty()) {
    // Left to itself libcurl prefers mechanisms that need a ticket or a domain as soon as they are offered.
    set_smtp(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
    set_smtp(curl, CURLOPT_USERNAME, message.username.c_str());
    set_secret(curl, CURLOPT_PASSWORD, message.password);
  }
}

void set_callbacks(CURL* curl, SmtpExchange& exchange) {
  // Captureless lambdas are C functions; the unary plus makes them pointers, which varargs need.
  set_smtp(curl, CURLOPT_READDATA, &exchange);
  set_smtp(
      curl, CURLOPT_READFUNCTION, +[](char* to, std::size_t size, std::size_t count, void* self) {
        return static_cast<SmtpExchange*>(self)->read_text(to, size * count);
      });
  set_smtp(curl, CURLOPT_HEADERDATA, &exchange);
  set_smtp(
      curl, CURLOPT_HEADERFUNCTION, +[](char* line, std::size_t size, std::size_t count, void* self) {
        return static_cast<SmtpExchange*>(self)->take_line({line, size * count});
      });
  set_smtp(
      curl, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t size, std::size_t count, void*) {
        return size * count;  // libcurl's own choice would be stdout
      });
  set_smtp(curl, CURLOPT_NOPROGRESS, 0L);
  set_smtp(curl, CURLOPT_XFERINFODATA, &exchange);
  set_smtp(
      curl, CURLOPT_XFERINFOFUNCTION, +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<SmtpExchange*>(self)->must_stop() ? 1 : 0;
      });
}

}  // namespace

CurlSmtpClient::CurlSmtpClient(SmtpServer server) : server_(std::move(server)) {
  start_curl();
  const std::optional<Url> plain = parse_url("http://" + server_.host);
  if (!plain || plain->host != to_lower(server_.host))
    throw InputError("invalid_request", "host", "expected a host name");
  if (!is_host_name(server_.hello)) throw InputError("invalid_request", "hello", "expected a host name");
  if (server_.security == SmtpSecurity::None && !is_loopback_host(server_.host))
    throw InputError("invalid_request", "security", "expected encryption for this host");
  if (!server_.ca_file.empty() && !std::ifstream(server_.ca_file))
    throw Error("cannot read ca_file " + shown(server_.ca_file, 200));
}

SmtpAnswer CurlSmtpClient::send(const SmtpMessage& message) {
  const bool mails = !message.to.empty();
  if (mails) {
    require_envelope_address(message.from, "from");
    require_envelope_address(message.to, "to");
  }
  SmtpExchange exchange(message, server_.security == SmtpSecurity::StartTls, aborted_);
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> recipients(nullptr, curl_slist_free_all);
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) throw Error("libcurl gives no handle");
  set_connection(curl.get(), server_, message);
  set_callbacks(curl.get(), exchange);
  if (mails) {
    recipients.reset(curl_slist_append(nullptr, message.to.c_str()));
    if (!recipients) throw std::bad_alloc();
    set_smtp(curl.get(), CURLOPT_UPLOAD, 1L);
    set_smtp(curl.get(), CURLOPT_MAIL_FROM, message.from.c_str());
    set_smtp(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  } else {
    set_smtp(curl.get(), CURLOPT_NOBODY, 1L);
    set_smtp(curl.get(), CURLOPT_CUSTOMREQUEST, "NOOP");
  }

  const CURLcode code = aborted_ ? CURLE_ABORTED_BY_CALLBACK : curl_easy_perform(curl.get());
  long reply = 0;
  curl_off_t micros = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply);
  curl_easy_getinfo(curl.get(), CURLINFO_TOTAL_TIME_T, &micros);
  SmtpAnswer answer;
  answer.failure = smtp_failure_of(code, exchange.dialog);
  if (!answer.failure && !mails && !exchange.dialog.may_mail()) answer.failure = SmtpFailure::Login;
  answer.reply = static_cast<int>(reply);
  answer.body_ended = exchange.body_ended;
  answer.took = std::chrono::duration_cast<Millis>(std::chrono::microseconds(micros));
  return answer;
}

}  // namespace latchkey
