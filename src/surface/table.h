#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::surface {

/// What a text means, which decides its colour on a terminal.
enum class Paint { Plain, Good, Bad, Warning, Quiet, Strong };

/// `text` in a colour, or as it is when `coloured` is false. Holds nothing raw: what came from outside must
/// have gone through shown().
std::string painted(std::string_view text, Paint paint, bool coloured);

/// One field of a table.
struct Cell {
  Cell(std::string content, Paint colour = Paint::Plain) : text(std::move(content)), paint(colour) {}
  Cell(std::string_view content) : text(content) {}
  Cell(const char* content) : text(content) {}
  std::string text;
  Paint paint = Paint::Plain;
};

/// Rows whose columns stand below each other, by the width they take on a terminal.
class Table {
 public:
  /// Without headings: an aligned list.
  Table() = default;
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  /// Numbers stand to the right in this column (counted from 0).
  void align_right(std::size_t column);
  /// Makes a column so wide at least, for what is still to come.
  void widen(std::size_t column, std::size_t width);
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  /// Every line with `indent` spaces before it and a line break after it, no spaces at its end.
  std::string text(bool coloured, std::size_t indent = 0) const;
  /// The rows so far, which are then forgotten, so that a long list is printed in pieces. Headings stand in
  /// the first piece only; columns keep their width from piece to piece, and widen where they must.
  std::string take(bool coloured);

 private:
  std::vector<std::size_t> widths() const;
  std::string line(const std::vector<Cell>& row, const std::vector<std::size_t>& widths, bool coloured) const;

  std::vector<std::string> headings_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::size_t> right_;
  std::vector<std::size_t> widths_;  // at least: asked for, or those of the pieces that were taken
  bool begun_ = false;
};

}  // namespace latchkey::surface
