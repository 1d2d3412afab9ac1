#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/context.h"
#include "engine/couriers.h"

namespace latchkey::engine {

/// How many posts are under way, by endpoint.
using PostsUnderWay = std::map<std::string, int>;

/// Takes due events for idle posters; the lease of each is written: when no poster has come back by its
/// `next_at`, it is posted again. One endpoint of several never takes more than three quarters of the
/// posters, so that one that hangs cannot starve the others. `next` becomes earlier when an event is due
/// before it and a poster will be free for it.
std::vector<Posting> take_due_posts(Context& context, int idle, int posters, PostsUnderWay& under_way,
                                    std::optional<TimePoint>& next);

/// A poster is back: the event is dropped, planned again, or given up.
void apply_posted(Context& context, const store::Event& event, const handover::PostResult& result);

}  // namespace latchkey::engine
