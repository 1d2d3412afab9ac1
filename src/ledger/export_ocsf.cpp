// Names and numbers are those of schema.ocsf.io, version 1.3.0, class api_activity.
#include "ledger/export_ocsf.h"

#include "base/json.h"
#include "ledger/entry.h"

namespace latchkey::ledger {
namespace {

constexpr const char* kSchema = "1.3.0";
constexpr int kApplicationActivity = 6;
constexpr int kApiActivity = 6003;

enum class Activity { Create = 1, Read = 2, Update = 3, Delete = 4, Other = 99 };
enum class Severity { Informational = 1, Low = 2, Medium = 3 };
enum class Status { Unknown = 0, Success = 1, Failure = 2 };

struct Kind {
  Activity activity = Activity::Other;
  Severity severity = Severity::Informational;
  Status status = Status::Success;
};

Kind kind_of(EntryType type) {
  switch (type) {
    case EntryType::LogInit:
    case EntryType::JobAccepted:
    case EntryType::BatchSubmitted:
    case EntryType::TokenCreated:
      return {Activity::Create};
    case EntryType::LinkClaimed:
    case EntryType::AuditExport:
    case EntryType::AuditReveal:
      return {Activity::Read};
    case EntryType::SubjectErased:
    case EntryType::JobsPruned:
    case EntryType::TokenRevoked:
      return {Activity::Delete};
    case EntryType::LogRestored:
      return {Activity::Update, Severity::Medium};
    case EntryType::JobHeld:
      return {Activity::Update, Severity::Medium, Status::Unknown};
    case EntryType::ProviderPaused:
      return {Activity::Update, Severity::Medium};
    case EntryType::JobRefused:
    case EntryType::JobFailed:
    case EntryType::LinkExpired:
      return {Activity::Update, Severity::Low, Status::Failure};
    case EntryType::OccurrenceMissed:
    case EntryType::OccurrenceSkipped:
    case EntryType::RecipientSkipped:
      return {Activity::Other, Severity::Low, Status::Failure};
    case EntryType::AuthDenied:
      return {Activity::Other, Severity::Medium, Status::Failure};
    case EntryType::JobCancelled:
    case EntryType::JobReleased:
    case EntryType::JobClosed:
    case EntryType::JobReprocessed:
    case EntryType::ScheduleEnabled:
    case EntryType::ScheduleDisabled:
    case EntryType::BatchPaused:
    case EntryType::BatchResumed:
    case EntryType::BatchCancelled:
    case EntryType::BatchFinished:
    case EntryType::ProviderResumed:
    case EntryType::KeyRotated:
    case EntryType::ConfigChanged:
      return {Activity::Update};
    case EntryType::DaemonStart:
    case EntryType::DaemonStop:
    case EntryType::AttemptIntent:
    case EntryType::AttemptResult:
    case EntryType::AttemptLate:
    case EntryType::HandoverIntent:
    case EntryType::HandoverResult:
    case EntryType::ClockJump:
    case EntryType::CheckpointDaily:
      return {};
  }
  return {};
}

Kind kind_of(const Entry& entry) {
  Kind kind = kind_of(entry.type);
  if (!entry.outcome || *entry.outcome == job::Outcome::Accepted) return kind;
  kind.status = *entry.outcome == job::Outcome::Unknown ? Status::Unknown : Status::Failure;
  if (kind.severity == Severity::Informational) kind.severity = Severity::Low;
  return kind;
}

std::string activity_name(Activity activity, const Entry& entry) {
  switch (activity) {
    case Activity::Create:
      return "Create";
    case Activity::Read:
      return "Read";
    case Activity::Update:
      return "Update";
    case Activity::Delete:
      return "Delete";
    case Activity::Other:
      return std::string(name(entry.type));  // with 99 the name is the source's own
  }
  return {};
}

OrderedJson actor_of(const std::string& actor) {
  if (actor == "system") return {{"app_name", "latchkey"}};
  const bool token = actor.starts_with("token:");
  return {{"user", {{"uid", actor}, {"type_id", token ? 99 : 1}, {"type", token ? "API token" : "User"}}}};
}

OrderedJson api_of(const Entry& entry) {
  OrderedJson api{{"operation", name(entry.type)}};
  if (entry.request_id) api["request"] = {{"uid", *entry.request_id}};
  if (entry.http) api["response"]["code"] = *entry.http;
  if (entry.code) api["response"]["error"] = job::name(*entry.code);
  return api;
}

OrderedJson resources_of(const Entry& entry, const std::optional<std::string>& recipient) {
  OrderedJson resources = OrderedJson::array();
  if (entry.request_id) resources.push_back({{"type", "job"}, {"uid", *entry.request_id}});
  if (entry.subject) {
    resources.push_back({{"type", "subject"}, {"uid", *entry.subject}});
    if (recipient) resources.back()["name"] = *recipient;
  }
  return resources;
}

OrderedJson metadata_of(const Entry& entry, std::string_view origin) {
  OrderedJson metadata{{"version", kSchema},
                       {"product", {{"name", "Latchkey"}, {"vendor_name", "Latchkey"}}},
                       {"uid", std::string(origin) + "#" + std::to_string(entry.seq)},
                       {"event_code", name(entry.type)},
                       {"log_name", origin},
                       {"sequence", entry.seq}};
  if (entry.request_id) metadata["correlation_uid"] = *entry.request_id;
  return metadata;
}

}  // namespace

std::string ocsf_event(std::string_view bytes, std::string_view origin,
                       const std::optional<std::string>& recipient) {
  const Entry entry = decode(bytes);
  const Kind kind = kind_of(entry);
  OrderedJson event{{"class_uid", kApiActivity},
                    {"class_name", "API Activity"},
                    {"category_uid", kApplicationActivity},
                    {"category_name", "Application Activity"},
                    {"activity_id", static_cast<int>(kind.activity)},
                    {"activity_name", activity_name(kind.activity, entry)},
                    {"type_uid", std::int64_t{kApiActivity} * 100 + static_cast<int>(kind.activity)},
                    {"time", entry.t.time_since_epoch().count()},
                    {"severity_id", static_cast<int>(kind.severity)},
                    {"status_id", static_cast<int>(kind.status)}};
  if (entry.outcome) event["status"] = job::name(*entry.outcome);
  if (entry.code) event["status_code"] = job::name(*entry.code);
  if (entry.reason) event["status_detail"] = *entry.reason;
  if (entry.attempt && entry.ms) event["duration"] = *entry.ms;
  event["metadata"] = metadata_of(entry, origin);
  event["actor"] = actor_of(entry.actor);
  event["api"] = api_of(entry);
  event["src_endpoint"] = {{"svc_name", "latchkey"}, {"uid", origin}};
  if (entry.provider) event["dst_endpoint"] = {{"svc_name", job::name(*entry.provider)}};
  if (auto resources = resources_of(entry, recipient); !resources.empty()) {
    event["resources"] = std::move(resources);
  }
  event["raw_data"] = bytes;
  return event.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace latchkey::ledger
