#include "base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstddef>

#include "base/error.h"

namespace latchkey {
namespace {

constexpr std::size_t kHashSize = 32;
constexpr std::size_t kSignatureSize = 64;
constexpr std::size_t kKeySize = 32;

struct Free {
  void operator()(EVP_MD* p) const { EVP_MD_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_MAC* p) const { EVP_MAC_free(p); }
  void operator()(EVP_MAC_CTX* p) const { EVP_MAC_CTX_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

/// OpenSSL's own error texts may speak of the input, so they are dropped.
void require(bool succeeded) {
  if (succeeded) return;
  ERR_clear_error();
  throw Error("the cryptographic library failed");
}

const unsigned char* octets(std::string_view bytes) {
  // Never null: OpenSSL takes a null key for "the same key as before".
  return reinterpret_cast<const unsigned char*>(bytes.empty() ? "" : bytes.data());
}
unsigned char* octets(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

Owned<EVP_MD_CTX> new_digest_context() {
  Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  require(context != nullptr);
  return context;
}

/// Fetching and allocating cost more than hashing an entry, so every thread does them once.
struct ThreadDigest {
  Owned<EVP_MD> algorithm{EVP_MD_fetch(nullptr, "SHA2-256", nullptr)};
  Owned<EVP_MD_CTX> context = new_digest_context();
  ThreadDigest() { require(algorithm != nullptr); }
};

ThreadDigest& thread_digest() {
  thread_local ThreadDigest digest;
  return digest;
}

struct ThreadMac {
  Owned<EVP_MAC_CTX> context;
  ThreadMac() {
    Owned<EVP_MAC> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    require(algorithm != nullptr);
    context.reset(EVP_MAC_CTX_new(algorithm.get()));  // holds its own reference to the algorithm
    char digest[] = "SHA2-256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    require(context != nullptr && EVP_MAC_CTX_set_params(context.get(), params) == 1);
  }
};

std::string finish_digest(EVP_MD_CTX* context) {
  std::string hash(kHashSize, '\0');
  require(EVP_DigestFinal_ex(context, octets(hash), nullptr) == 1);
  return hash;
}

Owned<EVP_PKEY> private_key(const Secret& seed) {
  LATCHKEY_CHECK(seed.size() == kKeySize);
  Owned<EVP_PKEY> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(seed.reveal()), seed.size()));
  require(key != nullptr);
  return key;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  ThreadDigest& digest = thread_digest();
  EVP_MD_CTX* context = digest.context.get();
  require(EVP_DigestInit_ex2(context, digest.algorithm.get(), nullptr) == 1 &&
          EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
  return finish_digest(context);
}

Digest sha256_of(std::initializer_list<std::string_view> pieces) {
  ThreadDigest& digest = thread_digest();
  EVP_MD_CTX* context = digest.context.get();
  Digest hash;
  bool done = EVP_DigestInit_ex2(context, digest.algorithm.get(), nullptr) == 1;
  for (const std::string_view piece : pieces) {
    done = done && EVP_DigestUpdate(context, piece.data(), piece.size()) == 1;
  }
  require(done && EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1);
  return hash;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  thread_local ThreadMac mac;
  EVP_MAC_CTX* context = mac.context.get();
  std::string code(kHashSize, '\0');
  std::size_t size = 0;
  require(EVP_MAC_init(context, octets(key), key.size(), nullptr) == 1 &&
          EVP_MAC_update(context, octets(bytes), bytes.size()) == 1 &&
          EVP_MAC_final(context, octets(code), &size, code.size()) == 1 && size == kHashSize);
  return code;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct Sha256::State {
  Owned<EVP_MD_CTX> context = new_digest_context();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(EVP_DigestInit_ex2(state_->context.get(), thread_digest().algorithm.get(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  LATCHKEY_CHECK(state_ != nullptr);
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  LATCHKEY_CHECK(state_ != nullptr);
  std::string hash = finish_digest(state_->context.get());
  state_.reset();
  return hash;
}

std::string ed25519_public_key(const Secret& seed) {
  std::string key(kKeySize, '\0');
  std::size_t size = key.size();
  require(EVP_PKEY_get_raw_public_key(private_key(seed).get(), octets(key), &size) == 1 && size == kKeySize);
  return key;
}

std::string ed25519_sign(const Secret& seed, std::string_view message) {
  Owned<EVP_PKEY> key = private_key(seed);
  Owned<EVP_MD_CTX> context = new_digest_context();
  std::string signature(kSignatureSize, '\0');
  std::size_t size = signature.size();
  require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
          EVP_DigestSign(context.get(), octets(signature), &size, octets(message), message.size()) == 1 &&
          size == kSignatureSize);
  return signature;
}

bool ed25519_verify(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != kKeySize || signature.size() != kSignatureSize) return false;
  Owned<EVP_PKEY> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(public_key), public_key.size()));
  require(key != nullptr);
  Owned<EVP_MD_CTX> context = new_digest_context();
  require(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  const bool good = EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message),
                                     message.size()) == 1;
  ERR_clear_error();  // a wrong signature leaves entries in the thread's queue
  return good;
}

}  // namespace latchkey
