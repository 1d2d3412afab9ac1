// Compares job::next() with the table of docs/job-life.md, cell by cell, in both directions.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "job/life.h"
#include "support/source_dir.h"

namespace latchkey::job {
namespace {

using ledger::EntryType;

constexpr int kStates = 7;
constexpr int kSteps = 3;
constexpr int kOutcomes = 5;
constexpr int kHandOvers = 4;
constexpr int kEntryTypes = 40;

// One cell: a standing and all that next() looks at.
struct Cell {
  std::string from;
  std::string entry;
  std::string outcome;  // empty: the entry has none
  std::string hand_over;
  auto operator<=>(const Cell&) const = default;
};

std::string text(const Cell& cell) {
  return cell.from + " | " + cell.entry + " | " + cell.outcome + " | " + cell.hand_over;
}

// As the document writes it, and for standings that it does not know something it cannot write.
std::string text(const Standing& standing) {
  const std::string state(name(standing.state));
  const std::string cancel = standing.cancel_requested ? "+cancel" : "";
  switch (standing.step) {
    case Step::Calling:
      return state + "/calling" + cancel;
    case Step::HandingOver:
      return state + "/handing-over" + cancel;
    case Step::None:
      return standing.state == State::Running ? state + "/minted" + cancel : state + cancel;
  }
  return "?";
}

std::vector<std::string> words(const std::string& cell) {
  std::istringstream in(cell);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

std::vector<std::string> outcome_names() {
  std::vector<std::string> all;
  for (int i = 0; i < kOutcomes; ++i) all.emplace_back(name(static_cast<Outcome>(i)));
  return all;
}

std::vector<std::string> outcomes_of(const std::string& cell) {
  if (cell == "*") return outcome_names();
  if (cell != "-") return words(cell);
  auto all = outcome_names();
  all.emplace_back("");
  return all;
}

std::vector<std::string> hand_overs_of(const std::string& cell) {
  if (cell != "any") return words(cell);
  std::vector<std::string> all;
  for (int i = 0; i < kHandOvers; ++i) all.emplace_back(name(static_cast<HandOver>(i)));
  return all;
}

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> all;
  std::istringstream in(line);
  std::string column;
  std::getline(in, column, '|');  // before the first bar
  while (std::getline(in, column, '|')) {
    std::string joined;
    for (const std::string& word : words(column)) joined += (joined.empty() ? "" : " ") + word;
    all.push_back(joined);
  }
  return all;
}

// The rows of "## The table", each spread out into its cells.
std::map<Cell, std::string> documented() {
  std::ifstream in(latchkey::test::source_dir() / "docs/job-life.md");
  BOOST_REQUIRE(in);
  std::map<Cell, std::string> cells;
  std::string line;
  while (std::getline(in, line) && line != "## The table") {
  }
  while (std::getline(in, line) && line.rfind("## ", 0) != 0) {
    if (line.rfind("| ", 0) != 0 || line.rfind("| from |", 0) == 0) continue;
    const auto column = columns(line);
    BOOST_REQUIRE_MESSAGE(column.size() == 5, line);
    for (const std::string& outcome : outcomes_of(column[2])) {
      for (const std::string& hand_over : hand_overs_of(column[3])) {
        const Cell cell{column[0], column[1], outcome, hand_over};
        BOOST_CHECK_MESSAGE(cells.emplace(cell, column[4]).second, "listed twice: " << text(cell));
      }
    }
  }
  return cells;
}

std::vector<Standing> every_standing() {
  std::vector<Standing> all;
  for (int state = 0; state < kStates; ++state) {
    for (int step = 0; step < kSteps; ++step) {
      for (const bool cancel : {false, true}) {
        all.push_back({static_cast<State>(state), static_cast<Step>(step), cancel});
      }
    }
  }
  return all;
}

std::vector<Event> every_event() {
  std::vector<Event> all;
  for (int type = 0; type < kEntryTypes; ++type) {
    for (int outcome = -1; outcome < kOutcomes; ++outcome) {
      for (int hand_over = 0; hand_over < kHandOvers; ++hand_over) {
        Event event{static_cast<EntryType>(type), std::nullopt, static_cast<HandOver>(hand_over)};
        if (outcome >= 0) event.outcome = static_cast<Outcome>(outcome);
        all.push_back(event);
      }
    }
  }
  return all;
}

Cell cell_of(const Standing& standing, const Event& event) {
  return {text(standing), std::string(ledger::name(event.type)),
          event.outcome ? std::string(name(*event.outcome)) : "", std::string(name(event.hand_over))};
}

// What entries can lead to from the beginning.
std::set<std::string> reachable() {
  std::map<std::string, Standing> found{{text(Standing{}), Standing{}}};
  std::vector<Standing> open{Standing{}};
  while (!open.empty()) {
    const Standing standing = open.back();
    open.pop_back();
    for (const Event& event : every_event()) {
      const auto to = next(standing, event);
      if (to && found.emplace(text(*to), *to).second) open.push_back(*to);
    }
  }
  std::set<std::string> names;
  for (const auto& [name, standing] : found) names.insert(name);
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(life_tests)

BOOST_AUTO_TEST_CASE(every_cell_is_as_documented) {
  const auto table = documented();
  std::set<Cell> met;
  for (const Standing& standing : every_standing()) {
    for (const Event& event : every_event()) {
      const Cell cell = cell_of(standing, event);
      const auto row = table.find(cell);
      const std::string expected = row == table.end() ? "not allowed" : row->second;
      const auto to = next(standing, event);
      BOOST_CHECK_MESSAGE(
          (to ? text(*to) : "not allowed") == expected,
          text(cell) << " leads to " << (to ? text(*to) : "nothing") << ", the document says " << expected);
      if (row != table.end()) met.insert(cell);
    }
  }
  // A misspelled row would describe nothing and be noticed by nobody.
  for (const auto& [cell, to] : table) {
    BOOST_CHECK_MESSAGE(met.count(cell) == 1, "describes nothing: " << text(cell));
  }
}

BOOST_AUTO_TEST_CASE(document_speaks_of_exactly_what_is_reachable) {
  std::set<std::string> named;
  for (const auto& [cell, to] : documented()) {
    named.insert(cell.from);
    named.insert(to);
  }
  const auto found = reachable();
  BOOST_CHECK_EQUAL_COLLECTIONS(named.begin(), named.end(), found.begin(), found.end());
}

BOOST_AUTO_TEST_CASE(final_states_are_never_left) {
  for (const Standing& standing : every_standing()) {
    if (!is_final(standing.state)) continue;
    for (const Event& event : every_event()) {
      const auto to = next(standing, event);
      BOOST_CHECK_MESSAGE(!to || *to == standing, text(cell_of(standing, event)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_call_begins_only_from_queued) {
  for (const Standing& standing : every_standing()) {
    const bool allowed = next(standing, {EntryType::AttemptIntent, std::nullopt, HandOver::None}).has_value();
    BOOST_CHECK_MESSAGE(allowed == (standing == Standing{}), text(standing));
  }
}

BOOST_AUTO_TEST_CASE(cancelled_job_makes_no_further_attempt) {
  const Standing cancelled{State::Running, Step::Calling, true};
  for (const Event& event : every_event()) {
    const auto to = next(cancelled, event);
    BOOST_CHECK_MESSAGE(!to || to->state != State::Queued, text(cell_of(cancelled, event)));
  }
}

BOOST_AUTO_TEST_CASE(only_a_waiting_claim_is_claimed_or_expires) {
  for (const Standing& standing : every_standing()) {
    for (const Event& event : every_event()) {
      if (event.type != EntryType::LinkClaimed && event.type != EntryType::LinkExpired) continue;
      const bool waits = standing.state == State::Running && standing.step == Step::HandingOver &&
                         event.hand_over == HandOver::Claim;
      const bool kept_from = event.type == EntryType::LinkClaimed && standing.cancel_requested;
      BOOST_CHECK_MESSAGE(next(standing, event).has_value() == (waits && !kept_from),
                          text(cell_of(standing, event)));
    }
  }
}

BOOST_AUTO_TEST_CASE(entries_that_are_not_of_a_job_move_no_job) {
  const std::set<std::string> of_a_job{"job.refused",  "job.cancelled",   "job.held",        "job.released",
                                       "job.closed",   "job.failed",      "attempt.intent",  "attempt.result",
                                       "attempt.late", "handover.intent", "handover.result", "link.claimed",
                                       "link.expired", "job.reprocessed"};
  for (const Standing& standing : every_standing()) {
    for (const Event& event : every_event()) {
      if (of_a_job.count(std::string(ledger::name(event.type))) == 1) continue;
      BOOST_CHECK_MESSAGE(!next(standing, event), text(cell_of(standing, event)));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::job
