#include <boost/test/unit_test.hpp>

#include "base/crypto.h"
#include "base/encoding.h"
#include "handover/webhook_signature.h"

using namespace latchkey;
using handover::webhook_signature;
using handover::webhook_timestamp;

namespace {

/// As many secrets as there are texts in base64.
std::vector<Secret> secrets(const std::vector<std::string>& texts) {
  std::vector<Secret> all;
  for (const std::string& text : texts) all.emplace_back(from_base64(text).value());
  return all;
}

// What the libraries of the specification test themselves with.
const std::string kSecret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr TimePoint kAt = from_ms(1'614'265'330'000);
const std::string kBody = R"({"test": 2432232314})";
const std::string kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_signature_tests)

BOOST_AUTO_TEST_CASE(signs_what_the_specification_signs) {
  BOOST_TEST(webhook_signature(secrets({kSecret}), kId, kAt, kBody) == kSignature);
}

BOOST_AUTO_TEST_CASE(signs_with_every_secret_the_newest_first) {
  const std::string newer = to_base64(std::string(32, 'n'));
  const std::string both = webhook_signature(secrets({newer, kSecret}), kId, kAt, kBody);
  BOOST_TEST(both == webhook_signature(secrets({newer}), kId, kAt, kBody) + " " + kSignature);
  BOOST_TEST(both.find(' ') == kSignature.size());
}

BOOST_AUTO_TEST_CASE(every_part_is_signed) {
  const auto sign = [](const std::string& id, TimePoint at, const std::string& body) {
    return webhook_signature(secrets({kSecret}), id, at, body);
  };
  BOOST_TEST(sign(kId + "x", kAt, kBody) != kSignature);
  BOOST_TEST(sign(kId, kAt + std::chrono::seconds(1), kBody) != kSignature);
  BOOST_TEST(sign(kId, kAt, kBody + " ") != kSignature);
}

BOOST_AUTO_TEST_CASE(the_time_is_whole_seconds_and_signed_as_it_is_said) {
  BOOST_TEST(webhook_timestamp(kAt) == "1614265330");
  BOOST_TEST(webhook_timestamp(kAt + Millis(999)) == "1614265330");
  BOOST_TEST(webhook_signature(secrets({kSecret}), kId, kAt + Millis(999), kBody) == kSignature);
}

BOOST_AUTO_TEST_SUITE_END()
