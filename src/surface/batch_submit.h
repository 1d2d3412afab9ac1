#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "surface/global_options.h"

namespace latchkey::surface {

/// What `batch preview` and `batch submit` are told.
struct BatchOptions {
  std::filesystem::path file;
  std::optional<std::string> recipients;  ///< this file instead of the definition's
  bool again = false;
  std::optional<std::string> reason;
  bool follow = false;
};

/// `batch preview`: writes nothing.
int preview_batch(const GlobalOptions& global, const BatchOptions& options);

/// `batch submit`: stores a run of the definition, or says which batch it is already. With `follow` the exit
/// code is that of following it.
int submit_batch(const GlobalOptions& global, const BatchOptions& options);

}  // namespace latchkey::surface
