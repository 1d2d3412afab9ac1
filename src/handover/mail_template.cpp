#include "handover/mail_template.h"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <map>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "config.h"

namespace latchkey::handover {
namespace {

namespace fs = std::filesystem;
namespace mustache = kainjow::mustache;

// Stands for the link while a template is rendered; no template may hold it.
constexpr char kLinkMark = '\x01';

enum class Form { Plain, Html };

/// Gives the engine the variables, and keeps what a template asks for in vain: the engine itself would leave
/// it out without a word.
class Variables final : public mustache::basic_context<std::string> {
 public:
  Variables(const MailVariables& given, Form form)
      : known_{{"link", mustache::data(std::string(1, kLinkMark))},
               {"linkExpiresAt", value(given.link_expires_at, form)},
               {"linkExpiresAtUtc", value(given.link_expires_at_utc, form)},
               {"requestId", value(given.request_id, form)}} {}

  // A section around a text changes nothing about what can be named in it.
  void push(const mustache::data*) override {}
  void pop() override {}
  const mustache::data* get(const std::string& name) const override {
    const auto at = known_.find(name);
    if (at != known_.end()) return &at->second;
    if (!unknown) unknown = name;
    return nullptr;
  }
  const mustache::data* get_partial(const std::string& name) const override {
    if (!unknown) unknown = "> " + name;
    return nullptr;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : known_) names.push_back(name);
    return names;
  }

  mutable std::optional<std::string> unknown;  // the first

 private:
  // Escaped here, and not by the engine, which leaves what stands in three braces as it is.
  static mustache::data value(const std::string& text, Form form) {
    return mustache::data(form == Form::Html ? mustache::html_escape(text) : text);
  }

  const std::map<std::string, mustache::data> known_;
};

std::string render(const std::string& source, Variables& variables) {
  mustache::mustache parsed(source);
  parsed.set_custom_escape([](const std::string& text) { return text; });
  return parsed.render(variables);
}

TextAroundLink split_at_link(const std::string& rendered) {
  TextAroundLink pieces(1);
  for (const char c : rendered) {
    if (c == kLinkMark) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

/// One template, while it is read and checked.
class Candidate {
 public:
  explicit Candidate(fs::path path) : path_(std::move(path)) {}

  std::string read() const {
    std::error_code error;
    const fs::file_status status = fs::status(path_, error);
    if (status.type() == fs::file_type::not_found)
      wrong("is missing; `latchkey init` writes one to begin with");
    require(fs::is_regular_file(status), "is not a file");
    const auto open = fs::perms::group_write | fs::perms::others_write;
    require(
        (status.permissions() & open) == fs::perms::none,
        "can be written by others, who could have links sent elsewhere; run: chmod go-w " + path_.string());
    require(fs::file_size(path_, error) <= MailTemplate::kFileMax, "is larger than 64 KiB");
    std::string text = read_file(path_, MailTemplate::kFileMax);
    check_text(text);
    return text;
  }

  std::string check_rendering(const std::string& source, Form form) const {
    mustache::mustache parsed(source);
    require(parsed.is_valid(), "is not a template: " + shown(parsed.error_message(), 100));
    // Every value is there, and none is like another.
    Variables variables({"25 November 2026, 10:35 CET", "2026-11-25T09:35:12.000Z", "order-77"}, form);
    std::string rendered = render(source, variables);
    if (variables.unknown) refuse_name(*variables.unknown, variables.names());
    return rendered;
  }

  void require(bool good, const std::string& message) const {
    if (!good) wrong(message);
  }

 private:
  [[noreturn]] void wrong(const std::string& message) const {
    throw InputError("invalid_request", "smtp.templates", path_.string() + " " + message);
  }

  void check_text(const std::string& text) const {
    require(is_utf8(text), "is not UTF-8");
    require(!text.starts_with("\xEF\xBB\xBF"), "begins with a byte order mark");
    const auto is_control = [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F;
    };
    require(std::none_of(text.begin(), text.end(), is_control), "contains a control character");
    int tags = 0;
    for (std::size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at + 2)) {
      ++tags;
      // Other delimiters would make tags that are not counted here.
      const std::size_t first = text.find_first_not_of("{ \t\r\n", at);
      require(first == std::string::npos || text[first] != '=',
              "changes the delimiters of its tags, which must stay {{ and }}");
    }
    require(tags <= MailTemplate::kTagsMax, "has more than 200 tags");
  }

  [[noreturn]] void refuse_name(const std::string& name, const std::vector<std::string>& known) const {
    if (name.starts_with("> ")) wrong("has {{" + shown(name) + "}}: a template cannot include another");
    const auto meant = nearest(name, known);
    std::string all;
    for (const std::string& one : known) all += (all.empty() ? "{{" : ", {{") + one + "}}";
    wrong("has {{" + shown(name) + "}}, which is no variable; " +
          (meant ? "did you mean {{" + *meant + "}}?" : "there are " + all));
  }

  const fs::path path_;
};

std::string read_subject(const fs::path& path) {
  const Candidate file(path);
  std::string source(trim(file.read()));
  const std::string rendered = file.check_rendering(source, Form::Plain);
  file.require(!rendered.empty(), "is empty");
  file.require(
      rendered.find(kLinkMark) == std::string::npos,
      "has {{link}}: a subject is shown and logged in many places, and whoever sees it could use it");
  file.require(rendered.find_first_of("\r\n") == std::string::npos, "has more than one line");
  file.require(display_width(rendered) <= MailTemplate::kSubjectMax, "is longer than 200 characters");
  return source;
}

std::string read_body(const fs::path& path, Form form) {
  const Candidate file(path);
  std::string source = file.read();
  const std::string rendered = file.check_rendering(source, form);
  file.require(rendered.find(kLinkMark) != std::string::npos, "has no {{link}}");
  const bool tells_time = rendered.find("25 November 2026") != std::string::npos ||
                          rendered.find("2026-11-25T09:35:12.000Z") != std::string::npos;
  file.require(tells_time, "does not say until when the link works; add {{linkExpiresAt}}");
  return source;
}

}  // namespace

MailTemplate::MailTemplate(const fs::path& folder)
    : subject_(read_subject(folder / kSubjectTemplate)),
      text_(read_body(folder / kTextTemplate, Form::Plain)),
      html_(read_body(folder / kHtmlTemplate, Form::Html)) {}

std::string MailTemplate::subject(const MailVariables& variables) const {
  Variables context(variables, Form::Plain);
  return render(subject_, context);
}

TextAroundLink MailTemplate::text(const MailVariables& variables) const {
  Variables context(variables, Form::Plain);
  return split_at_link(render(text_, context));
}

TextAroundLink MailTemplate::html(const MailVariables& variables) const {
  Variables context(variables, Form::Html);
  return split_at_link(render(html_, context));
}

}  // namespace latchkey::handover
