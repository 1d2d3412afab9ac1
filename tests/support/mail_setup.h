#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "base/files.h"
#include "config.h"
#include "tests/support/temp_dir.h"

namespace latchkey::test {

/// A folder with the templates that `latchkey init` writes, and a password; and a configuration that names
/// them.
class MailSetup {
 public:
  MailSetup() {
    std::filesystem::create_directory(templates());
    for (const TemplateFile& file : initial_templates()) write(file.name, file.text);
    create_private_file(folder_ / "smtp.password", "mail-password\n");
  }

  std::filesystem::path templates() const { return folder_ / "templates"; }
  std::filesystem::path password() const { return folder_ / "smtp.password"; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(templates() / name, std::ios::binary) << text;
    std::filesystem::permissions(templates() / name,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  SmtpConfig config() const {
    SmtpConfig config;
    config.on = true;
    config.host = "localhost";
    config.username = "latchkey";
    config.password_file = password();
    config.from = {"The Portal", "portal@example.com"};
    config.templates = templates();
    return config;
  }

 private:
  TempDir folder_;
};

}  // namespace latchkey::test
