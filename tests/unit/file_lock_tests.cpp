#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "base/error.h"
#include "base/file_lock.h"
#include "tests/support/temp_dir.h"

namespace latchkey {
namespace {

/// Another process that holds the lock until it is ended; it says through a pipe when it does.
class OtherHolder {
 public:
  explicit OtherHolder(const std::filesystem::path& path) {
    std::array<int, 2> holding{};
    BOOST_REQUIRE(pipe(holding.data()) == 0);
    child_ = fork();
    if (child_ == 0) hold(path, holding[1]);
    close(holding[1]);
    char byte = 0;
    BOOST_REQUIRE(read(holding[0], &byte, 1) == 1);
    close(holding[0]);
  }
  ~OtherHolder() { end(); }
  OtherHolder(const OtherHolder&) = delete;
  OtherHolder& operator=(const OtherHolder&) = delete;

  pid_t pid() const { return child_; }
  void end() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }

 private:
  [[noreturn]] static void hold(const std::filesystem::path& path, int ready) {
    FileLock lock(path);
    lock.write_content("pid " + std::to_string(getpid()) + "\napi 127.0.0.1:8420\n");
    if (write(ready, "x", 1) != 1) _exit(1);
    for (;;) ::pause();
  }
  pid_t child_ = -1;
};

BOOST_AUTO_TEST_SUITE(file_lock_tests)

BOOST_AUTO_TEST_CASE(holder_shows_its_pid) {
  TempDir folder;
  const FileLock lock(folder / "lock");
  BOOST_TEST(FileLock::read_content(folder / "lock").value() == "pid " + std::to_string(getpid()) + "\n");
}

BOOST_AUTO_TEST_CASE(file_is_private) {
  TempDir folder;
  const FileLock lock(folder / "lock");
  struct stat info {};
  BOOST_REQUIRE(stat((folder / "lock").c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777U) == 0600U);
}

BOOST_AUTO_TEST_CASE(second_holder_is_refused_with_the_first_ones_pid) {
  TempDir folder;
  const OtherHolder other(folder / "lock");
  const auto names_the_pid = [&](const DaemonRunning& error) {
    return std::string(error.what()).find("pid " + std::to_string(other.pid())) != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(FileLock(folder / "lock"), DaemonRunning, names_the_pid);
  BOOST_TEST(FileLock::read_content(folder / "lock").has_value());  // the refusal has not touched it
}

BOOST_AUTO_TEST_CASE(second_holder_in_the_same_process_is_refused) {
  TempDir folder;
  const FileLock lock(folder / "lock");
  BOOST_CHECK_THROW(FileLock(folder / "lock"), DaemonRunning);
}

BOOST_AUTO_TEST_CASE(content_of_a_killed_holder_counts_for_nothing) {
  TempDir folder;
  OtherHolder other(folder / "lock");
  BOOST_TEST(content_line(FileLock::read_content(folder / "lock").value(), "api").value() ==
             "127.0.0.1:8420");
  other.end();
  BOOST_TEST(!FileLock::read_content(folder / "lock").has_value());
  BOOST_CHECK_NO_THROW(FileLock(folder / "lock"));
}

BOOST_AUTO_TEST_CASE(asking_does_not_take_the_lock) {
  TempDir folder;
  { const FileLock lock(folder / "lock"); }
  BOOST_TEST(!FileLock::read_content(folder / "lock").has_value());
  BOOST_CHECK_NO_THROW(FileLock(folder / "lock"));
}

BOOST_AUTO_TEST_CASE(missing_file_is_held_by_nobody) {
  TempDir folder;
  BOOST_TEST(!FileLock::read_content(folder / "lock").has_value());
  BOOST_TEST(!std::filesystem::exists(folder / "lock"));
}

BOOST_AUTO_TEST_CASE(shorter_content_replaces_longer_one_whole) {
  TempDir folder;
  FileLock lock(folder / "lock");
  lock.write_content("pid 1234567\napi 127.0.0.1:8420\n");
  lock.write_content("pid 1\n");
  BOOST_TEST(FileLock::read_content(folder / "lock").value() == "pid 1\n");
}

BOOST_AUTO_TEST_CASE(folder_that_is_missing_is_an_error) {
  TempDir folder;
  BOOST_CHECK_THROW(FileLock(folder / "none" / "lock"), Error);
}

BOOST_AUTO_TEST_CASE(content_line_takes_whole_names_only) {
  BOOST_TEST(content_line("pid 1\napi host:2\n", "api").value() == "host:2");
  BOOST_TEST(content_line("api host:2", "api").value() == "host:2");
  BOOST_TEST(!content_line("apis host:2\napi\n", "api").has_value());
  BOOST_TEST(!content_line("", "api").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey
