#pragma once

#include <optional>
#include <string>

#include "surface/store_session.h"

namespace latchkey::surface {

/// Records that whoever runs this command is about to see recipients: audit.reveal, durable before anything
/// is shown.
void record_reveal(StoreSession& session);

/// The address of the recipient that a subject stands for, or a job's, made safe to show; "(erased)" once the
/// subject is gone.
std::string revealed(store::Store& store, const std::string& subject);
std::string revealed(StoreSession& session, const job::Job& job);

}  // namespace latchkey::surface
