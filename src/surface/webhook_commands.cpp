#include "surface/webhook_commands.h"

#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/table.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kShownMax = 120;
constexpr std::size_t kPerTransaction = 500;  // so that nobody who writes is kept for long

struct EventSelection {
  std::optional<std::string> endpoint;
  bool given_up = false;
};

bool is_configured(const Config& config, const std::string& endpoint) {
  for (const WebhookConfig& webhook : config.webhooks) {
    if (webhook.name == endpoint) return true;
  }
  return false;
}

std::vector<store::Event> selected(store::Store& store, const EventSelection& selection) {
  std::vector<store::Event> events;
  store.each_event([&](const store::Event& event) {
    const bool fits = (!selection.endpoint || *selection.endpoint == event.endpoint) &&
                      (!selection.given_up || !event.next_at);
    if (fits) events.push_back(event);
    return true;
  });
  return events;
}

std::string standing(const Config& config, const store::Event& event, TimePoint now) {
  if (!event.next_at) return "given up";
  if (!is_configured(config, event.endpoint)) return "no such endpoint";
  return *event.next_at <= now ? "due" : "next at " + format_local_short(*event.next_at, now);
}

OrderedJson json_of(const store::Event& event) {
  OrderedJson body = OrderedJson::parse(event.body);
  return {{"id", event.id},
          {"endpoint", event.endpoint},
          {"message", event.message},
          {"since", format_utc(event.created_at)},
          {"tries", event.tries},
          {"nextAt", event.next_at ? OrderedJson(format_utc(*event.next_at)) : OrderedJson(nullptr)},
          {"givenUp", !event.next_at},
          {"error", event.error.empty() ? OrderedJson(nullptr) : OrderedJson(event.error)},
          {"body", std::move(body)}};
}

int list_events(const GlobalOptions& global, const EventSelection& selection) {
  StoreSession session(global, store::Access::ReadOnly);
  const TimePoint now = session.now();
  Output out;
  Table table({"MESSAGE", "ENDPOINT", "EVENT", "REQUEST ID", "SINCE", "TRIES", "", "LAST ERROR"});
  table.align_right(5);
  for (const store::Event& event : selected(session.store(), selection)) {
    if (global.json) {
      out.line(json_of(event).dump());
      continue;
    }
    const Json body = parse_json(event.body).value_or(Json::object());
    const Json data = body.value("data", Json::object());
    table.add({event.message, event.endpoint, string_member(body, "type").value_or(""),
               string_member(data, "requestId").value_or(""), format_local_short(event.created_at, now),
               std::to_string(event.tries),
               Cell(standing(session.config(), event, now), event.next_at ? Paint::Plain : Paint::Bad),
               shown(event.error, kShownMax)});
  }
  if (!global.json)
    out.text(table.empty() ? "Nothing waits to be delivered.\n" : table.text(Output::coloured()));
  out.flush();
  return 0;
}

// Applies `change` to each, in short transactions. An event that was delivered meanwhile is left as it is:
// gone.
template <typename Change>
void change_each(StoreSession& session, const std::vector<store::Event>& events, Change change) {
  for (std::size_t begin = 0; begin < events.size(); begin += kPerTransaction) {
    session.write([&](engine::Context& context) {
      const std::size_t end = std::min(events.size(), begin + kPerTransaction);
      for (std::size_t i = begin; i < end; ++i) change(context, events[i]);
      return true;
    });
  }
}

int print_count(std::size_t count, const char* done, bool json) {
  Output out;
  if (json) {
    out.line(OrderedJson{{done, count}}.dump());
  } else {
    out.line(counted(count, "message") + " " + done + ".");
  }
  out.flush();
  return 0;
}

int retry_events(const GlobalOptions& global, EventSelection selection) {
  selection.given_up = true;
  StoreSession session(global);
  const auto events = selected(session.store(), selection);
  change_each(session, events, [](engine::Context& context, store::Event event) {
    event.created_at = context.now.wall;  // its day begins anew
    event.next_at = context.now.wall;
    event.tries = 0;
    context.store.update_event(event);
  });
  return print_count(events.size(), "planned", global.json);
}

int drop_events(const GlobalOptions& global, const EventSelection& selection) {
  if (!selection.endpoint && !selection.given_up) {
    throw UsageError("webhook drop wants --endpoint NAME, --given-up, or both");
  }
  StoreSession session(global);
  const auto events = selected(session.store(), selection);
  change_each(session, events, [](engine::Context& context, const store::Event& event) {
    context.store.drop_event(event.id);
  });
  return print_count(events.size(), "dropped", global.json);
}

CLI::App* add_one(CLI::App& webhook, CommandLine& line, const char* name, const char* description,
                  const std::shared_ptr<EventSelection>& selection, const std::function<int()>& run) {
  CLI::App* command = webhook.add_subcommand(name, description);
  add_text(*command, "--endpoint", selection->endpoint, "of this endpoint only, by its name")
      ->type_name("NAME");
  command->callback([&line, run] { line.command = run; });
  return command;
}

}  // namespace

void add_webhook_commands(CLI::App& app, CommandLine& line) {
  CLI::App* webhook =
      app.add_subcommand("webhook", "Messages that endpoints are still to be told: list, retry, drop");
  webhook->require_subcommand(1);
  add_example(*webhook, "latchkey webhook list");
  const auto selection = std::make_shared<EventSelection>();
  CLI::App* list = add_one(*webhook, line, "list", "What waits to be delivered, and what was given up",
                           selection, [&line, selection] { return list_events(line.global, *selection); });
  list->add_flag("--given-up", selection->given_up, "only what was given up after a day");
  add_example(*list, "latchkey webhook list --given-up");
  CLI::App* retry = add_one(*webhook, line, "retry", "Try again what was given up", selection,
                            [&line, selection] { return retry_events(line.global, *selection); });
  add_example(*retry, "latchkey webhook retry --endpoint backend");
  CLI::App* drop = add_one(*webhook, line, "drop", "Never deliver it", selection,
                           [&line, selection] { return drop_events(line.global, *selection); });
  drop->add_flag("--given-up", selection->given_up, "only what was given up after a day");
  add_example(*drop, "latchkey webhook drop --endpoint backend --given-up");
}

}  // namespace latchkey::surface
