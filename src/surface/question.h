#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace latchkey::surface {

/// The filters that all lists share, as they stand on the command line or in a request to the API.
struct Question {
  std::optional<std::string> provider;
  std::optional<std::string> recipient;
  std::optional<std::string> outcome;
  std::optional<std::string> code;
  std::optional<std::string> batch;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> limit;
  bool newest = false;

  /// Throws InputError naming the filter, as do the functions below.
  std::size_t limit_or_all() const;
};

/// Which jobs: `jobs list`, GET /v1/jobs.
struct JobQuestion : Question {
  std::vector<std::string> states;
  std::optional<std::string> definition;

  /// nullopt: the recipient is nobody that anything was ever sent to, so no job fits.
  std::optional<store::JobFilter> job_filter(store::Store& store, TimePoint now) const;
};

/// Which entries: `audit list`, POST /v1/audit/query, and what else works on entries that are asked for.
struct EntryQuestion : Question {
  std::optional<std::string> request_id;
  std::optional<std::string> subject;
  std::optional<std::string> type;
  std::optional<std::string> actor;
  std::optional<std::string> provider_request_id;
  std::optional<std::string> from_seq;
  std::optional<std::string> to_seq;
  std::optional<std::string> after;

  /// nullopt: the recipient is nobody that anything was ever sent to, or was erased, so no entry fits.
  std::optional<store::EntryFilter> entry_filter(store::Store& store, TimePoint now) const;
};

}  // namespace latchkey::surface
