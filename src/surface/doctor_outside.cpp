#include "base/curl_http_client.h"
#include "base/curl_smtp_client.h"
#include "base/file_lock.h"
#include "base/json.h"
#include "base/text.h"
#include "handover/smtp_mailer.h"
#include "handover/webhook.h"
#include "provider/factory.h"
#include "surface/diagnosis.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kCheckTextMax = 200;
constexpr Millis kHealthPatience{3'000};

HttpRequest health_request(const std::string& address, const std::string& path) {
  HttpRequest request;
  request.method = "GET";
  request.url = "http://" + address + path;
  request.connect_timeout = request.stall_timeout = request.timeout = kHealthPatience;
  return request;
}

void examine_provider(const Config& config, job::Provider id, Diagnoses& found) {
  const std::string name(job::name(id));
  const ProviderConfig& provider = config.provider(id);
  const std::filesystem::path& key =
      id == job::Provider::Mayar ? provider.api_key_file : provider.client_secret_file;
  if (!provider.on) {
    return found.note(name, name + " is off: " + std::string(job::why_off(id)) + ".",
                      "put its key into " + key.string() + ", then latchkey provider check " + name);
  }
  SystemClock clock;
  CurlHttpClient http(provider.ca_file);
  const provider::Check check = provider::make_provider(id, config, clock)->check(http);
  if (check.ok) return found.ok(name, shown(check.text, kCheckTextMax));
  found.error(name, shown(check.text, kCheckTextMax),
              "latchkey provider check " + name + " once that is mended");
}

void examine_mail(const Config& config, Diagnoses& found) {
  if (!config.smtp.on)
    return found.note("mail", "Links are not handed over by email: [smtp] names no server.");
  SystemClock clock;
  CurlSmtpClient smtp(handover::server_of(config.smtp));
  const handover::Check check = handover::SmtpMailer(config.smtp, clock).check(smtp);
  if (check.ok) return found.ok("mail", shown(check.text, kCheckTextMax));
  found.error("mail", shown(check.text, kCheckTextMax),
              "mend [smtp] in " + config.file.string() + ", then latchkey doctor");
}

void examine_webhooks(const Config& config, Diagnoses& found) {
  if (config.webhooks.empty()) return;
  SystemClock clock;
  const handover::Webhooks webhooks(config.webhooks, clock);  // reads every secret
  found.ok("webhooks", "The secrets of all endpoints can be read.");
}

// What the daemon itself says is wrong, in its own words.
void examine_readiness(const std::string& health, Diagnoses& found) {
  HttpRequest request = health_request(health, "/readyz");
  CurlHttpClient http;
  const HttpAnswer answer = http.send(request);
  const auto body = answer.failure ? std::nullopt : parse_json(answer.body);
  if (!body || !body->is_object()) {
    return found.error("daemon", "Its health listener (" + health + ") does not answer.",
                       "journalctl -u latchkey");
  }
  for (const Json& reason : body->value("reasons", Json::array())) {
    found.error("daemon", shown(string_member(reason, "message").value_or(""), kCheckTextMax) + ".",
                "journalctl -u latchkey");
  }
}

void examine_daemon(const Config& config, Diagnoses& found) {
  const std::string start = "systemctl start latchkey, or latchkey serve";
  const auto content = FileLock::read_content(config.lock_file());
  const auto api = content ? content_line(*content, "api") : std::nullopt;
  if (!api) return found.error("daemon", "No daemon runs: nothing is sent.", start);
  CurlHttpClient http;
  const HttpAnswer answer = http.send(health_request(*api, "/healthz"));
  if (answer.failure || answer.status != 200) {
    return found.error("daemon", "A daemon runs (API " + *api + ") and does not answer.",
                       "journalctl -u latchkey, then systemctl restart latchkey");
  }
  found.ok("daemon", "The daemon runs and answers at " + *api + ".");
  if (const auto health = content_line(*content, "health")) examine_readiness(*health, found);
}

}  // namespace

void examine_outside(const Config& config, Diagnoses& found) {
  found.examine("daemon", "ls -l " + config.lock_file().string(), [&] { examine_daemon(config, found); });
  for (const job::Provider id : job::kProviders) {
    found.examine(std::string(job::name(id)), "an editor: " + config.file.string(),
                  [&] { examine_provider(config, id, found); });
  }
  const std::string edit = "an editor: " + config.file.string();
  found.examine("mail", edit, [&] { examine_mail(config, found); });
  found.examine("webhooks", "latchkey key new webhook FILE", [&] { examine_webhooks(config, found); });
}

}  // namespace latchkey::surface
