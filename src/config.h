#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/smtp_client.h"
#include "job/mailbox.h"
#include "job/event_type.h"
#include "job/names.h"
#include "job/rate.h"
#include "job/retry_policy.h"

namespace latchkey {

/// [providers.mayar] and [providers.nomos]; what does not apply to one of them stays empty.
struct ProviderConfig {
  std::string base_url;
  job::Rate rate;
  Millis link_lifetime{std::chrono::minutes(15)};  ///< at most 60 minutes
  Millis timeout{std::chrono::seconds(20)};        ///< the whole call
  Millis connect_timeout{std::chrono::seconds(5)};
  Millis stall_timeout{std::chrono::seconds(15)};
  std::string ca_file;  ///< PEM to trust instead of the system's; empty for the system's

  std::filesystem::path api_key_file;        ///< mayar
  bool retry_unknown_once = false;           ///< mayar: after_unknown = "retry_once"
  std::string client_id;                     ///< nomos
  std::filesystem::path client_secret_file;  ///< nomos
  std::filesystem::path access_token_file;   ///< nomos: a fixed token instead of client credentials
  bool token_request_json = false;           ///< nomos: token_request = "json" instead of "form"
  std::string api_version;                   ///< nomos: X-API-Version
  std::vector<std::string> link_hosts;       ///< nomos: allowed host suffixes
  /// Whether the key files named above exist and are not empty (and, for nomos, client_id is set): else it is
  /// off.
  bool on = false;
};

/// One of [[webhooks]]: an endpoint that is told what became of jobs.
struct WebhookConfig {
  std::string name;  ///< an id, no other endpoint's
  std::string url;   ///< https, or http to a loopback host where allow_private is set
  std::filesystem::path secret_file;
  std::vector<job::EventType> events{job::kEventTypes.begin(), job::kEventTypes.end()};  ///< each once
  bool allow_private = false;                ///< addresses that are not public may be posted to
  std::string ca_file;                       ///< as of a provider
  Millis timeout{std::chrono::seconds(15)};  ///< the whole call
  Millis connect_timeout{std::chrono::seconds(5)};
};

/// Where a server of ours listens: loopback, always.
struct ListenAddress {
  std::string host;
  int port = 0;  ///< 0: any free one
  bool operator==(const ListenAddress&) const = default;
};

/// [api]
struct ApiConfig {
  ListenAddress listen{"127.0.0.1", 8420};
  ListenAddress health{"127.0.0.1", 8421};  ///< health and metrics alone, so that a busy API cannot hide them
  int threads = 64;                         ///< connections served at once
};

/// [smtp]: how links are handed over by email.
struct SmtpConfig {
  bool on = false;  ///< host and from are set
  std::string host;
  int port = 587;  ///< unless it is set, 587 for STARTTLS, 465 for TLS, 25 for none
  SmtpSecurity security = SmtpSecurity::StartTls;
  std::string ca_file;                  ///< as of a provider
  std::string username;                 ///< empty: no login
  std::filesystem::path password_file;  ///< read when username is set
  job::Mailbox from;
  std::optional<job::Mailbox> reply_to;
  std::string list_unsubscribe;                      ///< a mailto: or https: URI; empty: no such header
  std::filesystem::path templates;                   ///< the folder with the texts
  std::string timezone = "UTC";                      ///< IANA name: how times are told to customers
  Millis timeout{std::chrono::seconds(30)};          ///< the whole delivery
  Millis connect_timeout{std::chrono::seconds(15)};  ///< until the server is ready for a message
  int workers = 4;                                   ///< deliveries under way at most
  bool verify_address = true;  ///< whether the provider must have the same address for the customer
};

/// latchkey.toml, checked. Paths are absolute.
struct Config {
  std::filesystem::path file;
  std::filesystem::path data_dir;
  int workers = 64;
  Millis shutdown_grace{std::chrono::seconds(30)};
  ProviderConfig mayar;
  ProviderConfig nomos;
  job::RetryPolicy retry;
  SmtpConfig smtp;
  std::optional<Millis> keep_subjects;  ///< [retention] subjects; nullopt: until they are erased by hand
  std::string origin;
  std::filesystem::path anchors;
  std::filesystem::path signing_key_file;      ///< Ed25519 seed, 32 bytes in hex
  std::filesystem::path fingerprint_key_file;  ///< HMAC key of link fingerprints, 32 bytes in hex
  ApiConfig api;
  std::vector<WebhookConfig> webhooks;

  const ProviderConfig& provider(job::Provider id) const {
    return id == job::Provider::Mayar ? mayar : nomos;
  }
  std::filesystem::path database() const { return data_dir / "latchkey.db"; }
  std::filesystem::path lock_file() const { return data_dir / "latchkey.lock"; }
};

/// Reads and checks a configuration. Throws Error when the file cannot be read and one InputError with every
/// wrong field otherwise: unknown keys (with the nearest known one), wrong types, values that do not parse or
/// exceed their limits, an address that is no loopback, a base_url that is not safe, a config or key file
/// that others can read, an endpoint of webhooks without its secret.
Config load_config(const std::filesystem::path& file);

/// The commented configuration that `latchkey init` writes.
std::string initial_config(const std::string& origin);

/// The files with the texts of a mail that hands a link over, all in the folder smtp.templates.
inline constexpr const char* kSubjectTemplate = "portal-access.subject.mustache";
inline constexpr const char* kTextTemplate = "portal-access.txt.mustache";
inline constexpr const char* kHtmlTemplate = "portal-access.html.mustache";

/// What `latchkey init` writes into these files.
struct TemplateFile {
  std::string name;
  std::string text;
};
std::vector<TemplateFile> initial_templates();

}  // namespace latchkey
