#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "engine/preview.h"
#include "engine/reprocess.h"
#include "surface/output.h"

namespace latchkey::surface {

/// A preview as programs read it: always the same members, null where there is nothing to say. `kept`: as it
/// was stored; nullopt for an empty one, which nobody can execute.
OrderedJson preview_json(const engine::Preview& preview, const engine::Settings& settings,
                         const std::optional<store::Preview>& kept);

/// What executing it has done.
OrderedJson executed_json(const engine::Executed& executed);
/// The same in a sentence for people.
std::string executed_text(const engine::Executed& executed);

/// A preview for people, without what to do next.
void print_preview(const engine::Preview& preview, const engine::Settings& settings, TimePoint now,
                   Output& out);

}  // namespace latchkey::surface
