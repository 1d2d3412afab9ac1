#pragma once

#include <string>

#include "surface/batch_view.h"
#include "surface/store_session.h"

namespace latchkey::surface {

/// Shows how a batch comes along until it has ended, by what the database says twice a second. On a terminal
/// a bar that is drawn anew; else one line for each change, with `json` as JSON lines. Returns 0 when every
/// job is done and 1 otherwise; also when nobody reads any more.
int follow_batch(StoreSession& session, const std::string& id, bool json);

/// "[########--------]  50 %  600 of 1,200", whose bar is of what has come to its end.
std::string bar_words(const BatchView& view);
/// "18.2 a minute, ends about 12:42:00"; what is not known is left out.
std::string pace_words(const BatchView& view, TimePoint now);

}  // namespace latchkey::surface
