#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/http_client.h"
#include "base/secret.h"
#include "config.h"

namespace latchkey::provider {

/// A request to this provider with everything that all of them share: address, time limits, Accept and
/// User-Agent.
HttpRequest base_request(const ProviderConfig& config, const std::string& method, const std::string& path);

/// Makes `body` the request's JSON body.
void set_json_body(HttpRequest& request, std::string body);

/// Makes the whole call, connecting included, end within `most`.
void limit_time(HttpRequest& request, Millis most);

/// "Bearer KEY" or "Basic CREDENTIALS" as the value of an Authorization header; leaves no copy behind.
Secret authorization(std::string_view scheme, std::string_view value);

/// Reads a key that will stand in a header: read_secret_file, and InputError unless it is one line of visible
/// ASCII.
Secret read_key(const std::filesystem::path& path, const std::string& field);

}  // namespace latchkey::provider
