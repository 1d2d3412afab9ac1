#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace latchkey::engine {

/// What a person does to many jobs at once.
enum class BulkAction { Reprocess, Release, CloseSent, CloseNotSent };

std::string_view name(BulkAction action);
std::optional<BulkAction> bulk_action_named(std::string_view text);

/// Which jobs are meant, and what for.
struct Selector {
  BulkAction action = BulkAction::Reprocess;
  store::JobFilter filter;
  bool include_refused = false;  ///< also those that the provider has refused for good
};

/// Fills in the states that the action is for: failed, stale and cancelled to be reprocessed, held to be
/// decided about; held ones are reprocessed only where they are named. Throws InputError invalid_request:
/// another state is named, or there is no filter at all.
void settle(Selector& selector);

/// As a preview keeps it, and back. Holds no recipient: the filter has its subject.
std::string selector_json(const Selector& selector);
Selector selector_of(const std::string& action, const std::string& json);

}  // namespace latchkey::engine
