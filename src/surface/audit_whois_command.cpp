#include "surface/audit_whois_command.h"

#include <unistd.h>

#include <cerrno>

#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "ledger/commitment.h"
#include "surface/history.h"
#include "surface/key_files.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using ledger::EntryType;

constexpr std::size_t kLinkMax = 4096;

/// What the ledger says of one link.
struct LinkStory {
  ledger::Entry minted;
  std::string actor;  ///< who asked for it
  std::string hand_over = "none";
  std::string outcome = "none";
  std::optional<TimePoint> handed_over_at;
};

// From standard input and not from argv, which every user of the machine can read.
Secret read_link() {
  std::string text;
  text.reserve(kLinkMax + 2);  // a buffer that had to grow would leave pieces of the link behind
  text.resize(kLinkMax + 2);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = read(STDIN_FILENO, text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count < 0 && errno != EINTR) throw Error("standard input cannot be read");
    if (count > 0) size += static_cast<std::size_t>(count);
  }
  Secret link(trim(std::string_view(text).substr(0, size)));
  wipe(text);
  if (link.empty()) throw InputError("invalid_request", "link", "expected a link on standard input");
  if (link.size() > kLinkMax) throw InputError("invalid_request", "link", "is longer than 4,096 bytes");
  return link;
}

std::optional<ledger::Entry> minted(StoreSession& session, const Secret& link) {
  for (const Secret& key : read_fingerprint_keys(session.config().fingerprint_key_file)) {
    store::EntryFilter filter;
    filter.link_fp = ledger::link_fingerprint(key, link);
    std::optional<ledger::Entry> found;
    session.store().each_entry(filter, [&](const std::string& bytes) {
      found = ledger::decode(bytes);
      return false;
    });
    if (found) return found;
  }
  return std::nullopt;
}

LinkStory story_of(StoreSession& session, ledger::Entry entry) {
  LinkStory story;
  story.minted = std::move(entry);
  for (const std::string& bytes : entries_of_request(session.store(), story.minted.request_id.value_or(""))) {
    const ledger::Entry one = ledger::decode(bytes);
    if (one.type == EntryType::JobAccepted) story.actor = one.actor;
    if (one.attempt != story.minted.attempt || one.seq <= story.minted.seq) continue;
    const bool ends = one.type == EntryType::HandoverResult || one.type == EntryType::LinkClaimed ||
                      one.type == EntryType::LinkExpired;
    if (!ends && one.type != EntryType::HandoverIntent) continue;
    if (one.hand_over) story.hand_over = name(*one.hand_over);
    story.outcome = one.type == EntryType::HandoverResult && one.outcome ? std::string(name(*one.outcome))
                    : ends                                               ? std::string(name(one.type))
                                                                         : "waiting";
    story.handed_over_at = one.t;
  }
  return story;
}

OrderedJson json_of(const LinkStory& story) {
  const ledger::Entry& minted = story.minted;
  return {{"known", true},
          {"requestId", minted.request_id.value_or("")},
          {"seq", minted.seq},
          {"mintedAt", format_utc(minted.t)},
          {"actor", story.actor},
          {"provider", minted.provider ? OrderedJson(name(*minted.provider)) : OrderedJson(nullptr)},
          {"attempt", minted.attempt.value_or(0)},
          {"linkExpiresAt",
           minted.link_expires_at ? OrderedJson(format_utc(*minted.link_expires_at)) : OrderedJson(nullptr)},
          {"handover", story.hand_over},
          {"outcome", story.outcome},
          {"handedOverAt",
           story.handed_over_at ? OrderedJson(format_utc(*story.handed_over_at)) : OrderedJson(nullptr)}};
}

void print_for_people(Output& out, const LinkStory& story) {
  const ledger::Entry& minted = story.minted;
  out.line("The link of the request " + minted.request_id.value_or("?") + ", attempt " +
           std::to_string(minted.attempt.value_or(0)) + ":");
  out.line("  minted     " + format_local(minted.t) + " by " +
           std::string(minted.provider ? name(*minted.provider) : "?") + ", seq " +
           std::to_string(minted.seq));
  out.line("  asked for  by " + story.actor);
  if (minted.link_expires_at)
    out.line("  works      until " + format_local(*minted.link_expires_at) + " at most");
  out.line("  hand-over  " + story.hand_over + ": " + story.outcome +
           (story.handed_over_at ? ", " + format_local(*story.handed_over_at) : ""));
  out.line("See `latchkey audit show " + minted.request_id.value_or("") + "`.");
}

int whois(const GlobalOptions& global) {
  StoreSession session(global, store::Access::ReadOnly);
  if (isatty(STDIN_FILENO) == 1) note("The link, then Enter and Ctrl-D:");
  const auto entry = minted(session, read_link());
  Output out;
  if (entry) {
    const LinkStory story = story_of(session, *entry);
    if (global.json) {
      out.line(json_of(story).dump());
    } else {
      print_for_people(out, story);
    }
  } else {
    out.line(global.json
                 ? OrderedJson{{"known", false}}.dump()
                 : "This link is none of ours: no entry has its fingerprint under any key in the key file.");
  }
  out.flush();
  return entry ? 0 : 1;
}

}  // namespace

void add_audit_whois(CLI::App& audit, CommandLine& line) {
  CLI::App* command =
      audit.add_subcommand("whois-link", "Whose link is this? Reads it from standard input, never from argv");
  add_example(*command, "latchkey audit whois-link");
  command->callback([&line] { line.command = [&line] { return whois(line.global); }; });
}

}  // namespace latchkey::surface
