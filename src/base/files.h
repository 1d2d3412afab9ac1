#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace latchkey {

/// The whole file, at most `most` bytes. Throws Error naming the path: missing, unreadable, a folder, too
/// large.
std::string read_file(const std::filesystem::path& path, std::size_t most);

/// A key file: read like read_file (64 KiB), surrounding white space cut. Throws InputError when group or
/// others have any access (as require_private), or when it is empty. `field` names the setting that led here.
Secret read_secret_file(const std::filesystem::path& path, const std::string& field);

/// Throws InputError with the chmod that mends it when group or others have any access to `path`, or when it
/// is not a regular file; Error when it cannot be looked at. Group's right to read a file in
/// $CREDENTIALS_DIRECTORY is let pass: systemd hands credentials over by an ACL, whose mask shows as that
/// right (systemd issue 29435).
void require_private(const std::filesystem::path& path, const std::string& field);

/// Creates `path` with mode 0600 and these bytes, synced to disk with its folder. Throws Error when it
/// exists.
void create_private_file(const std::filesystem::path& path, std::string_view bytes);

/// Puts these bytes in the place of what `path` holds, or creates it: whoever reads it sees the old content
/// or the new one, also after a power cut. The file's mode becomes `mode`; its owner stays, or is the
/// folder's. Throws Error and leaves the old file.
void replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode);

/// Adds a line, without its newline in `line`, and syncs it to disk; creates the file (0644) where it is
/// missing. A last line that a power cut has left unfinished is ended first. Throws Error.
void append_line(const std::filesystem::path& path, std::string_view line);

/// The last `most` bytes of a file; nullopt when it is missing. Throws Error when it cannot be read.
std::optional<std::string> read_file_end(const std::filesystem::path& path, std::size_t most);

}  // namespace latchkey
