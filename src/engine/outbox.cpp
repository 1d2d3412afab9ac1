#include "engine/outbox.h"

#include <algorithm>

#include "handover/webhook_backoff.h"

namespace latchkey::engine {

std::vector<Posting> take_due_posts(Context& context, int idle, int posters, PostsUnderWay& under_way,
                                    std::optional<TimePoint>& next) {
  std::vector<Posting> postings;
  const auto& endpoints = context.settings.webhooks;
  const int share = endpoints.size() > 1 ? std::max(1, posters * 3 / 4) : posters;
  for (const Endpoint& endpoint : endpoints) {
    int& busy = under_way[endpoint.name];
    const int room = std::min(idle, share - busy);
    if (room <= 0) continue;  // a poster that comes back makes the next turn
    for (store::Event& event : context.store.due_events(endpoint.name, context.now.wall, room)) {
      ++event.tries;
      event.next_at = context.now.wall + endpoint.deadline;
      context.store.update_event(event);
      ++busy;
      --idle;
      postings.push_back({std::move(event)});
    }
    const auto due = context.store.next_event_time(endpoint.name);
    if (due && busy < share && (!next || *due < *next)) next = due;
  }
  return postings;
}

void apply_posted(Context& context, const store::Event& event, const handover::PostResult& result) {
  if (result.delivered) return context.store.drop_event(event.id);
  // As it stands now: since the poster was sent a person may have begun anew, or its lease may have ended and
  // another poster be at it.
  auto failed = context.store.find_event(event.id);
  if (!failed || failed->tries != event.tries) return;
  failed->error = result.error;
  failed->next_at.reset();
  if (!result.gone) {
    const Millis since = context.now.wall - failed->created_at;
    const auto wait = handover::webhook_wait(failed->tries, since, result.wait, context.random);
    if (wait) failed->next_at = context.now.wall + *wait;
  }
  context.store.update_event(*failed);
}

}  // namespace latchkey::engine
