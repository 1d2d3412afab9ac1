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

std::string revealed(StoreSession& session, const job::Job& job) {
  const auto subject = session.store().subject(job.subject);
  return subject ? shown(subject->address, kAddressMax) : "(erased)";
}

}  // namespace latchkey::surface
