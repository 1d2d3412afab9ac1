#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <type_traits>

#include "base/secret.h"

namespace latchkey {
namespace {

/// The kernel's flags of the mapping at this address ("rd wr mr … dd"), from /proc/self/smaps; empty without
/// one.
std::string mapping_flags(const char* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream header(line);
    std::uintptr_t first = 0, last = 0;
    char dash = 0;
    if (header >> std::hex >> first >> dash >> last && dash == '-') inside = first <= wanted && wanted < last;
    if (inside && line.starts_with("VmFlags:")) return line.substr(8) + " ";
  }
  return {};
}

/// The exit status of `body`, run in a child process.
template <typename Body>
int in_child(Body body) {
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) _exit(body() ? 0 : 1);
  int status = -1;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_tests)

BOOST_AUTO_TEST_CASE(secret_reveals_what_it_was_given) {
  const std::string bytes("to\0ken", 6);
  const Secret secret(bytes);
  BOOST_TEST(secret.reveal() == bytes);
  BOOST_TEST(secret.size() == 6U);
  BOOST_TEST(!secret.empty());
}

BOOST_AUTO_TEST_CASE(secret_larger_than_a_page_is_kept_whole) {
  const std::string bytes(10'000, 'x');
  BOOST_TEST(Secret(bytes).reveal() == bytes);
}

BOOST_AUTO_TEST_CASE(empty_secret_maps_nothing) {
  BOOST_TEST(Secret().empty());
  const Secret secret{std::string_view{}};
  BOOST_TEST(secret.empty());
  BOOST_TEST(secret.reveal().data() == nullptr);
}

BOOST_AUTO_TEST_CASE(wiped_secret_reveals_nothing) {
  Secret secret("token");
  const char* address = secret.reveal().data();
  secret.wipe();
  BOOST_TEST(secret.empty());
  BOOST_TEST(secret.reveal().empty());
  BOOST_TEST(std::string_view(address, 5) == std::string_view("\0\0\0\0\0", 5));
  secret.wipe();  // a second time is harmless
}

BOOST_AUTO_TEST_CASE(moved_from_secret_is_empty) {
  Secret first("token");
  Secret second(std::move(first));
  BOOST_TEST(first.empty());
  BOOST_TEST(first.reveal().data() == nullptr);
  BOOST_TEST(second.reveal() == "token");

  Secret third("older");
  const char* older = third.reveal().data();
  third = std::move(second);
  BOOST_TEST(second.empty());
  BOOST_TEST(third.reveal() == "token");
  BOOST_TEST(std::string_view(older, 5) == std::string_view("\0\0\0\0\0", 5));
}

BOOST_AUTO_TEST_CASE(secret_survives_being_moved_to_itself) {
  Secret secret("token");
  Secret& same = secret;
  secret = std::move(same);
  BOOST_TEST(secret.reveal() == "token");
}

BOOST_AUTO_TEST_CASE(copy_outlives_its_original) {
  Secret original("token");
  const Secret copy = original.copy();
  original.wipe();
  BOOST_TEST(copy.reveal() == "token");
  BOOST_TEST(Secret().copy().empty());
}

BOOST_AUTO_TEST_CASE(secret_cannot_be_copied_by_accident) {
  BOOST_TEST(!std::is_copy_constructible_v<Secret>);
  BOOST_TEST(!std::is_copy_assignable_v<Secret>);
  BOOST_TEST((!std::is_convertible_v<std::string, Secret>));
  BOOST_TEST((!std::is_convertible_v<Secret, std::string_view>));
}

BOOST_AUTO_TEST_CASE(mapping_is_left_out_of_core_dumps_and_forks) {
  const Secret secret("token");
  const std::string flags = mapping_flags(secret.reveal().data());
  BOOST_TEST(flags.find(" dd ") != std::string::npos);
  BOOST_TEST(in_child([&] { return secret.reveal() == std::string_view("\0\0\0\0\0", 5); }) == 0);
}

BOOST_AUTO_TEST_CASE(secret_with_a_mapping_of_its_own_is_unmapped_when_it_goes) {
  Secret secret(std::string(10'000, 'x'));
  const char* address = secret.reveal().data();
  BOOST_TEST(mapping_flags(address).find(" dd ") != std::string::npos);
  secret.wipe();
  BOOST_TEST(mapping_flags(address) == "");
}

BOOST_AUTO_TEST_CASE(wiped_string_keeps_nothing_in_its_capacity) {
  std::string text(200, 'k');
  text.resize(50);
  const volatile char* bytes = text.data();
  wipe(text);
  BOOST_TEST(text.empty());
  BOOST_TEST(std::all_of(bytes, bytes + 200, [](char c) { return c == 0; }));
}

BOOST_AUTO_TEST_CASE(process_can_be_made_undumpable) {
  BOOST_TEST(in_child([] {
               forbid_core_dumps();
               rlimit core{1, 1};
               return prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
             }) == 0);
}

BOOST_AUTO_TEST_CASE(builder_puts_pieces_together_in_locked_memory) {
  SecretBuilder builder(10'000);
  builder.append("begin ");
  builder.append('x');
  builder.append("");
  builder.append(std::string(9'000, 'y'));
  const Secret secret = builder.take();
  BOOST_TEST(secret.reveal() == "begin x" + std::string(9'000, 'y'));
  BOOST_TEST(mapping_flags(secret.reveal().data()).find(" dd ") != std::string::npos);
  BOOST_TEST(builder.take().empty());
  BOOST_TEST(SecretBuilder(0).take().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey
