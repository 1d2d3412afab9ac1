#include "config_webhooks.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/address_rule.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/signing_secret.h"
#include "base/text.h"
#include "base/url.h"

namespace latchkey {
namespace {

constexpr std::size_t kWebhooksMax = 16;

/// What is wrong with an endpoint's address; nullopt when nothing is. A name is looked at when it is called:
/// where it leads to then is what counts.
std::optional<std::string> fault_of_url(const std::string& text, bool allow_private) {
  const std::optional<Url> url = parse_url(text);
  if (!url) return "expected an address like https://example.com/latchkey";
  // libcurl refuses them in a URL, even empty ones.
  const std::string authority = text.substr(0, text.find_first_of("/?#", text.find("//") + 2));
  if (!url->user.empty() || authority.find('@') != std::string::npos)
    return "expected no user or password in the address: messages are signed";
  if (text.find('#') != std::string::npos) return "expected an address without #";
  if (!allow_private && (is_loopback_host(url->host) || is_address(url->host)) &&
      !is_public_address(url->host)) {
    return "is not a public address; allow_private = true takes it all the same";
  }
  if (url->scheme != "https" && !is_loopback_host(url->host))
    return "expected https:// (plain http:// is for loopback hosts only)";
  return std::nullopt;
}

void read_name(ConfigSection& section, WebhookConfig& webhook, const std::vector<WebhookConfig>& others) {
  const std::string expected = R"(a name such as "crm", of at most 64 letters, digits and "._:-")";
  if (section.line("name") == 0) section.wrong("name", "is missing; expected " + expected);
  const auto name = section.text("name", expected);
  if (!name) return;
  if (!is_id(*name)) section.wrong("name", "expected " + expected);
  const auto is_taken = [&](const WebhookConfig& other) { return other.name == *name; };
  if (std::any_of(others.begin(), others.end(), is_taken))
    section.wrong("name", "is the name of another endpoint, too");
  webhook.name = *name;
}

void read_url(ConfigSection& section, WebhookConfig& webhook) {
  section.boolean("allow_private", webhook.allow_private);
  if (section.line("url") == 0) {
    section.wrong("url", "is missing; expected an address like https://example.com/latchkey");
  }
  const auto url = section.text("url", "an address in quotes");
  if (!url) return;
  if (const auto fault = fault_of_url(*url, webhook.allow_private)) section.wrong("url", *fault);
  webhook.url = *url;
}

void read_secret(ConfigSection& section, WebhookConfig& webhook) {
  const std::size_t faults = section.errors().size();
  section.path("secret_file", webhook.secret_file);
  if (section.errors().size() > faults) return;
  if (webhook.secret_file.empty()) {
    section.wrong("secret_file",
                  "is missing; make one with `latchkey key new webhook FILE` and name it here");
    return;
  }
  try {
    read_signing_secrets(webhook.secret_file, section.field("secret_file"));
  } catch (const InputError& error) {
    append_errors(section.errors(), error, section.line("secret_file"));
  }
}

void read_events(ConfigSection& section, WebhookConfig& webhook) {
  std::string every;
  for (const job::EventType type : job::kEventTypes) {
    every += (every.empty() ? "[\"" : ", \"") + std::string(job::name(type)) + "\"";
  }
  std::vector<std::string> names;
  section.list("events", names, every + "]",
               [](const std::string& text) { return job::event_type_named(text).has_value(); });
  if (names.empty()) return;
  webhook.events.clear();
  for (const job::EventType type : job::kEventTypes) {
    if (std::find(names.begin(), names.end(), job::name(type)) != names.end()) webhook.events.push_back(type);
  }
}

}  // namespace

void read_webhooks(ConfigSection& root, std::vector<WebhookConfig>& webhooks) {
  using std::chrono::seconds;
  std::vector<ConfigSection> sections = root.children("webhooks");
  if (sections.size() > kWebhooksMax) {
    root.wrong("webhooks", "expected at most " + std::to_string(kWebhooksMax) + " endpoints, got " +
                               std::to_string(sections.size()));
    return;
  }
  for (ConfigSection& section : sections) {
    WebhookConfig webhook;
    read_name(section, webhook, webhooks);
    read_url(section, webhook);
    read_secret(section, webhook);
    read_events(section, webhook);
    section.duration("timeout", webhook.timeout, seconds(1), seconds(60));
    std::filesystem::path ca_file;
    section.path("ca_file", ca_file);
    webhook.ca_file = ca_file.string();
    section.finish();
    webhooks.push_back(std::move(webhook));
  }
}

}  // namespace latchkey
