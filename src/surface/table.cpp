#include "surface/table.h"

#include <algorithm>

#include "base/text.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kGap = 2;

// Select Graphic Rendition, ECMA-48 section 8.3.117: the eight colours that every terminal's user has chosen.
std::string_view code_of(Paint paint) {
  switch (paint) {
    case Paint::Plain:
      return "";
    case Paint::Good:
      return "32";
    case Paint::Bad:
      return "31";
    case Paint::Warning:
      return "33";
    case Paint::Quiet:
      return "2";
    case Paint::Strong:
      return "1";
  }
  return "";
}

}  // namespace

std::string painted(std::string_view text, Paint paint, bool coloured) {
  if (!coloured || paint == Paint::Plain || text.empty()) return std::string(text);
  return "\033[" + std::string(code_of(paint)) + "m" + std::string(text) + "\033[0m";
}

void Table::align_right(std::size_t column) {
  right_.push_back(column);
}

void Table::widen(std::size_t column, std::size_t width) {
  widths_.resize(std::max(widths_.size(), column + 1));
  widths_[column] = std::max(widths_[column], width);
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths = widths_;
  widths.resize(std::max(widths.size(), headings_.size()));
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    widths[i] = std::max(widths[i], display_width(headings_[i]));
  }
  for (const std::vector<Cell>& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i].text));
    }
  }
  return widths;
}

std::string Table::line(const std::vector<Cell>& row, const std::vector<std::size_t>& widths,
                        bool coloured) const {
  std::string line;
  std::size_t owed = 0;  // spaces that are written only when something follows
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::size_t fill = widths[i] - display_width(row[i].text);
    const bool right = std::find(right_.begin(), right_.end(), i) != right_.end();
    if (right) owed += fill;
    if (!row[i].text.empty()) {
      line += std::string(owed, ' ') + painted(row[i].text, row[i].paint, coloured);
      owed = 0;
    }
    owed += (right ? 0 : fill) + kGap;
  }
  return line;
}

std::string Table::text(bool coloured, std::size_t indent) const {
  const std::vector<std::size_t> columns = widths();
  const std::string margin(indent, ' ');
  std::string text;
  if (!headings_.empty() && !begun_) {
    std::vector<Cell> cells;
    for (const std::string& heading : headings_) cells.emplace_back(heading, Paint::Strong);
    text += margin + line(cells, columns, coloured) + "\n";
  }
  for (const std::vector<Cell>& row : rows_) text += margin + line(row, columns, coloured) + "\n";
  return text;
}

std::string Table::take(bool coloured) {
  widths_ = widths();
  const std::string piece = text(coloured);
  begun_ = true;
  rows_.clear();
  return piece;
}

}  // namespace latchkey::surface
