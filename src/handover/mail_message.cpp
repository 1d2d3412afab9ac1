#include "handover/mail_message.h"

#include <numeric>

#include "base/crypto.h"
#include "base/encoding.h"
#include "handover/mail_header.h"
#include "handover/quoted_printable.h"

namespace latchkey::handover {
namespace {

// No line of quoted-printable text holds "=_" (RFC 2045, 6.7), so no text can hold this.
constexpr std::string_view kBoundary = "=_latchkey_alternative";

std::string head_of(const MailDraft& draft) {
  std::string head = "Date: " + header_date(draft.date) + "\r\n";
  head += "From: " + header_mailbox(draft.from) + "\r\n";
  head += "To: " + draft.to + "\r\n";
  if (draft.reply_to) head += "Reply-To: " + header_mailbox(*draft.reply_to) + "\r\n";
  head += "Subject: " + header_text(draft.subject) + "\r\n";
  head += "Message-ID: <" + draft.message_id + ">\r\n";
  if (!draft.list_unsubscribe.empty()) {
    head += "List-Unsubscribe: <" + draft.list_unsubscribe + ">\r\n";
    if (draft.list_unsubscribe.starts_with("https:")) {
      head += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";  // RFC 8058
    }
  }
  head += "Auto-Submitted: auto-generated\r\n";  // RFC 3834: no out-of-office notes, please
  head += "MIME-Version: 1.0\r\n";
  head += "Content-Type: multipart/alternative;\r\n boundary=\"" + std::string(kBoundary) + "\"\r\n";
  return head;
}

std::string part_head(const char* type) {
  return "\r\n--" + std::string(kBoundary) + "\r\nContent-Type: " + type +
         "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
}

/// Character by character: an escaped copy would be one more copy of the link.
void write_escaped(QuotedPrintable& out, std::string_view link) {
  for (const char& c : link) {
    switch (c) {
      case '&':
        out.write("&amp;");
        break;
      case '<':
        out.write("&lt;");
        break;
      case '>':
        out.write("&gt;");
        break;
      case '"':
        out.write("&quot;");
        break;
      case '\'':
        out.write("&#39;");
        break;
      default:
        out.write({&c, 1});
    }
  }
}

void write_text(SecretBuilder& out, const TextAroundLink& text, std::string_view link, bool escape) {
  QuotedPrintable body(out);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && escape) write_escaped(body, link);
    if (i > 0 && !escape) body.write(link);
    body.write(text[i]);
  }
  body.finish();
}

/// How large the text may become. Escaped, a character is six at most.
std::size_t most_of(const TextAroundLink& text, std::size_t link_size) {
  constexpr std::size_t kEscapedMax = 6;
  const std::size_t own =
      std::accumulate(text.begin(), text.end(), std::size_t{0},
                      [](std::size_t sum, const std::string& one) { return sum + one.size(); });
  return QuotedPrintable::kGrowth * (own + text.size() * link_size * kEscapedMax) + 8;
}

}  // namespace

std::string message_id(const Mail& mail, const std::string& domain) {
  constexpr std::size_t kDigits = 32;
  const std::string what = "latchkey mail\n" + mail.request_id + "\n" + std::to_string(mail.attempt) + "\n" +
                           std::to_string(to_ms(mail.link_expires_at));
  return to_hex(sha256(what)).substr(0, kDigits) + "@" + domain;
}

Secret compose(const MailDraft& draft, const Secret& link) {
  const std::string head = head_of(draft);
  const std::string text_head = part_head("text/plain");
  const std::string html_head = part_head("text/html");
  const std::string end = "\r\n--" + std::string(kBoundary) + "--\r\n";
  SecretBuilder out(head.size() + text_head.size() + html_head.size() + end.size() +
                    most_of(draft.text, link.size()) + most_of(draft.html, link.size()));
  out.append(head);
  out.append(text_head);
  write_text(out, draft.text, link.reveal(), false);
  out.append(html_head);
  write_text(out, draft.html, link.reveal(), true);
  out.append(end);
  return out.take();
}

}  // namespace latchkey::handover
