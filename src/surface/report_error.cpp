#include "surface/report_error.h"

#include "store/store.h"
#include "surface/output.h"
#include "surface/table.h"

namespace latchkey::surface {
namespace {

struct Ending {
  int exit_code;
  const char* code;
};

// Read from the special to the general, since one kind of error is another's base.
Ending ending_of(const std::exception& error) {
  if (const auto* input = dynamic_cast<const InputError*>(&error)) return {3, input->code().c_str()};
  if (dynamic_cast<const UsageError*>(&error) != nullptr) return {2, "usage"};
  if (dynamic_cast<const DaemonRunning*>(&error) != nullptr) return {75, "daemon_running"};
  if (dynamic_cast<const AnchorMismatch*>(&error) != nullptr) return {78, "anchor_mismatch"};
  if (dynamic_cast<const store::StoreBusy*>(&error) != nullptr) return {4, "try_later"};
  return {4, "unavailable"};
}

// A summary that only repeats the first of several errors says less than their number.
std::string headline(const InputError& error) {
  const FieldError& first = error.errors().front();
  const std::string summary = error.what();
  if (!summary.starts_with(first.field + ": " + first.message)) return summary;
  return std::to_string(error.errors().size()) + " values are wrong:";
}

std::string list_of(const InputError& error) {
  Table table;
  for (const FieldError& one : error.errors()) {
    std::vector<Cell> row;
    if (one.line > 0) row.emplace_back("line " + std::to_string(one.line));
    if (!one.field.empty()) row.emplace_back(one.field);
    row.emplace_back(one.message);
    table.add(std::move(row));
  }
  return table.text(false, 2);
}

}  // namespace

OrderedJson error_document(const std::exception& error) {
  OrderedJson errors = OrderedJson::array();
  if (const auto* input = dynamic_cast<const InputError*>(&error)) {
    for (const FieldError& one : input->errors()) {
      OrderedJson line = one.line > 0 ? OrderedJson(one.line) : OrderedJson(nullptr);
      errors.push_back({{"line", std::move(line)}, {"field", one.field}, {"message", one.message}});
    }
  }
  return {
      {"error", {{"code", ending_of(error).code}, {"message", error.what()}, {"errors", std::move(errors)}}}};
}

std::string error_text(const std::exception& error) {
  const auto* input = dynamic_cast<const InputError*>(&error);
  if (input == nullptr || input->errors().empty()) return std::string("latchkey: ") + error.what() + "\n";
  const bool one_and_no_line = input->errors().size() == 1 && input->errors().front().line == 0;
  if (one_and_no_line) return std::string("latchkey: ") + error.what() + "\n";
  return "latchkey: " + headline(*input) + "\n" + list_of(*input);
}

int report_error(const std::exception& error, bool json) {
  std::string text = error_text(error);
  text.pop_back();
  note(text);
  if (json) {
    Output out;
    out.line(error_document(error).dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
    try {
      out.flush();
    } catch (const Error&) {
      // The output is what failed; stderr has said so.
    }
  }
  return ending_of(error).exit_code;
}

}  // namespace latchkey::surface
