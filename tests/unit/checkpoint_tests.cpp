#include <boost/test/unit_test.hpp>
#include <string>

#include "base/crypto.h"
#include "base/encoding.h"
#include "ledger/checkpoint.h"

using namespace latchkey;
using namespace latchkey::ledger;

namespace {

const char* const kNote =
    "latchkey.example/ledger\n4\nEdruieBL5tLyrCXafFrSyAhYqMOM7BiKUkL+wjzbW5U=\n\n"
    "\xE2\x80\x94 latchkey.example/ledger "
    "9xU/3/Ai6ged7G4/2YjUGCZ8H4NLOzWzOUE7DtUHWzQjy/+rh4eqktqd5N322NX05V4kTSJ1UtG8UJFGQYhHt6yZmg0=\n";
const char* const kKey = "latchkey.example/ledger+f7153fdf+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

Secret seed() {
  std::string bytes;
  for (char c = 0; c < 32; ++c) bytes += c;
  return Secret(bytes);
}

Checkpoint golden() {
  Checkpoint checkpoint{"latchkey.example/ledger", 4, {}};
  const auto root = from_base64("EdruieBL5tLyrCXafFrSyAhYqMOM7BiKUkL+wjzbW5U=");
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  return checkpoint;
}

VerifierKey key() {
  return parse_verifier_key(kKey).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoint_tests)

BOOST_AUTO_TEST_CASE(a_note_is_the_golden_one_byte_for_byte) {
  const std::string note = sign_checkpoint(golden(), seed());
  BOOST_TEST(note == kNote);
  BOOST_TEST(note.size() == 193U);
}

BOOST_AUTO_TEST_CASE(a_good_note_is_read_back) {
  const auto checkpoint = verified_checkpoint(kNote, key());
  BOOST_REQUIRE(checkpoint.has_value());
  BOOST_TEST(checkpoint->origin == "latchkey.example/ledger");
  BOOST_TEST(checkpoint->size == 4);
  BOOST_TEST((checkpoint->root == golden().root));
}

BOOST_AUTO_TEST_CASE(no_changed_note_passes) {
  const std::string note = kNote;
  for (std::size_t at = 0; at < note.size(); ++at) {
    std::string changed = note;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    BOOST_TEST(!verified_checkpoint(changed, key()).has_value(), "byte " << at);
    BOOST_TEST(!verified_checkpoint(note.substr(0, at), key()).has_value(), "cut at " << at);
  }
  BOOST_TEST(!verified_checkpoint(note + "\n", key()).has_value());
  BOOST_TEST(!verified_checkpoint("\n" + note, key()).has_value());
}

BOOST_AUTO_TEST_CASE(only_the_ledgers_own_key_is_believed) {
  Secret other(std::string(32, 'x'));
  BOOST_TEST(!verified_checkpoint(sign_checkpoint(golden(), other), key()).has_value());
  Checkpoint foreign = golden();
  foreign.origin = "latchkey.example/other";
  BOOST_TEST(!verified_checkpoint(sign_checkpoint(foreign, seed()), key()).has_value());
}

BOOST_AUTO_TEST_CASE(sizes_are_plain_numbers) {
  for (const char* size : {"04", "-4", "+4", "4 ", "", "4.0", "99999999999999999999"}) {
    const std::string note = std::string("latchkey.example/ledger\n") + size +
                             "\nEdruieBL5tLyrCXafFrSyAhYqMOM7BiKUkL+wjzbW5U=\n\n\xE2\x80\x94 "
                             "latchkey.example/ledger AAAA\n";
    BOOST_TEST(!claimed_checkpoint(note).has_value(), size);
  }
}

BOOST_AUTO_TEST_CASE(a_note_fits_on_one_line_and_comes_back) {
  const std::string line = one_line(kNote);
  BOOST_TEST(line.find('\n') == std::string::npos);
  BOOST_TEST(note_of_line(line).value() == kNote);
  BOOST_TEST(!note_of_line("too few words").has_value());
  BOOST_TEST(!note_of_line(line + " more").has_value());
}

BOOST_AUTO_TEST_CASE(a_verifier_key_is_read_back) {
  BOOST_TEST(key().name == "latchkey.example/ledger");
  BOOST_TEST(key().public_key == ed25519_public_key(seed()));
  BOOST_TEST(verifier_key(key().name, key().public_key) == kKey);
}

BOOST_AUTO_TEST_CASE(a_verifier_key_with_a_slip_is_none) {
  const std::string good = kKey;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    BOOST_TEST(!parse_verifier_key(changed).has_value(), "byte " << at);
  }
  BOOST_TEST(!parse_verifier_key("").has_value());
  BOOST_TEST(!parse_verifier_key("a+b").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
