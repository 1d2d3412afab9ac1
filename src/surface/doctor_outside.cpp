#include "base/curl_http_client.h"
#include "base/file_lock.h"
#include "base/text.h"
#include "provider/factory.h"
#include "surface/diagnosis.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kCheckTextMax = 200;
constexpr Millis kHealthPatience{3'000};

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

void examine_daemon(const Config& config, Diagnoses& found) {
  const std::string start = "systemctl start latchkey, or latchkey serve";
  const auto content = FileLock::read_content(config.lock_file());
  const auto api = content ? content_line(*content, "api") : std::nullopt;
  if (!api) return found.error("daemon", "No daemon runs: nothing is sent.", start);
  HttpRequest request;
  request.method = "GET";
  request.url = "http://" + *api + "/healthz";
  request.connect_timeout = request.stall_timeout = request.timeout = kHealthPatience;
  CurlHttpClient http;
  const HttpAnswer answer = http.send(request);
  if (answer.failure || answer.status != 200) {
    return found.error("daemon", "A daemon runs (API " + *api + ") and does not answer.",
                       "journalctl -u latchkey, then systemctl restart latchkey");
  }
  found.ok("daemon", "The daemon runs and answers at " + *api + ".");
}

}  // namespace

void examine_outside(const Config& config, StoreSession* session, Diagnoses& found) {
  (void)session;
  found.examine("daemon", "ls -l " + config.lock_file().string(), [&] { examine_daemon(config, found); });
  for (const job::Provider id : job::kProviders) {
    found.examine(std::string(job::name(id)), "an editor: " + config.file.string(),
                  [&] { examine_provider(config, id, found); });
  }
}

}  // namespace latchkey::surface
