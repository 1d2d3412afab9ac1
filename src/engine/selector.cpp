#include "engine/selector.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/json.h"

namespace latchkey::engine {
namespace {

using job::State;

constexpr std::array<std::string_view, 4> kActionNames{"reprocess", "release", "close_sent",
                                                       "close_not_sent"};

[[noreturn]] void not_a_selector() {
  throw Error("the database holds a preview whose filter is not readable");
}

bool has_filter(const store::JobFilter& filter) {
  return !filter.states.empty() || filter.subject || filter.provider || filter.outcome || filter.code ||
         filter.batch || filter.definition || filter.created_from || filter.created_to;
}

// States that a job may be in to be reprocessed, were it asked for.
bool ended_in_vain(State state) {
  return state == State::Failed || state == State::Stale || state == State::Cancelled || state == State::Held;
}

template <typename Enum>
void put_name(OrderedJson& json, const char* key, const std::optional<Enum>& value) {
  if (value) json[key] = job::name(*value);
}

template <typename Named>
auto named_member(const Json& json, const char* key, Named named) -> decltype(named(std::string_view())) {
  const auto text = string_member(json, key);
  if (!text) return std::nullopt;
  const auto value = named(*text);
  if (!value) not_a_selector();
  return value;
}

std::optional<TimePoint> time_member(const Json& json, const char* key) {
  const auto at = json.find(key);
  if (at == json.end()) return std::nullopt;
  if (!at->is_number_integer()) not_a_selector();
  return from_ms(at->get<std::int64_t>());
}

}  // namespace

std::string_view name(BulkAction action) {
  return kActionNames.at(static_cast<std::size_t>(action));
}

std::optional<BulkAction> bulk_action_named(std::string_view text) {
  const auto at = std::find(kActionNames.begin(), kActionNames.end(), text);
  if (at == kActionNames.end()) return std::nullopt;
  return static_cast<BulkAction>(at - kActionNames.begin());
}

void settle(Selector& selector) {
  std::vector<State>& states = selector.filter.states;
  if (!has_filter(selector.filter)) {
    throw InputError("invalid_request", "filter",
                     "is needed: without one it would be about every job there ever was");
  }
  const bool reprocess = selector.action == BulkAction::Reprocess;
  for (const State state : states) {
    if (reprocess ? ended_in_vain(state) : state == State::Held) continue;
    throw InputError("invalid_request", "state",
                     reprocess ? "failed, stale, cancelled and held jobs can be reprocessed, and none that is " +
                                     std::string(name(state))
                               : "only held jobs can be released or closed, and none that is " +
                                     std::string(name(state)));
  }
  if (!states.empty()) return;
  states = reprocess ? std::vector{State::Failed, State::Stale, State::Cancelled} : std::vector{State::Held};
}

std::string selector_json(const Selector& selector) {
  const store::JobFilter& filter = selector.filter;
  OrderedJson json = OrderedJson::object();
  json["states"] = OrderedJson::array();
  for (const State state : filter.states) json["states"].push_back(name(state));
  put_name(json, "provider", filter.provider);
  put_name(json, "outcome", filter.outcome);
  put_name(json, "code", filter.code);
  if (filter.batch) json["batch"] = *filter.batch;
  if (filter.definition) json["definition"] = *filter.definition;
  if (filter.created_from) json["from"] = to_ms(*filter.created_from);
  if (filter.created_to) json["to"] = to_ms(*filter.created_to);
  if (filter.subject) json["subject"] = *filter.subject;
  json["includeRefused"] = selector.include_refused;
  return json.dump();
}

Selector selector_of(const std::string& action, const std::string& text) {
  const auto json = parse_json(text);
  const auto known = bulk_action_named(action);
  if (!json || !json->is_object() || !known || !json->contains("states")) not_a_selector();
  Selector selector;
  selector.action = *known;
  store::JobFilter& filter = selector.filter;
  for (const Json& state : json->at("states")) {
    const auto value = state.is_string() ? job::state_named(state.get<std::string>()) : std::nullopt;
    if (!value) not_a_selector();
    filter.states.push_back(*value);
  }
  filter.provider = named_member(*json, "provider", job::provider_named);
  filter.outcome = named_member(*json, "outcome", job::outcome_named);
  filter.code = named_member(*json, "code", job::code_named);
  filter.batch = string_member(*json, "batch");
  filter.definition = string_member(*json, "definition");
  filter.created_from = time_member(*json, "from");
  filter.created_to = time_member(*json, "to");
  filter.subject = string_member(*json, "subject");
  selector.include_refused = json->value("includeRefused", false);
  return selector;
}

}  // namespace latchkey::engine
