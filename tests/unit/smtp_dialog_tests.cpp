#include <boost/test/unit_test.hpp>
#include <vector>

#include "base/smtp_dialog.h"

using latchkey::SmtpDialog;
using Stage = SmtpDialog::Stage;

namespace {

SmtpDialog after(bool start_tls, bool login, const std::vector<const char*>& lines) {
  SmtpDialog dialog(start_tls, login);
  for (const char* line : lines) dialog.take_line(line);
  return dialog;
}

bool stands_at(const SmtpDialog& dialog, Stage stage) {
  return dialog.stage() == stage;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(smtp_dialog_tests)

BOOST_AUTO_TEST_CASE(follows_a_delivery_with_starttls_and_login_to_its_end) {
  const std::vector<std::pair<const char*, Stage>> steps{{"220 mail.example ESMTP\r\n", Stage::Hello},
                                                         {"250-mail.example\r\n", Stage::Hello},
                                                         {"250-STARTTLS\r\n", Stage::Hello},
                                                         {"250 HELP\r\n", Stage::StartTls},
                                                         {"220 go ahead\r\n", Stage::Hello},
                                                         {"250-AUTH PLAIN\r\n", Stage::Hello},
                                                         {"250 HELP\r\n", Stage::Login},
                                                         {"334 \r\n", Stage::Login},
                                                         {"235 2.7.0 welcome\r\n", Stage::Sender},
                                                         {"250 fine\r\n", Stage::Recipient},
                                                         {"250 fine\r\n", Stage::Data},
                                                         {"354 go on\r\n", Stage::Message},
                                                         {"250 2.0.0 queued as 4F2\r\n", Stage::Over},
                                                         {"221 bye\r\n", Stage::Over}};
  SmtpDialog dialog(true, true);
  for (const auto& [line, stage] : steps) {
    BOOST_TEST((!dialog.taken() || stage == Stage::Over));
    dialog.take_line(line);
    BOOST_TEST(stands_at(dialog, stage), line);
    BOOST_TEST(!dialog.refused());
  }
  BOOST_TEST(dialog.taken());
  BOOST_TEST(dialog.ended());
  BOOST_TEST(dialog.may_mail());
}

BOOST_AUTO_TEST_CASE(needs_neither_starttls_nor_login) {
  const SmtpDialog dialog = after(false, false, {"220 x", "250 x", "250 x"});
  BOOST_TEST(stands_at(dialog, Stage::Recipient));
  BOOST_TEST(dialog.may_mail());
  BOOST_TEST(!dialog.taken());
}

BOOST_AUTO_TEST_CASE(remembers_where_it_was_refused_whatever_answers_the_good_bye) {
  const std::vector<const char*> delivery{"220 x", "250 x", "220 x", "250 x",
                                          "235 x", "250 x", "250 x", "354 x"};
  const std::vector<Stage> stages{Stage::Greeting,  Stage::Hello, Stage::StartTls,
                                  Stage::Hello,     Stage::Login, Stage::Sender,
                                  Stage::Recipient, Stage::Data,  Stage::Message};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    SmtpDialog dialog = after(true, true, {delivery.begin(), delivery.begin() + static_cast<long>(i)});
    dialog.take_line("550 5.1.1 no");
    BOOST_TEST(stands_at(dialog, stages[i]));
    BOOST_TEST(dialog.refused());
    BOOST_TEST(!dialog.taken());
    if (stages[i] == Stage::Hello) continue;
    BOOST_TEST(dialog.ended());
    dialog.take_line("221 bye");
    BOOST_TEST(stands_at(dialog, stages[i]));
    BOOST_TEST(dialog.refused());
  }
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_refused_ehlo_because_helo_follows) {
  SmtpDialog dialog = after(false, false, {"220 x", "502 no such command"});
  BOOST_TEST(!dialog.ended());
  dialog.take_line("250 x");
  BOOST_TEST(stands_at(dialog, Stage::Sender));
  BOOST_TEST(!dialog.refused());
}

BOOST_AUTO_TEST_CASE(notices_a_server_that_offers_no_login) {
  const SmtpDialog taken = after(false, true, {"220 x", "250 x", "250 sender"});
  BOOST_TEST(stands_at(taken, Stage::Recipient));
  BOOST_TEST(!taken.may_mail());
  const SmtpDialog refused = after(false, true, {"220 x", "250 x", "530 login first"});
  BOOST_TEST(stands_at(refused, Stage::Login));
  BOOST_TEST(!refused.may_mail());
}

BOOST_AUTO_TEST_CASE(learns_nothing_from_lines_that_are_no_last_line_of_a_reply) {
  for (const char* line : {"", "2", "22", "25x hello", "x250 hello", "-50 x", "220-more follows", "hello"}) {
    BOOST_TEST(stands_at(after(false, false, {line}), Stage::Greeting), line);
  }
  BOOST_TEST(stands_at(after(false, false, {"220"}), Stage::Hello),
             "RFC 5321, 4.2.1: the text may be missing");
}

BOOST_AUTO_TEST_SUITE_END()
