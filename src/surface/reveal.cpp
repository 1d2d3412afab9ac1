#include "surface/reveal.h"

#include "base/text.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kAddressMax = 254;

}  // namespace

void record_reveal(StoreSession& session) {
  session.write([](engine::Context& context) {
    ledger::Entry entry;
    entry.type = ledger::EntryType::AuditReveal;
    entry.actor = context.actor;
    return context.store.append(entry);
  });
}

std::string revealed(store::Store& store, const std::string& subject) {
  const auto found = store.subject(subject);
  return found ? shown(found->address, kAddressMax) : "(erased)";
}

std::string revealed(StoreSession& session, const job::Job& job) {
  return revealed(session.store(), job.subject);
}

}  // namespace latchkey::surface
