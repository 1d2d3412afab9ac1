#include "provider/factory.h"

#include "base/error.h"
#include "provider/mayar.h"
#include "provider/nomos.h"

namespace latchkey::provider {

std::unique_ptr<Provider> make_provider(job::Provider id, const Config& config, Clock& clock) {
  switch (id) {
    case job::Provider::Mayar:
      return std::make_unique<Mayar>(config.mayar, clock);
    case job::Provider::Nomos:
      return std::make_unique<Nomos>(config.nomos, clock);
  }
  LATCHKEY_CHECK(false);
}

}  // namespace latchkey::provider
