#include <array>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"

using namespace latchkey;
using namespace latchkey::ledger;

namespace {

// The golden ledger of four entries, docs/ledger.md.
const std::array<std::string, 4> kEntries = {
    R"({"actor":"system","origin":"latchkey.example/ledger","seq":0,"t":"2026-01-02T03:04:05.000Z","type":"log.init","v":1})",
    R"({"actor":"token:tk_7","commitment":"67ebb68700665db4e1e2f0ff27ef343f0814aa775f25be0e039991e505333161","dueAt":"2026-01-02T03:04:06.000Z","expiresAt":"2026-01-02T03:19:06.000Z","handover":"claim","provider":"nomos","requestId":"req-1","seq":1,"subject":"q83vEjRWeJCrze8SNFZ4kA","t":"2026-01-02T03:04:06.000Z","type":"job.accepted","v":1})",
    R"({"actor":"system","attempt":1,"prev":1,"provider":"nomos","requestId":"req-1","seq":2,"subject":"q83vEjRWeJCrze8SNFZ4kA","t":"2026-01-02T03:04:06.010Z","type":"attempt.intent","v":1})",
    R"({"actor":"system","attempt":1,"http":200,"linkFp":"bc05db4089b0ec99a336511bdcb4d4d5","ms":200,"outcome":"accepted","prev":2,"provider":"nomos","requestId":"req-1","seq":3,"subject":"q83vEjRWeJCrze8SNFZ4kA","t":"2026-01-02T03:04:06.210Z","type":"attempt.result","v":1})"};
const std::string kCheckpoint =
    "latchkey.example/ledger\n4\nEdruieBL5tLyrCXafFrSyAhYqMOM7BiKUkL+wjzbW5U=\n\n"
    "\xE2\x80\x94 latchkey.example/ledger "
    "9xU/3/Ai6ged7G4/2YjUGCZ8H4NLOzWzOUE7DtUHWzQjy/+rh4eqktqd5N322NX05V4kTSJ1UtG8UJFGQYhHt6yZmg0=\n";
const std::string kProofOf2 =
    "c2sp.org/tlog-proof@v1\nindex 2\n/kE31Dd92bBtA7hESJ2Lj9WydXwh4ok4d4ICxYhh7fk=\n"
    "LgecpzjVqztGWuAPLmuMaRjnEL5GP/397qzuVAQ/PT0=\n\n" +
    kCheckpoint;

VerifierKey key() {
  return parse_verifier_key("latchkey.example/ledger+f7153fdf+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
      .value();
}

std::vector<Hash> nodes() {
  std::vector<Hash> nodes;
  Frontier frontier;
  for (const std::string& entry : kEntries) {
    frontier.append(leaf_hash(entry), [&](std::int64_t, const Hash& hash) { nodes.push_back(hash); });
  }
  return nodes;
}

ReadNode reader(const std::vector<Hash>& nodes) {
  return [&nodes](std::int64_t index) { return nodes.at(static_cast<std::size_t>(index)); };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proof_tests)

BOOST_AUTO_TEST_CASE(leaves_are_the_golden_ones) {
  const std::array<const char*, 4> leaves = {
      "5e459927c9d8b7cc208a58217a2bbd31e7973937210b713c6fd00bf31c67142d",
      "4299776ea2056a3f4607d665193b40a70244a2e881400ca503ab279bd4c1ea4b",
      "276fb250f81212b1f87fba82dd7d4cd1746a6cd25327e6592ae06c77c503e21a",
      "fe4137d4377dd9b06d03b844489d8b8fd5b2757c21e28938778202c58861edf9"};
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    BOOST_TEST(to_hex(bytes_of(leaf_hash(kEntries[i]))) == leaves[i]);
  }
}

BOOST_AUTO_TEST_CASE(a_proof_is_the_golden_one_byte_for_byte) {
  const auto stored = nodes();
  BOOST_TEST(format_proof(prove_entry(2, kCheckpoint, reader(stored))) == kProofOf2);
}

BOOST_AUTO_TEST_CASE(a_proof_of_growth_is_the_golden_one) {
  const auto stored = nodes();
  BOOST_TEST(format_proof(GrowthProof{3, 4, consistency_proof(3, 4, reader(stored))}) ==
             "latchkey/consistency-proof@v1\nfrom 3\nto 4\nJ2+yUPgSErH4f7qC3X1M0XRqbNJTJ+ZZKuBsd8UD4ho=\n"
             "/kE31Dd92bBtA7hESJ2Lj9WydXwh4ok4d4ICxYhh7fk=\nLgecpzjVqztGWuAPLmuMaRjnEL5GP/397qzuVAQ/PT0=\n");
}

BOOST_AUTO_TEST_CASE(every_entry_is_proved_and_no_other_in_its_place) {
  const auto stored = nodes();
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    const std::string file =
        format_proof(prove_entry(static_cast<std::int64_t>(i), kCheckpoint, reader(stored)));
    const auto proof = parse_proof(file);
    BOOST_REQUIRE(proof.has_value());
    for (std::size_t j = 0; j < kEntries.size(); ++j) {
      BOOST_TEST(proves(*proof, kEntries[j], key()) == (i == j));
    }
  }
}

BOOST_AUTO_TEST_CASE(no_changed_proof_proves) {
  for (std::size_t at = 0; at < kProofOf2.size(); ++at) {
    std::string changed = kProofOf2;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto proof = parse_proof(changed);
    BOOST_TEST((!proof || !proves(*proof, kEntries[2], key())), "byte " << at);
    BOOST_TEST(!parse_proof(kProofOf2.substr(0, at)).has_value(), "cut at " << at);
  }
  BOOST_TEST(!parse_proof(kProofOf2 + "\n").has_value());
}

BOOST_AUTO_TEST_CASE(only_the_right_key_and_entry_are_believed) {
  const auto proof = parse_proof(kProofOf2).value();
  BOOST_TEST(proves(proof, kEntries[2], key()));
  BOOST_TEST(!proves(proof, kEntries[2] + "\n", key()));
  BOOST_TEST(!proves(proof, kEntries[2], {key().name, std::string(32, 'x')}));
  BOOST_TEST(!proves(proof, kEntries[2], {"latchkey.example/other", key().public_key}));
}

BOOST_AUTO_TEST_CASE(extra_data_is_let_pass_and_an_index_is_a_plain_number) {
  std::string with_extra = kProofOf2;
  with_extra.insert(with_extra.find("index"), "extra aGVsbG8=\n");
  BOOST_TEST(format_proof(parse_proof(with_extra).value()) == kProofOf2);
  for (const char* index : {"02", "-2", "+2", "", " 2", "2.0", "99999999999999999999"}) {
    std::string changed = kProofOf2;
    changed.replace(changed.find("index 2"), 7, std::string("index ") + index);
    BOOST_TEST(!parse_proof(changed).has_value(), index);
  }
}

BOOST_AUTO_TEST_CASE(a_ledger_of_one_entry_is_proved_by_its_checkpoint_alone) {
  const Secret seed(std::string(32, 's'));
  const VerifierKey own{"a.example/b", ed25519_public_key(seed)};
  const std::string note = sign_checkpoint({"a.example/b", 1, leaf_hash("only")}, seed);
  const EntryProof proof = prove_entry(0, note, [](std::int64_t) { return Hash{}; });
  BOOST_TEST(proof.hashes.empty());
  BOOST_TEST(proves(parse_proof(format_proof(proof)).value(), "only", own));
}

BOOST_AUTO_TEST_SUITE_END()
