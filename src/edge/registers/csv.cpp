#include "edge/registers/csv.hpp"

namespace mekenjai::edge::registers {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(std::istream& in) : in_(in), buffer_(kBufferBytes) {
  if (fill() && std::string_view(buffer_.data(), size_).starts_with(kBom)) at_ = kBom.size();
}

bool CsvReader::fill() {
  bytes_before_ += size_;
  at_ = 0;
  in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  size_ = static_cast<std::size_t>(in_.gcount());
  return size_ > 0;
}

int CsvReader::peek() {
  if (at_ == size_ && !fill()) return kEnd;
  return static_cast<unsigned char>(buffer_[at_]);
}

int CsvReader::get() {
  const int c = peek();
  if (c != kEnd) ++at_;
  if (c == '\n') ++line_;
  return c;
}

void CsvReader::skip_line() {
  for (int c = get(); c != kEnd && c != '\n'; c = get()) {
  }
}

CsvReader::Step CsvReader::fail(std::size_t line, std::size_t cell, std::string what) {
  fault_ = {line, cell, std::move(what)};
  return Step::fault;
}

CsvReader::Step CsvReader::next() {
  for (;;) {
    const int c = peek();
    if (c == kEnd) return Step::end;
    if (c == '\n') {
      get();
      continue;
    }
    if (c == '\r') {
      get();
      if (peek() == '\n' || peek() == kEnd) continue;
      const std::size_t line = line_;
      skip_line();
      return fail(line, 1, "a carriage return that no line feed follows");
    }
    return read_row();
  }
}

bool CsvReader::read_quoted(std::size_t cell_number) {
  const std::size_t opened_on = line_, begin = row_.text_.size();
  get();
  for (;;) {
    const int c = get();
    if (c == '"') {
      if (peek() != '"') break;
      get();
    }
    if (c == kEnd || row_.text_.size() - begin > kMaxCellBytes) {
      fail(opened_on, cell_number, "a quotation mark opens here and is not closed");
      while (in_.good())
        fill();  // where the quote should end nobody knows: nothing after it can be read
      at_ = size_;
      return false;
    }
    row_.text_ += static_cast<char>(c);
  }
  const int after = peek();
  if (after == ',' || after == '\n' || after == '\r' || after == kEnd) return true;
  fail(line_, cell_number, "text follows the closing quotation mark");
  skip_line();
  return false;
}

CsvReader::Step CsvReader::read_row() {
  row_.text_.clear();
  row_.cells_.clear();
  row_.line_ = line_;
  for (;;) {
    const std::size_t begin = row_.text_.size(), line = line_, number = row_.cells_.size() + 1;
    if (number > kMaxCells) {
      skip_line();
      return fail(line, number, "too many cells in a row");
    }
    if (peek() == '"') {
      if (!read_quoted(number)) return Step::fault;
    } else {
      for (int c = peek(); c != ',' && c != '\n' && c != '\r' && c != kEnd; c = peek()) {
        if (c == '"' || row_.text_.size() - begin > kMaxCellBytes) {
          skip_line();
          return fail(line, number,
                      c == '"' ? "a quotation mark inside a cell that does not begin with one"
                               : "a cell longer than 65536 bytes");
        }
        row_.text_ += static_cast<char>(c);
        ++at_;
      }
    }
    row_.cells_.push_back({begin, row_.text_.size(), line});
    const int c = get();
    if (c == ',') continue;
    if (c == '\r' && peek() != '\n' && peek() != kEnd) {
      skip_line();
      return fail(line, number, "a carriage return that no line feed follows");
    }
    if (c == '\r') get();
    return Step::row;
  }
}

}  // namespace mekenjai::edge::registers
