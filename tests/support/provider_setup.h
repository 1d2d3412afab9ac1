#pragma once

#include <string>

#include "base/files.h"
#include "config.h"
#include "provider/provider.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace latchkey {

/// Key files and configurations of both providers, for one test.
class ProviderSetup {
 public:
  explicit ProviderSetup(const std::string& base_url = "https://provider.example") {
    create_private_file(folder / "mayar.key", "mayar-key-1\n");
    create_private_file(folder / "nomos.secret", "nomos-secret-1\n");
    create_private_file(folder / "nomos.token", "fixed-token-1\n");
    mayar.base_url = nomos.base_url = base_url;
    mayar.api_key_file = folder / "mayar.key";
    nomos.client_id = "client-1";
    nomos.client_secret_file = folder / "nomos.secret";
    nomos.api_version = "2026-01-29.edison";
    nomos.link_hosts = {".customerportal.energy", ".checkout.energy"};
    mayar.on = nomos.on = true;
  }

  void use_fixed_token() { nomos.access_token_file = folder / "nomos.token"; }
  /// Somebody puts another key into a key file.
  void exchange(const std::string& name, const std::string& bytes) {
    std::filesystem::remove(folder / name);
    create_private_file(folder / name, bytes);
  }

  TempDir folder;
  FakeClock clock;
  ProviderConfig mayar;
  ProviderConfig nomos;
};

inline const std::string kMayarAccepted =
    R"({"statusCode":200,"messages":"success","data":{"url":"Sudah kami kirim ke email anda"}})";
inline const std::string kLink =
    "https://acme.customerportal.energy/auth/confirm?token_hash=abc&type=magiclink";
inline const std::string kNomosAccepted = R"({"object":"magic_link","link":")" + kLink + R"("})";

/// What the token endpoint of Nomos answers.
inline std::string token_body(const std::string& token = "access-1", int expires_in = 3600) {
  return R"({"access_token":")" + token + R"(","token_type":"Bearer","expires_in":)" +
         std::to_string(expires_in) + R"(,"refresh_token":"refresh-1"})";
}

/// What Nomos answers about a customer; `email` is JSON.
inline std::string customer_body(const std::string& email, const std::string& id = "cus_1") {
  return R"({"object":"customer","id":")" + id + R"(","type":"person","first_name":"Budi","email":)" + email +
         "}";
}

inline std::string nomos_error(const std::string& code, const std::string& message = "No.") {
  return R"({"code":")" + code + R"(","message":")" + message +
         R"(","requestId":"req-9","docs":"https://d"})";
}

inline std::string mayar_error(int status, const std::string& messages = "No.") {
  return R"({"statusCode":)" + std::to_string(status) + R"(,"messages":")" + messages + R"("})";
}

inline provider::Call fresh_call(const std::string& address,
                                 std::optional<std::string> expect_email = std::nullopt) {
  return {"job-1", address, [] { return true; }, std::move(expect_email)};
}

}  // namespace latchkey
