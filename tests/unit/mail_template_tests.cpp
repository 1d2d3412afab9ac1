#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "handover/mail_template.h"
#include "tests/support/mail_setup.h"

using namespace latchkey;
using handover::MailTemplate;
using handover::MailVariables;
using handover::TextAroundLink;
using test::MailSetup;

namespace {

namespace fs = std::filesystem;

const MailVariables kVariables{"2 January 2027, 10:35 CET", "2027-01-02T09:35:00.000Z", "order-77"};
const std::string kEnough = "{{link}} {{linkExpiresAt}}";

/// What is said about the folder's templates; empty when they are taken.
std::string complaint(const MailSetup& setup) {
  try {
    const MailTemplate taken(setup.templates());
    return "";
  } catch (const InputError& error) {
    BOOST_TEST(error.errors().size() == 1U);
    BOOST_TEST(error.errors().at(0).field == "smtp.templates");
    const std::string& message = error.errors().at(0).message;
    const std::string folder = setup.templates().string() + "/";
    BOOST_TEST(message.starts_with(folder));
    return message.substr(folder.size());
  }
}

std::string complaint(const std::string& file, const std::string& text) {
  const MailSetup setup;
  setup.write(file, text);
  return complaint(setup);
}

/// What is said about a text, without the file's name.
std::string about_text(const std::string& text) {
  const std::string all = complaint(kTextTemplate, text);
  const std::string name = std::string(kTextTemplate) + " ";
  BOOST_TEST((all.empty() || all.starts_with(name)));
  return all.empty() ? all : all.substr(name.size());
}

TextAroundLink parsed(const std::string& text) {
  const MailSetup setup;
  setup.write(kTextTemplate, text);
  return MailTemplate(setup.templates()).text(kVariables);
}

TextAroundLink html_of(const std::string& text, const MailVariables& variables = kVariables) {
  const MailSetup setup;
  setup.write(kHtmlTemplate, text);
  return MailTemplate(setup.templates()).html(variables);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_template_tests)

BOOST_AUTO_TEST_CASE(the_initial_templates_tell_the_link_the_time_and_the_request) {
  const MailSetup setup;
  const MailTemplate templates(setup.templates());
  BOOST_TEST(templates.subject(kVariables) == "Your link to the customer portal");
  for (const TextAroundLink& text : {templates.text(kVariables), templates.html(kVariables)}) {
    std::string whole;
    for (const std::string& piece : text) whole += piece;
    BOOST_TEST(text.size() > 1U);
    BOOST_TEST(whole.find("2 January 2027, 10:35 CET") != std::string::npos);
    BOOST_TEST(whole.find("once") != std::string::npos);
    BOOST_TEST(whole.find("order-77") != std::string::npos);
    BOOST_TEST(whole.find("{{") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(leaves_a_place_for_each_link) {
  BOOST_TEST(parsed("a {{link}} b {{{link}}}{{& link}}, {{linkExpiresAtUtc}}") ==
             (TextAroundLink{"a ", " b ", "", ", 2027-01-02T09:35:00.000Z"}));
}

BOOST_AUTO_TEST_CASE(escapes_variables_in_html_only) {
  const MailVariables odd{"<b>\"&'", "2027", "order-77"};
  const std::string source = "{{link}} {{linkExpiresAt}} {{{linkExpiresAt}}}";
  BOOST_TEST(html_of(source, odd).at(1) == " &lt;b&gt;&quot;&amp;&apos; &lt;b&gt;&quot;&amp;&apos;");
  const MailSetup setup;
  setup.write(kTextTemplate, source);
  BOOST_TEST(MailTemplate(setup.templates()).text(odd).at(1) == " <b>\"&' <b>\"&'");
}

BOOST_AUTO_TEST_CASE(takes_comments_sections_and_any_language) {
  BOOST_TEST(parsed("{{! for {{linkExpiresAt}}grüße, שלום\n" + kEnough).at(0) == "grüße, שלום\n");
  BOOST_TEST(parsed("{{#requestId}}x{{/requestId}}{{^requestId}}y{{/requestId}}" + kEnough).at(0) == "x");
}

BOOST_AUTO_TEST_CASE(rejects_a_variable_that_nobody_sets) {
  BOOST_TEST(about_text(kEnough + "{{lnk}}") == "has {{lnk}}, which is no variable; did you mean {{link}}?");
  BOOST_TEST(about_text(kEnough + "{{LinkExpiresAt}}") ==
             "has {{LinkExpiresAt}}, which is no variable; did you mean {{linkExpiresAt}}?");
  BOOST_TEST(
      about_text(kEnough + "{{firstName}}") ==
      "has {{firstName}}, which is no variable; there are {{link}}, {{linkExpiresAt}}, {{linkExpiresAtUtc}}, "
      "{{requestId}}");
  for (const char* tag : {"{{}}", "{{.}}", "{{{name}}}", "{{&name}}", "{{#name}}{{/name}}",
                          "{{^name}}{{/name}}", "{{link.host}}", "{{link\nx}}"}) {
    BOOST_TEST(about_text(kEnough + tag).find("is no variable") != std::string::npos, tag);
  }
  BOOST_TEST(about_text(kEnough + "{{> footer}}") == "has {{> footer}}: a template cannot include another");
}

BOOST_AUTO_TEST_CASE(rejects_what_is_no_template) {
  BOOST_TEST(about_text(kEnough + "{{link") == "is not a template: Unclosed tag at 26");
  for (const char* rest : {"{{", "{{{", "{{{link}}", "{{#link}}", "{{/link}}", "{{#link}}{{/requestId}}"}) {
    BOOST_TEST(about_text(kEnough + rest).find("is not a template") != std::string::npos, rest);
  }
}

BOOST_AUTO_TEST_CASE(rejects_other_delimiters_however_they_are_written) {
  for (const char* tag : {"{{=<% %>=}}", "{{ =<% %>=}}", "{{\n=<% %>=}}", "{{{=<% %>=}}}", "{{=[ ]=}}"}) {
    BOOST_TEST(about_text(kEnough + tag).find("delimiters") != std::string::npos, tag);
  }
}

BOOST_AUTO_TEST_CASE(rejects_more_than_the_engine_can_bear) {
  std::string nested, closed;
  for (int i = 0; i < 99; ++i) {
    nested += "{{#link}}";
    closed += "{{/link}}";
  }
  BOOST_TEST(about_text(nested + kEnough + closed) == "");
  BOOST_TEST(about_text("{{!}}" + nested + kEnough + closed) == "has more than 200 tags");
  const std::string filler(MailTemplate::kFileMax - kEnough.size(), 'x');
  BOOST_TEST(about_text(filler + kEnough) == "");
  BOOST_TEST(about_text(filler + kEnough + "x") == "is larger than 64 KiB");
}

BOOST_AUTO_TEST_CASE(rejects_a_text_that_does_not_hand_the_link_over) {
  BOOST_TEST(about_text("until {{linkExpiresAt}}") == "has no {{link}}");
  BOOST_TEST(about_text("{{! {{link}} {{linkExpiresAt}}") == "has no {{link}}");
  BOOST_TEST(about_text("{{^link}}{{link}}{{/link}}{{linkExpiresAt}}") == "has no {{link}}");
  BOOST_TEST(about_text("") == "has no {{link}}");
  BOOST_TEST(complaint(kHtmlTemplate, "<p>{{linkExpiresAt}}</p>") ==
             std::string(kHtmlTemplate) + " has no {{link}}");
}

BOOST_AUTO_TEST_CASE(rejects_a_text_that_does_not_say_until_when) {
  BOOST_TEST(about_text("{{link}}") == "does not say until when the link works; add {{linkExpiresAt}}");
  BOOST_TEST(about_text("{{link}} {{linkExpiresAtUtc}}") == "");
}

BOOST_AUTO_TEST_CASE(rejects_subjects_that_are_none) {
  const auto about = [](const std::string& text) { return complaint(kSubjectTemplate, text); };
  BOOST_TEST(about("Until {{linkExpiresAt}} ({{requestId}})\r\n") == "");
  BOOST_TEST(about("{{link}}").find("has {{link}}: a subject is shown") != std::string::npos);
  BOOST_TEST(about("one\ntwo").find("has more than one line") != std::string::npos);
  BOOST_TEST(about(" \n").find("is empty") != std::string::npos);
  BOOST_TEST(about(std::string(201, 'x')).find("is longer than 200 characters") != std::string::npos);
  BOOST_TEST(about(std::string(200, 'x')) == "");
}

BOOST_AUTO_TEST_CASE(rejects_bytes_that_are_no_text) {
  BOOST_TEST(about_text(kEnough + "\xFF") == "is not UTF-8");
  BOOST_TEST(about_text("\xEF\xBB\xBF" + kEnough) == "begins with a byte order mark");
  BOOST_TEST(about_text(kEnough + '\x01') == "contains a control character");
  BOOST_TEST(about_text(kEnough + std::string(1, '\0')) == "contains a control character");
}

BOOST_AUTO_TEST_CASE(rejects_files_that_are_missing_or_open_to_others) {
  const MailSetup missing;
  fs::remove(missing.templates() / kHtmlTemplate);
  BOOST_TEST(complaint(missing) ==
             std::string(kHtmlTemplate) + " is missing; `latchkey init` writes one to begin with");
  const MailSetup folder;
  fs::remove(folder.templates() / kTextTemplate);
  fs::create_directory(folder.templates() / kTextTemplate);
  BOOST_TEST(complaint(folder) == std::string(kTextTemplate) + " is not a file");
  for (const fs::perms open : {fs::perms::group_write, fs::perms::others_write}) {
    const MailSetup setup;
    fs::permissions(setup.templates() / kTextTemplate, open, fs::perm_options::add);
    BOOST_TEST(complaint(setup).find("chmod go-w") != std::string::npos);
  }
  const MailSetup readable;
  fs::permissions(readable.templates() / kTextTemplate, fs::perms::others_read, fs::perm_options::add);
  BOOST_TEST(complaint(readable) == "");
}

BOOST_AUTO_TEST_SUITE_END()
