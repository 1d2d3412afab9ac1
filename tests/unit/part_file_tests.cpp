#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "base/part_file.h"
#include "support/temp_dir.h"

using namespace latchkey;

BOOST_AUTO_TEST_SUITE(part_file_tests)

BOOST_AUTO_TEST_CASE(is_at_its_path_only_when_it_is_whole) {
  const TempDir dir;
  const auto path = dir / "export";
  PartFile file(path);
  const std::string much(3 * 1024 * 1024, 'x');
  file.write("begin");
  file.write(much);
  BOOST_TEST(!std::filesystem::exists(path));
  file.publish();
  BOOST_TEST(!std::filesystem::exists(path.string() + ".part"));
  BOOST_TEST((read_file(path, 8 * 1024 * 1024) == "begin" + much));
  struct stat status {};
  BOOST_REQUIRE_EQUAL(stat(path.c_str(), &status), 0);
  BOOST_TEST((status.st_mode & 0777) == 0600);
}

BOOST_AUTO_TEST_CASE(what_was_not_finished_is_removed) {
  const TempDir dir;
  { PartFile(dir / "export").write("begin"); }
  BOOST_TEST(std::filesystem::is_empty(dir.path()));
}

BOOST_AUTO_TEST_CASE(never_overwrites) {
  const TempDir dir;
  const auto path = dir / "export";
  PartFile file(path);
  file.write("new");
  BOOST_CHECK_THROW(PartFile{path}, Error);  // the one above is being written
  create_private_file(path, "old");          // by somebody else, meanwhile
  BOOST_CHECK_THROW(file.publish(), Error);
  BOOST_TEST(read_file(path, 10) == "old");
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_missing_is_named) {
  const TempDir dir;
  BOOST_CHECK_EXCEPTION(PartFile(dir / "missing" / "export"), Error, [](const Error& error) {
    return std::string(error.what()).find("missing/export.part") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
