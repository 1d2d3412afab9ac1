#include <boost/test/unit_test.hpp>

#include "base/crypto.h"
#include "base/encoding.h"
#include "ledger/commitment.h"

namespace latchkey::ledger {
namespace {

std::string golden_salt() {
  std::string salt;
  for (char byte = 0x20; byte < 0x40; ++byte) salt += byte;
  return salt;
}

const char* const kCustomer = "cus_bdb9cszkkkyk0ww8rzcch5vx";
const char* const kLink =
    "https://acme-power.customerportal.energy/auth/confirm?token_hash=abc&type=magiclink&next=/overview";

}  // namespace

BOOST_AUTO_TEST_SUITE(commitment_tests)

BOOST_AUTO_TEST_CASE(commitment_is_the_golden_one) {
  BOOST_CHECK_EQUAL(recipient_commitment(golden_salt(), job::Provider::Nomos, kCustomer),
                    "67ebb68700665db4e1e2f0ff27ef343f0814aa775f25be0e039991e505333161");
}

BOOST_AUTO_TEST_CASE(commitment_depends_on_salt_provider_and_recipient) {
  const std::string one = recipient_commitment(golden_salt(), job::Provider::Nomos, kCustomer);
  BOOST_CHECK_NE(one, recipient_commitment(std::string(32, 'x'), job::Provider::Nomos, kCustomer));
  BOOST_CHECK_NE(one, recipient_commitment(golden_salt(), job::Provider::Mayar, kCustomer));
  BOOST_CHECK_NE(one, recipient_commitment(golden_salt(), job::Provider::Nomos, "cus_other"));
}

// The zero bytes part the fields: what ends one cannot begin the next.
BOOST_AUTO_TEST_CASE(fields_do_not_run_into_each_other) {
  std::string bytes = "latchkey/recipient/v1";
  bytes += '\0';
  bytes += golden_salt() + "mayar" + '\0' + "budi@example.com";
  BOOST_CHECK_EQUAL(recipient_commitment(golden_salt(), job::Provider::Mayar, "budi@example.com"),
                    to_hex(sha256(bytes)));
}

BOOST_AUTO_TEST_CASE(commitment_to_an_address_for_mails_is_another_one) {
  std::string bytes = "latchkey/deliver/v1";
  bytes += '\0';
  bytes += golden_salt() + "nomos" + '\0' + "budi@example.com";
  const std::string one = deliver_commitment(golden_salt(), job::Provider::Nomos, "budi@example.com");
  BOOST_CHECK_EQUAL(one, to_hex(sha256(bytes)));
  BOOST_CHECK_NE(one, recipient_commitment(golden_salt(), job::Provider::Nomos, "budi@example.com"));
}

BOOST_AUTO_TEST_CASE(fingerprint_is_the_golden_one) {
  const Secret key(std::string(32, 'k'));
  BOOST_CHECK_EQUAL(link_fingerprint(key, Secret(kLink)), "bc05db4089b0ec99a336511bdcb4d4d5");
}

BOOST_AUTO_TEST_CASE(fingerprint_depends_on_key_and_every_byte_of_the_link) {
  const Secret key(std::string(32, 'k'));
  const std::string one = link_fingerprint(key, Secret(kLink));
  BOOST_CHECK_NE(one, link_fingerprint(Secret(std::string(32, 'j')), Secret(kLink)));
  BOOST_CHECK_NE(one, link_fingerprint(key, Secret(std::string(kLink) + "/")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::ledger
