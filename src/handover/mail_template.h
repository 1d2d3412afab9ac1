#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace latchkey::handover {

/// What the templates may name besides {{link}}.
struct MailVariables {
  std::string link_expires_at;      ///< {{linkExpiresAt}}: for people
  std::string link_expires_at_utc;  ///< {{linkExpiresAtUtc}}: RFC 3339
  std::string request_id;           ///< {{requestId}}
};

/// A rendered text with the link left out: it belongs between each piece and the next. So a link is never in
/// a template engine's memory.
using TextAroundLink = std::vector<std::string>;

/// The three texts of a mail: mustache without partials and other delimiters. Thread-safe.
class MailTemplate {
 public:
  /// Templates are at most so large, and have at most so many tags: the engine's recursion is as deep as
  /// tags nest.
  static constexpr std::size_t kFileMax = 64 * 1024;
  static constexpr int kTagsMax = 200;
  /// In characters.
  static constexpr std::size_t kSubjectMax = 200;

  /// Reads the folder's three files (config.h names them). Throws InputError on field "smtp.templates",
  /// naming the file: one that is missing, too large, not UTF-8, not mustache or writable by others; an
  /// unknown variable (with the nearest known one); a text or HTML without {{link}} or without the time until
  /// when it works; a subject with the link in it, empty, of more than one line or too long. Error when a
  /// file cannot be read.
  explicit MailTemplate(const std::filesystem::path& folder);

  /// One line.
  std::string subject(const MailVariables& variables) const;
  TextAroundLink text(const MailVariables& variables) const;
  /// Variables are escaped, in {{{braces}}} too: none of them is markup. The link has to be by whoever puts
  /// it in.
  TextAroundLink html(const MailVariables& variables) const;

 private:
  std::string subject_;
  std::string text_;
  std::string html_;
};

}  // namespace latchkey::handover
