#include "ledger/subject_traces.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "job/recipient.h"
#include "ledger/commitment.h"

namespace latchkey::ledger {
namespace {

constexpr std::size_t kIdLength = 22;
constexpr std::size_t kSaltLength = 32;

// What each character spells as one of these digits; 64 for one that is none.
constexpr std::array<std::uint8_t, 256> values_of(std::string_view digits) {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = 64;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kBase64Url = values_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
constexpr auto kHexDigits = values_of("0123456789abcdef");

// 128 bits in base64url. The last character spells two of them, so of its characters only four are right.
bool is_subject_id(std::string_view id) {
  if (id.size() != kIdLength) return false;
  std::uint8_t value = 0;
  for (const char character : id) {
    value = kBase64Url[static_cast<unsigned char>(character)];
    if (value == 64) return false;
  }
  return (value & 0x0F) == 0;
}

std::optional<Digest> commitment_of(std::string_view hex) {
  Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const std::uint8_t high = kHexDigits[static_cast<unsigned char>(hex[2 * i])];
    const std::uint8_t low = kHexDigits[static_cast<unsigned char>(hex[2 * i + 1])];
    if ((high | low) > 15) return std::nullopt;
    digest[i] = static_cast<char>(high << 4 | low);
  }
  return digest;
}

// Nearly every address is its normalised form but for capitals; the rest is parsed.
bool is_address_of(job::Provider provider, std::string_view recipient, std::string_view address) {
  if (recipient == address) return true;
  try {
    return job::parse_recipient(provider, address).normalised == recipient;
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace

// Not the id's own bits: it begins with its time, so ids made together would crowd in one place of the table.
std::optional<IdKey> SubjectTraces::key_of(std::string_view id) const {
  if (!is_subject_id(id)) return std::nullopt;
  return hash_.of(id);
}

SubjectTraces::Number SubjectTraces::accepted(const Facts& entry, std::int64_t seq) {
  const auto key = key_of(entry.subject);
  const auto commitment = commitment_of(entry.commitment);
  if (!key || !commitment) {
    findings_.add("E_MEMBER", seq, entry.request_id,
                  "its subject or commitment is missing or has another form");
    return kNone;
  }
  Number number = traces_.find(*key);
  if (number == kNone) {
    if (entry.subject_prev) {
      findings_.add("E_SUBJECT_PREV", seq, entry.request_id,
                    "subjectPrev is " + std::to_string(*entry.subject_prev) +
                        ", but no entry before accepts a job of this subject");
    }
    number = traces_.add(*key, {*commitment, seq});
    accepted_mail(traces_[number], entry, seq);
    return number;
  }
  Trace& trace = traces_[number];
  if (entry.subject_prev != trace.last_accepted) {
    findings_.add("E_SUBJECT_PREV", seq, entry.request_id,
                  "subjectPrev does not lead to the subject's job.accepted before, seq " +
                      std::to_string(trace.last_accepted));
  }
  if (trace.commitment != *commitment) {
    findings_.add("E_COMMITMENT", seq, entry.request_id,
                  "its commitment differs from that of the subject's entry before, seq " +
                      std::to_string(trace.last_accepted));
  }
  if (trace.erased) findings_.add("E_ERASED", seq, entry.request_id, "its subject had been erased before");
  trace.last_accepted = seq;
  accepted_mail(trace, entry, seq);
  return number;
}

void SubjectTraces::accepted_mail(Trace& trace, const Facts& entry, std::int64_t seq) {
  const bool mailed = entry.hand_over == job::name(job::HandOver::Email);
  if (!mailed && entry.deliver_commitment.data() == nullptr) return;
  const auto commitment = commitment_of(entry.deliver_commitment);
  if (!mailed || !commitment) {
    return findings_.add("E_MEMBER", seq, entry.request_id,
                         "its deliverCommitment is missing, has another form, or its link is not mailed");
  }
  if (trace.deliver == kNone) {
    trace.deliver = static_cast<std::uint32_t>(delivers_.size());
    delivers_.push_back(*commitment);
  } else {
    delivers_[trace.deliver] = *commitment;
  }
}

void SubjectTraces::erased(const Facts& entry, std::int64_t seq) {
  const Number number = find(entry.subject);
  if (number == kNone) {
    findings_.add("E_ERASED", seq, "", "erases a subject for which no job was ever accepted");
  } else {
    Trace& trace = traces_[number];
    if (entry.subject_prev && entry.subject_prev != trace.last_accepted) {
      findings_.add("E_SUBJECT_PREV", seq, "",
                    "subjectPrev does not lead to the subject's latest job.accepted, seq " +
                        std::to_string(trace.last_accepted));
    }
    trace.erased = true;
  }
}

SubjectTraces::Number SubjectTraces::find(std::string_view id) const {
  const auto key = key_of(id);
  return key ? traces_.find(*key) : kNone;
}

bool SubjectTraces::is(Number number, std::string_view id) const {
  const auto key = key_of(id);
  if (number == kNone) return !key || traces_.find(*key) == kNone;
  return key == traces_.key_of(number);
}

bool SubjectTraces::is_committed_to(const Trace& trace, const SubjectRow& row, job::Provider provider) const {
  if (!row.deliver_to || trace.deliver == kNone) return !row.deliver_to && trace.deliver == kNone;
  try {
    const std::string address = job::parse_recipient(job::Provider::Mayar, *row.deliver_to).normalised;
    return commitment_of(deliver_commitment(row.salt, provider, address)) == delivers_[trace.deliver];
  } catch (const InputError&) {
    return false;
  }
}

void SubjectTraces::compare(const SubjectRow& row) {
  const Number number = find(row.id);
  if (number == kNone) {
    return findings_.add("E_SUBJECT", std::nullopt, "",
                         "a row of subjects stands for somebody for whom no job was ever accepted");
  }
  Trace& trace = traces_[number];
  const auto wrong = [&](const char* text) { findings_.add("E_SUBJECT", trace.last_accepted, "", text); };
  if (trace.has_row) wrong("the subject has two rows");
  trace.has_row = true;
  if (trace.erased) return wrong("the subject was erased, and yet its row is there");
  const auto provider = job::provider_named(row.provider);
  if (!provider || row.salt.size() != kSaltLength ||
      commitment_of(recipient_commitment(row.salt, *provider, row.recipient)) != trace.commitment) {
    return wrong(
        "provider, recipient or salt of the subject's row are not what its entries are committed to");
  }
  if (!is_address_of(*provider, row.recipient, row.address)) {
    wrong("the address of the subject's row is not a spelling of its recipient");
  }
  if (!is_committed_to(trace, row, *provider)) {
    wrong("deliver_to of the subject's row is not what its latest mailed job is committed to");
  }
  if (row.last_accepted_seq != trace.last_accepted) {
    wrong("last_accepted_seq of the subject's row is not its latest job.accepted");
  }
}

void SubjectTraces::finish() {
  for (Number number = 0; number < traces_.size(); ++number) {
    const Trace& trace = traces_[number];
    if (trace.has_row || trace.erased) continue;
    findings_.add("E_SUBJECT_MISSING", trace.last_accepted, "",
                  "the subject's row is gone, and no subject.erased says why");
  }
}

}  // namespace latchkey::ledger
