#include <boost/test/unit_test.hpp>
#include <thread>

#include "base/crypto.h"
#include "base/encoding.h"

namespace latchkey {
namespace {

std::string bytes(const char* hex) {
  return from_hex(hex).value();
}

struct Signed {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032 section 7.1, tests 1 to 3.
const std::vector<Signed> kSigned{{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                                   "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                                   "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb882159"
                                   "0a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
                                   "5141438e7a100b"},
                                  {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                                   "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                                   "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43"
                                   "e15996e458f3613d0f11d8c387b2eaeb4302aeeb0"
                                   "0d291612bb0c00"},
                                  {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                                   "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                                   "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538"
                                   "d16f290ae67f760984dc6594a7c15e9716ed28dc0"
                                   "27beceea1ec40a"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_tests)

BOOST_AUTO_TEST_CASE(sha256_gives_the_vectors_of_fips_180) {
  BOOST_TEST(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  BOOST_TEST(to_hex(sha256(std::string(1'000'000, 'a'))) ==
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(sha256_in_pieces_is_sha256_of_the_whole) {
  const std::string text(300, 'q');
  for (std::size_t cut : {0U, 1U, 63U, 64U, 65U, 300U}) {
    Sha256 hash;
    hash.update(std::string_view(text).substr(0, cut));
    sha256("something between");  // the thread's own context is another one
    hash.update(std::string_view(text).substr(cut));
    BOOST_TEST((hash.finish() == sha256(text)), "cut at " << cut);
  }
  BOOST_TEST((Sha256().finish() == sha256("")));
}

BOOST_AUTO_TEST_CASE(hmac_gives_the_vectors_of_rfc_4231) {
  struct Vector {
    std::string key, data, code;
  };
  const std::vector<Vector> vectors{
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The key needs "
       "to be "
       "hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
  for (const Vector& v : vectors) BOOST_TEST(to_hex(hmac_sha256(v.key, v.data)) == v.code);
}

BOOST_AUTO_TEST_CASE(hmac_with_an_empty_key_does_not_use_the_key_before) {
  hmac_sha256("another key", "text");
  BOOST_TEST(to_hex(hmac_sha256({}, {})) ==
             "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_CASE(every_thread_computes_the_same) {
  std::string hash, code;
  std::thread([&] {
    hash = sha256("abc");
    code = hmac_sha256("key", "abc");
  }).join();
  BOOST_TEST((hash == sha256("abc")));
  BOOST_TEST((code == hmac_sha256("key", "abc")));
}

BOOST_AUTO_TEST_CASE(constant_time_comparison_finds_every_difference) {
  BOOST_TEST(equal_constant_time("", ""));
  BOOST_TEST(equal_constant_time({}, std::string()));
  BOOST_TEST(equal_constant_time("abc", "abc"));
  for (const char* other : {"", "ab", "abcd", "Abc", "aBc", "abC"})
    BOOST_TEST(!equal_constant_time("abc", other));
}

BOOST_AUTO_TEST_CASE(ed25519_gives_the_vectors_of_rfc_8032) {
  for (const Signed& v : kSigned) {
    const Secret seed(bytes(v.seed));
    BOOST_TEST(to_hex(ed25519_public_key(seed)) == v.public_key);
    BOOST_TEST(to_hex(ed25519_sign(seed, bytes(v.message))) == v.signature);
    BOOST_TEST(ed25519_verify(bytes(v.public_key), bytes(v.message), bytes(v.signature)));
  }
}

BOOST_AUTO_TEST_CASE(ed25519_refuses_whatever_was_changed) {
  const std::string key = bytes(kSigned[2].public_key);
  const std::string message = bytes(kSigned[2].message);
  const std::string signature = bytes(kSigned[2].signature);
  BOOST_TEST(!ed25519_verify(key, message + "x", signature));
  BOOST_TEST(!ed25519_verify(key, "", signature));
  BOOST_TEST(!ed25519_verify(bytes(kSigned[1].public_key), message, signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    BOOST_TEST(!ed25519_verify(key, message, changed), "byte " << i);
  }
  BOOST_TEST(ed25519_verify(key, message, signature));  // a refusal leaves nothing behind
}

BOOST_AUTO_TEST_CASE(ed25519_refuses_keys_and_signatures_of_a_wrong_length) {
  const std::string key = bytes(kSigned[0].public_key);
  const std::string signature = bytes(kSigned[0].signature);
  BOOST_TEST(!ed25519_verify("", "", signature));
  BOOST_TEST(!ed25519_verify(key + "x", "", signature));
  BOOST_TEST(!ed25519_verify(key, "", ""));
  BOOST_TEST(!ed25519_verify(key, "", signature + "x"));
  BOOST_TEST(!ed25519_verify(std::string(32, '\xff'), "", signature));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey
