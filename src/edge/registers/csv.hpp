// Reads CSV (RFC 4180) row by row: quotes, CRLF or LF, line breaks inside quotes, a BOM at the
// start.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace mekenjai::edge::registers {

/// A cell longer than this is an error: a quotation mark that nobody closes must not swallow the
/// file.
inline constexpr std::size_t kMaxCellBytes = 64 * 1024;
inline constexpr std::size_t kMaxCells = 256;

/// What is wrong with the form of a row. Lines and cells count from 1.
struct CsvFault {
  std::size_t line = 0;
  std::size_t cell = 0;
  std::string what;
};

/// One row. Valid until the next call of `next`.
class CsvRow {
 public:
  std::size_t size() const { return cells_.size(); }
  std::string_view operator[](std::size_t at) const {
    return std::string_view(text_).substr(cells_[at].begin, cells_[at].end - cells_[at].begin);
  }
  /// The line of the file on which the row or the cell begins, from 1.
  std::size_t line() const { return line_; }
  std::size_t line(std::size_t at) const { return cells_[at].line; }

 private:
  friend class CsvReader;
  struct Cell {
    std::size_t begin, end, line;
  };
  std::string text_;
  std::vector<Cell> cells_;
  std::size_t line_ = 0;
};

/// Streams through a file in constant memory. UTF-8 is not looked at here, only bytes.
class CsvReader {
 public:
  explicit CsvReader(std::istream& in);

  enum class Step {
    row,
    fault,  // the row cannot be read; reading goes on with the next line, except after an open
            // quote
    end,
  };
  /// Lines without a single byte are skipped.
  Step next();
  const CsvRow& row() const { return row_; }
  const CsvFault& fault() const { return fault_; }
  /// Bytes of the file read so far.
  std::uint64_t bytes() const { return bytes_before_ + at_; }

 private:
  static constexpr int kEnd = -1;
  int peek();
  int get();
  bool fill();
  void skip_line();
  Step fail(std::size_t line, std::size_t cell, std::string what);
  Step read_row();
  bool read_quoted(std::size_t cell_number);

  std::istream& in_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, size_ = 0;
  std::uint64_t bytes_before_ = 0;
  std::size_t line_ = 1;
  CsvRow row_;
  CsvFault fault_;
};

}  // namespace mekenjai::edge::registers
