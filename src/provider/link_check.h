#pragma once

#include <string>
#include <vector>

namespace latchkey::provider {

/// Longest link that is handed over, in bytes.
inline constexpr std::size_t kLinkMax = 2047;

/// Whether a minted link may be handed to a customer: https, printable URI characters only, no user, no
/// address instead of a name, no port but 443, at most kLinkMax bytes, and a host that `hosts` allows. An
/// entry with a leading dot allows every name below it, one without allows exactly itself. Keeps no copy of
/// the link.
bool link_passes(const std::string& link, const std::vector<std::string>& hosts);

}  // namespace latchkey::provider
