#include "config.h"

namespace latchkey {

// Every value here is also the default, and every line behind "# " would be taken as it is: tests hold both.
std::string initial_config(const std::string& origin) {
  return R"(# Latchkey's configuration. Paths are relative to this file. Durations: "90s", "15m", "1h30m".
# This file and the key files must be readable by their owner only: chmod 600.
# A provider whose key file is missing or empty is off, and its jobs are rejected.

data_dir = "data"

[engine]
workers = 64                                   # calls in flight at most
shutdown_grace = "30s"                         # how long a stop waits for calls in flight

[providers.mayar]
base_url = "https://api.mayar.id"              # the sandbox has another address and other keys
api_key_file = "secrets/mayar.key"
rate = "20/min"                                # "10/s", "600/h", "unlimited"
burst = 1                                      # calls that may go at once after a rest
link_lifetime = "15m"                          # how long after it was due a job may be sent, at most 60m
timeout = "20s"                                # the whole call
# connect_timeout = "5s"                       # DNS, TCP and TLS together
# stall_timeout = "15s"                        # longest silence within a call
# ca_file = "mayar-ca.pem"                     # trust these certificates instead of the system's
after_unknown = "hold"                         # or "retry_once": one more email, and no person decides

[providers.nomos]
base_url = "https://api.nomos.energy"
client_id = ""
client_secret_file = "secrets/nomos.secret"
# access_token_file = "secrets/nomos.token"    # a fixed access token instead of client id and secret
# token_request = "form"                       # or "json"
api_version = "2026-01-29.edison"
rate = "10/s"
# burst = 1
link_lifetime = "15m"
timeout = "20s"
# connect_timeout = "5s"
# stall_timeout = "15s"
# ca_file = "nomos-ca.pem"
link_hosts = [".customerportal.energy", ".checkout.energy"]   # links to any other host are thrown away

[retry]
attempts = 5                                   # tries of one job at most
first = "5s"                                   # longest wait before the second try; doubles from there
most = "2m"                                    # no wait is longer

[smtp]                                         # mails links to customers; without host and from that is off
# host = "smtp.example.com"
# from = "Portal <portal@example.com>"
# security = "starttls"                        # or "tls"; "none" is for loopback only
# port = 587                                   # 465 with "tls", unless it is set
# username = "portal@example.com"              # leave it out where the server wants no login
# password_file = "secrets/smtp.password"
# reply_to = "Support <support@example.com>"
# list_unsubscribe = "mailto:unsubscribe@example.com"   # or an https:// address that takes a POST
# templates = "templates"                      # subject, text and HTML of the mail
# timezone = "UTC"                             # of the time that customers are told: "Europe/Berlin"
# timeout = "30s"                              # the whole delivery
# connect_timeout = "15s"                      # DNS, TCP, TLS and login together
# ca_file = "smtp-ca.pem"
# workers = 4                                  # deliveries under way at most
# verify_address = true                        # mail only to the address that the provider has as well

[retention]
# subjects = "365d"                            # `latchkey jobs prune` also erases who had no job for so long

[ledger]
origin = ")" +
         origin + R"("
anchors = "anchors"                            # better a folder on another file system
# signing_key_file = "secrets/ledger.key"
# fingerprint_key_file = "secrets/fingerprint.key"

# Who is told by HTTP what became of jobs (docs/webhooks.md): a section each, 16 at most. Make the secret
# first: latchkey key new webhook secrets/crm.webhook
# [[webhooks]]
# name = "crm"
# url = "https://crm.example.com/latchkey"
# secret_file = "secrets/crm.webhook"          # one a line, the newest first; every one of them signs
# events = ["job.done", "job.failed", "job.stale", "job.held", "job.cancelled", "batch.finished"]
# timeout = "15s"                              # the whole call
# allow_private = false                        # true: also addresses of this machine and of private networks
# ca_file = "crm-ca.pem"

[api]
listen = "127.0.0.1:8420"                      # loopback only; docs/deploy has the nginx for other machines
# health_listen = "127.0.0.1:8421"             # health and metrics alone, however busy the API is
# threads = 64                                 # connections served at once; nginx must keep fewer open
)";
}

}  // namespace latchkey
