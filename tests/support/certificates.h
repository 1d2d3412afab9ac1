#pragma once

#include <filesystem>
#include <string>

#include "tests/support/temp_dir.h"

namespace latchkey {

/// What a TLS server shows: PEM files.
struct ServerIdentity {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// A certificate authority that lives for one test, with the certificates a client must take and must not
/// take.
class Certificates {
 public:
  Certificates();

  std::filesystem::path ca_file() const { return folder_ / "ca.pem"; }
  std::filesystem::path other_ca_file() const { return folder_ / "other-ca.pem"; }
  /// For localhost and 127.0.0.1, valid now.
  ServerIdentity good() const { return identity("good"); }
  /// Valid, but for another name.
  ServerIdentity wrong_host() const { return identity("wrong-host"); }
  /// For localhost, ended an hour ago.
  ServerIdentity expired() const { return identity("expired"); }

 private:
  ServerIdentity identity(const std::string& name) const {
    return {folder_ / (name + ".pem"), folder_ / (name + ".key")};
  }
  TempDir folder_;
};

}  // namespace latchkey
