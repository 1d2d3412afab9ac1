#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "config.h"
#include "handover/mail_template.h"
#include "job/recipients_file.h"
#include "ledger/canonical.h"
#include "tests/support/mail_setup.h"
#include "tests/support/source_dir.h"
#include "tests/support/temp_dir.h"

// Every parser of what people and programs write gets every file of its corpus, and then thousands of files
// that a seeded hand has damaged. Nothing but InputError and Error may come out, and what is taken must hold.
// LATCHKEY_SEED=N repeats a run.

using namespace latchkey;

namespace {

namespace fs = std::filesystem;

constexpr int kMutationsPerParser = 1'500;
constexpr std::size_t kGrownMax = 16 * 1024;

struct Sample {
  std::string name;
  std::string bytes;
};

std::vector<Sample> corpus(const std::string& kind) {
  std::vector<Sample> samples;
  for (const auto& entry :
       fs::directory_iterator(latchkey::test::source_dir() / "tests/fuzz/corpus" / kind)) {
    std::ifstream in(entry.path(), std::ios::binary);
    samples.push_back({entry.path().filename(), {std::istreambuf_iterator<char>(in), {}}});
  }
  // A folder has no order, a repeated run must have one.
  std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.name < b.name; });
  BOOST_REQUIRE(samples.size() > 5U);
  return samples;
}

void check_file(const job::RecipientsFile& file, job::Provider provider) {
  std::size_t broken_rows = 0;
  for (std::size_t i = 0; i < file.broken.size(); ++i) {
    broken_rows += i == 0 || file.broken[i].line != file.broken[i - 1].line ? 1 : 0;
    BOOST_REQUIRE(!unprintable_part(file.broken[i].field + file.broken[i].message));
  }
  BOOST_REQUIRE_EQUAL(file.good.size() + broken_rows + static_cast<std::size_t>(file.repeated),
                      static_cast<std::size_t>(file.rows));
  BOOST_REQUIRE_EQUAL(file.good.size(), file.good_lines.size());
  BOOST_REQUIRE(std::is_sorted(file.good_lines.begin(), file.good_lines.end()));
  for (const auto& submission : file.good) {
    BOOST_REQUIRE(is_id(submission.request_id));
    BOOST_REQUIRE(!unprintable_part(submission.recipient.address));
    BOOST_REQUIRE(parse_json(job::payload_bytes(submission)));
    // Normalising is done once and for all.
    const auto again = job::parse_recipient(provider, submission.recipient.normalised);
    BOOST_REQUIRE_EQUAL(again.normalised, submission.recipient.normalised);
    BOOST_REQUIRE_EQUAL(submission.deliver_to.has_value(), submission.hand_over == job::HandOver::Email);
    if (!submission.deliver_to) continue;
    const std::string& address = submission.deliver_to->normalised;
    BOOST_REQUIRE_EQUAL(job::parse_recipient(job::Provider::Mayar, address).normalised, address);
  }
}

void read_recipients(const std::string& bytes) {
  job::SubmissionLimits limits{std::chrono::minutes(15), *parse_rfc3339("2026-03-01T00:00:00Z")};
  for (const job::Provider provider : job::kProviders) {
    for (const job::HandOver hand_over : {job::HandOver::None, job::HandOver::Email}) {
      limits.hand_over = hand_over;
      std::istringstream in(bytes);
      try {
        check_file(job::read_recipients(in, provider, limits), provider);
      } catch (const InputError& error) {
        BOOST_REQUIRE(!unprintable_part(error.what()));
        BOOST_REQUIRE(error.errors().at(0).line > 0);
      }
    }
  }
}

void read_config(const std::string& bytes) {
  static const TempDir folder;
  const fs::path file = folder / "latchkey.toml";
  std::ofstream(file, std::ios::binary) << bytes;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  try {
    const Config config = load_config(file);
    BOOST_REQUIRE(!config.origin.empty());
    BOOST_REQUIRE(config.workers >= 1);
    BOOST_REQUIRE(config.data_dir.is_absolute());
  } catch (const InputError& error) {
    BOOST_REQUIRE(!error.errors().empty());
    BOOST_REQUIRE(!unprintable_part(error.what()));
  } catch (const Error&) {
    // A damaged path may lead to a key file that cannot be opened.
  }
}

void read_json(const std::string& bytes) {
  std::string why;
  const auto value = parse_json(bytes, &why);
  if (value) {
    BOOST_REQUIRE(parse_json(value->dump()) == value);
  } else {
    BOOST_REQUIRE(!why.empty());
    BOOST_REQUIRE(!unprintable_part(why));
  }
}

// What the ledger's strict reader takes, any JSON reader takes too, and writes in the same bytes: nlohmann
// sorts keys and leaves white space out, as RFC 8785 wants it. The other way round, what comes out of
// nlohmann is taken if it is flat and holds only what entries may hold.
void read_entry(const std::string& bytes) {
  ledger::CanonicalReader reader(bytes);
  ledger::Member member;
  std::size_t members = 0;
  bool held = true;
  const auto json = parse_json(bytes);
  while (reader.next(member)) {
    ++members;
    held = held && json && json->contains(member.key);
    if (held && member.kind == ledger::Member::Kind::Integer) {
      held = (*json)[std::string(member.key)] == member.integer;
    }
  }
  if (reader.flaw() != nullptr) return;
  BOOST_REQUIRE(json && json->is_object());
  BOOST_REQUIRE(held);
  BOOST_REQUIRE_EQUAL(json->size(), members);
  BOOST_REQUIRE_EQUAL(json->dump(), bytes);
}

