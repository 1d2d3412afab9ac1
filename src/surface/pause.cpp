#include "surface/pause.h"

#include <poll.h>

namespace latchkey::surface {

void pause(Millis time) {
  poll(nullptr, 0, static_cast<int>(time.count()));
}

}  // namespace latchkey::surface
