#pragma once

#include <string>

#include "engine/context.h"
#include "handover/waiting_links.h"
#include "job/job.h"

namespace latchkey::engine {

/// Somebody claims the link of a job: link.claimed, and the job is done. The link itself is to be taken out
/// of `links` after the commit, on the engine's thread. Throws InputError and changes nothing: not_found;
/// wrong_state (its link is not handed over by claim, or has not been minted yet); link_gone (claimed,
/// expired, cancelled).
job::Job claim(Context& context, const handover::WaitingLinks& links, const std::string& request_id);

}  // namespace latchkey::engine
