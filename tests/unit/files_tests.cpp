#include <stdlib.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "tests/support/temp_dir.h"

namespace latchkey {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view bytes, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << bytes;
  BOOST_REQUIRE(chmod(path.c_str(), mode) == 0);
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  BOOST_REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

bool contains(const std::exception& e, const std::string& part) {
  return std::string(e.what()).find(part) != std::string::npos;
}

/// Sets an environment variable until the end of the scope.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~Environment() { unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(files_tests)

BOOST_AUTO_TEST_CASE(reads_every_byte_of_a_file) {
  TempDir dir;
  const std::string large(200'001, 'x');
  write(dir / "a", std::string_view("a\0\r\n\xff", 5));
  write(dir / "empty", "");
  write(dir / "large", large);
  BOOST_TEST((read_file(dir / "a", 100) == std::string_view("a\0\r\n\xff", 5)));
  BOOST_TEST(read_file(dir / "empty", 100) == "");
  BOOST_TEST((read_file(dir / "large", 1'000'000) == large));
}

BOOST_AUTO_TEST_CASE(file_may_have_the_size_limit_but_not_a_byte_more) {
  TempDir dir;
  write(dir / "a", "12345");
  BOOST_TEST(read_file(dir / "a", 5) == "12345");
  BOOST_CHECK_EXCEPTION(read_file(dir / "a", 4), Error, [&](const Error& e) {
    return contains(e, (dir / "a").string()) && !contains(e, "12345");
  });
}

BOOST_AUTO_TEST_CASE(missing_file_and_folder_are_errors_that_name_the_path) {
  TempDir dir;
  BOOST_CHECK_EXCEPTION(read_file(dir / "none", 9), Error,
                        [&](const Error& e) { return contains(e, (dir / "none").string()); });
  BOOST_CHECK_EXCEPTION(read_file(dir.path(), 9), Error,
                        [&](const Error& e) { return contains(e, dir.path().string()); });
}

BOOST_AUTO_TEST_CASE(secret_file_loses_the_white_space_around_it) {
  TempDir dir;
  write(dir / "key", " \t to ken\r\n\n");
  BOOST_TEST(read_secret_file(dir / "key", "f").reveal() == "to ken");
  BOOST_CHECK_THROW(read_secret_file(dir / "none", "f"), Error);
}

BOOST_AUTO_TEST_CASE(empty_or_oversize_secret_file_is_rejected) {
  TempDir dir;
  write(dir / "empty", "");
  write(dir / "blank", " \n");
  write(dir / "largest", std::string(64 * 1024, 'x'));
  write(dir / "large", std::string(64 * 1024 + 1, 'x'));
  BOOST_CHECK_THROW(read_secret_file(dir / "empty", "f"), InputError);
  BOOST_CHECK_THROW(read_secret_file(dir / "blank", "f"), InputError);
  BOOST_TEST(read_secret_file(dir / "largest", "f").size() == 64U * 1024U);
  BOOST_CHECK_THROW(read_secret_file(dir / "large", "f"), Error);
}

BOOST_AUTO_TEST_CASE(secret_file_open_to_anybody_else_is_rejected_with_the_chmod_that_mends_it) {
  TempDir dir;
  for (mode_t mode : {0640, 0620, 0610, 0604, 0602, 0601, 0440, 0644}) {
    write(dir / "key", "token", 0600);
    BOOST_REQUIRE(chmod((dir / "key").c_str(), mode) == 0);
    const auto names_the_mend = [&](const InputError& e) {
      return contains(e, "chmod 600 " + (dir / "key").string()) && !contains(e, "token") &&
             e.errors().at(0).field == "providers.mayar.api_key_file" && e.code() == "invalid_request";
    };
    BOOST_CHECK_EXCEPTION(read_secret_file(dir / "key", "providers.mayar.api_key_file"), InputError,
                          names_the_mend);
    BOOST_CHECK_EXCEPTION(require_private(dir / "key", "providers.mayar.api_key_file"), InputError,
                          names_the_mend);
    BOOST_REQUIRE(chmod((dir / "key").c_str(), 0600) == 0);
  }
}

BOOST_AUTO_TEST_CASE(private_file_passes) {
  TempDir dir;
  write(dir / "key", "token", 0400);
  BOOST_CHECK_NO_THROW(require_private(dir / "key", "f"));
  fs::create_symlink("key", dir / "link");  // what counts is the file that is read in the end
  BOOST_TEST(read_secret_file(dir / "link", "f").reveal() == "token");
}

BOOST_AUTO_TEST_CASE(only_regular_files_can_be_private) {
  TempDir dir;
  fs::create_directory(dir / "folder");
  BOOST_REQUIRE(mkfifo((dir / "pipe").c_str(), 0600) == 0);
  for (const char* name : {"folder", "pipe"}) {
    BOOST_CHECK_THROW(require_private(dir / name, "f"), InputError);
    BOOST_CHECK_THROW(read_secret_file(dir / name, "f"), InputError);
  }
  BOOST_CHECK_THROW(require_private(dir / "none", "f"), Error);
}

BOOST_AUTO_TEST_CASE(group_may_read_a_file_that_systemd_handed_over) {
  TempDir dir;
  fs::create_directory(dir / "credentials");
  fs::create_directory(dir / "credentials-of-another");
  for (const char* name : {"credentials/key", "credentials-of-another/key", "key"})
    write(dir / name, "token", 0440);
  const Environment set("CREDENTIALS_DIRECTORY", (dir / "credentials").string());
  BOOST_TEST(read_secret_file(dir / "credentials/key", "f").reveal() == "token");
  BOOST_CHECK_THROW(require_private(dir / "key", "f"), InputError);
  BOOST_CHECK_THROW(require_private(dir / "credentials/../key", "f"), InputError);
  BOOST_CHECK_THROW(require_private(dir / "credentials-of-another/key", "f"), InputError);
  BOOST_REQUIRE(chmod((dir / "credentials/key").c_str(), 0444) == 0);
  BOOST_CHECK_THROW(require_private(dir / "credentials/key", "f"), InputError);
}

BOOST_AUTO_TEST_CASE(new_private_file_belongs_to_its_owner_alone) {
  TempDir dir;
  const mode_t before = umask(0);
  create_private_file(dir / "key", std::string_view("a\0b", 3));
  umask(before);
  BOOST_TEST(mode_of(dir / "key") == 0600U);
  BOOST_TEST((read_file(dir / "key", 9) == std::string_view("a\0b", 3)));
}

BOOST_AUTO_TEST_CASE(existing_file_is_never_overwritten) {
  TempDir dir;
  write(dir / "key", "old");
  BOOST_CHECK_EXCEPTION(create_private_file(dir / "key", "new"), Error, [&](const Error& e) {
    return contains(e, (dir / "key").string()) && !contains(e, "new");
  });
  BOOST_TEST(read_file(dir / "key", 9) == "old");
}

BOOST_AUTO_TEST_CASE(link_that_leads_elsewhere_is_not_followed_when_creating) {
  TempDir dir;
  fs::create_symlink("elsewhere", dir / "key");
  BOOST_CHECK_THROW(create_private_file(dir / "key", "token"), Error);
  BOOST_TEST(!fs::exists(dir / "elsewhere"));
}

BOOST_AUTO_TEST_CASE(private_file_in_a_missing_folder_is_an_error) {
  TempDir dir;
  BOOST_CHECK_THROW(create_private_file(dir / "none/key", "token"), Error);
}

BOOST_AUTO_TEST_CASE(temp_dir_takes_its_files_with_it) {
  fs::path path;
  {
    TempDir dir;
    path = dir.path();
    write(dir / "a", "x");
    BOOST_TEST(mode_of(path) == 0700U);
  }
  BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey
