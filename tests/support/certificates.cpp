#include "tests/support/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace latchkey {
namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    Free(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;

void require(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(std::string("test certificate: ") + what);
}

struct Issued {
  Key key;
  Certificate certificate;
};

void extend(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

/// `alternative_names` empty: a certificate authority that signs itself.
Issued issue(const char* name, const char* alternative_names, const Issued* issuer, long from_s,
             long until_s) {
  static long serial = 1;
  Issued issued{Key(EVP_EC_gen("P-256")), Certificate(X509_new())};
  X509* certificate = issued.certificate.get();
  require(issued.key && certificate, "key");
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate), until_s);
  X509_set_pubkey(certificate, issued.key.get());
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1,
                             -1, 0);
  X509* signer = issuer ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  if (issuer) {
    extend(certificate, signer, NID_subject_alt_name, alternative_names);
  } else {
    extend(certificate, signer, NID_basic_constraints, "critical,CA:TRUE");
  }
  EVP_PKEY* signing_key = issuer ? issuer->key.get() : issued.key.get();
  require(X509_sign(certificate, signing_key, EVP_sha256()) > 0, "signature");
  return issued;
}

void write(const Issued& issued, const ServerIdentity& to) {
  const File certificate(std::fopen(to.certificate.c_str(), "w"));
  const File key(std::fopen(to.key.c_str(), "w"));
  require(certificate && key, "file");
  require(PEM_write_X509(certificate.get(), issued.certificate.get()) == 1, "file");
  require(PEM_write_PrivateKey(key.get(), issued.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "file");
}

}  // namespace

Certificates::Certificates() {
  constexpr long kHour = 3600;
  constexpr const char* kHere = "DNS:localhost,IP:127.0.0.1";
  const Issued authority = issue("Latchkey test authority", "", nullptr, -kHour, kHour);
  write(authority, identity("ca"));
  write(issue("Another authority", "", nullptr, -kHour, kHour), identity("other-ca"));
  write(issue("good", kHere, &authority, -kHour, kHour), good());
  write(issue("wrong", "DNS:elsewhere.example", &authority, -kHour, kHour), wrong_host());
  write(issue("expired", kHere, &authority, -2 * kHour, -kHour), expired());
}

}  // namespace latchkey