// In the place of the HTML; what is taken leaves room for the link and holds no tag of its own any more.
void read_template(const std::string& bytes) {
  static const test::MailSetup setup;
  setup.write(kHtmlTemplate, bytes);
  try {
    const handover::MailTemplate taken(setup.templates());
    const handover::TextAroundLink html = taken.html({"soon", "later", "<x>"});
    BOOST_REQUIRE(html.size() > 1U);
    std::string whole;
    for (const std::string& piece : html) whole += piece;
    BOOST_REQUIRE(is_utf8(whole));
    BOOST_REQUIRE(whole.find("soon") != std::string::npos || whole.find("later") != std::string::npos);
    BOOST_REQUIRE(bytes.find("<x>") != std::string::npos || whole.find("<x>") == std::string::npos);
  } catch (const InputError& error) {
    BOOST_REQUIRE(!unprintable_part(error.what()));
  }
}

/// Damages texts: flips, inserts, cuts, doubles, and splices two of them together.
class Damage {
 public:
  explicit Damage(std::uint64_t seed) : random_(seed) {}

  std::string operator()(const std::vector<Sample>& samples) {
    std::string text = samples[below(samples.size())].bytes;
    for (std::size_t step = 0, steps = 1 + below(4); step < steps; ++step) {
      const std::size_t at = below(text.size() + 1);
      const std::size_t count = std::min(text.size() - at, 1 + below(20));
      switch (below(6)) {
        case 0:
          if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
          break;
        case 1:
          text.insert(at, 1, static_cast<char>(below(256)));
          break;
        case 2:
          text.insert(at, kTokens[below(kTokens.size())]);
          break;
        case 3:
          text.erase(at, count);
          break;
        case 4:
          text.insert(at, text.substr(at, count));
          break;
        case 5: {
          const std::string& other = samples[below(samples.size())].bytes;
          text = text.substr(0, at) + other.substr(below(other.size() + 1));
          break;
        }
      }
    }
    return text.substr(0, kGrownMax);
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  // What the grammars give a meaning.
  static inline const std::vector<std::string> kTokens{"\"",
                                                       "\"\"",
                                                       ",",
                                                       "\n",
                                                       "\r\n",
                                                       "\r",
                                                       "@",
                                                       ".",
                                                       "..",
                                                       "{{",
                                                       "{{{",
                                                       "}}",
                                                       "{{#link}}",
                                                       "{{/link}}",
                                                       "{{=",
                                                       "{",
                                                       "}",
                                                       "[",
                                                       "]",
                                                       "=",
                                                       "#",
                                                       "\\",
                                                       "\\u",
                                                       "'''",
                                                       "\"\"\"",
                                                       "null",
                                                       ":",
                                                       "xn--",
                                                       "\xEF\xBB\xBF",
                                                       "\xE2\x80\xAE",
                                                       "\xC2\xAD",
                                                       "\xE3\x80\x82",
                                                       "-",
                                                       "99999999999999999999"};
  std::mt19937_64 random_;
};

std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* given = std::getenv("LATCHKEY_SEED");
    const std::uint64_t chosen =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "LATCHKEY_SEED=" << chosen << std::endl;
    return chosen;
  }();
  return value;
}

void replay_and_damage(const std::string& kind, void (*parser)(const std::string&)) {
  const std::vector<Sample> samples = corpus(kind);
  for (const Sample& sample : samples) {
    BOOST_TEST_CONTEXT(kind << "/" << sample.name) {
      BOOST_CHECK_NO_THROW(parser(sample.bytes));
    }
  }
  Damage damage(seed());
  for (int i = 0; i < kMutationsPerParser; ++i) {
    const std::string text = damage(samples);
    BOOST_TEST_CONTEXT(kind << ", LATCHKEY_SEED=" << seed() << ", mutation " << i) {
      BOOST_REQUIRE_NO_THROW(parser(text));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(corpus_tests)

BOOST_AUTO_TEST_CASE(csv_gives_rows_or_a_clear_error) {
  replay_and_damage("csv", read_recipients);
}

BOOST_AUTO_TEST_CASE(json_lines_give_rows_or_a_clear_error) {
  replay_and_damage("jsonl", read_recipients);
}

BOOST_AUTO_TEST_CASE(a_configuration_is_taken_or_explained) {
  replay_and_damage("config", read_config);
}

BOOST_AUTO_TEST_CASE(json_is_taken_or_explained) {
  replay_and_damage("json", read_json);
}

BOOST_AUTO_TEST_CASE(a_template_is_taken_or_explained) {
  replay_and_damage("template", read_template);
}

BOOST_AUTO_TEST_CASE(an_entry_has_one_spelling) {
  replay_and_damage("entry", read_entry);
}

BOOST_AUTO_TEST_SUITE_END()
