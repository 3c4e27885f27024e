#include "edge/registers/csv.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace mekenjai::edge::registers {
namespace {

using Table = std::vector<std::vector<std::string>>;

/// All rows; a fault becomes a row {"fault", line, cell}.
Table read(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  Table table;
  for (;;) {
    const CsvReader::Step step = reader.next();
    if (step == CsvReader::Step::end) return table;
    if (step == CsvReader::Step::fault) {
      table.push_back(
          {"fault", std::to_string(reader.fault().line), std::to_string(reader.fault().cell)});
      continue;
    }
    table.emplace_back();
    for (std::size_t i = 0; i < reader.row().size(); ++i)
      table.back().emplace_back(reader.row()[i]);
  }
}

TEST(Csv, ReadsRowsWithEitherLineEnd) {
  const Table expected{{"a", "b"}, {"1", "2"}};
  EXPECT_EQ(read("a,b\n1,2\n"), expected);
  EXPECT_EQ(read("a,b\r\n1,2\r\n"), expected);
  EXPECT_EQ(read("a,b\n1,2"), expected);  // no line end at the very end
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\n1,2"),
            expected);
  EXPECT_EQ(read("a,b\n\n\r\n1,2\n\n"), expected);  // empty lines are nothing
}

TEST(Csv, KeepsEmptyCells) {
  EXPECT_EQ(read("a,,\n,\n"), (Table{{"a", "", ""}, {"", ""}}));
  EXPECT_EQ(read("\"\",x\n"), (Table{{"", "x"}}));
  EXPECT_EQ(read("a,"), (Table{{"a", ""}}));
  EXPECT_EQ(read(""), Table{});
}

TEST(Csv, ReadsQuotedCells) {
  EXPECT_EQ(read("\"a,b\",\"say \"\"yes\"\"\"\n"), (Table{{"a,b", "say \"yes\""}}));
  EXPECT_EQ(read("\"two\r\nlines\",x\n"), (Table{{"two\r\nlines", "x"}}));
  EXPECT_EQ(read("\"\"\"\"\n"), (Table{{"\""}}));
}

TEST(Csv, CountsLinesThroughQuotedLineBreaks) {
  std::istringstream in("a,b\n\"x\ny\",z\n1,2\n");
  CsvReader reader(in);
  ASSERT_EQ(reader.next(), CsvReader::Step::row);
  ASSERT_EQ(reader.next(), CsvReader::Step::row);
  EXPECT_EQ(reader.row().line(), 2U);
  EXPECT_EQ(reader.row().line(1), 3U) << "z stands on the third line";
  ASSERT_EQ(reader.next(), CsvReader::Step::row);
  EXPECT_EQ(reader.row().line(), 4U);
  EXPECT_EQ(reader.bytes(), 16U);
}

TEST(Csv, NamesLineAndCellOfAFaultAndReadsOn) {
  EXPECT_EQ(read("a,b\nx,y\"z\n1,2\n"), (Table{{"a", "b"}, {"fault", "2", "2"}, {"1", "2"}}));
  EXPECT_EQ(read("\"a\"b,c\n1,2\n"), (Table{{"fault", "1", "1"}, {"1", "2"}}));
  EXPECT_EQ(read("a\rb\n1,2\n"), (Table{{"fault", "1", "1"}, {"1", "2"}}));
}

TEST(Csv, StopsAtAQuoteThatNobodyCloses) {
  EXPECT_EQ(read("a,b\n1,\"never\nclosed\n2,3\n"), (Table{{"a", "b"}, {"fault", "2", "2"}}));
  EXPECT_EQ(read("1,\"" + std::string(kMaxCellBytes + 10, 'x') + "\"\n2,3\n"),
            (Table{{"fault", "1", "2"}}));
}

TEST(Csv, ReadsAcrossItsBuffer) {
  std::string text;
  Table expected;
  for (int i = 0; i < 40'000; ++i) {
    text += fmt::format("{},\"қала, {}\"\r\n", i, i);
    expected.push_back({std::to_string(i), fmt::format("қала, {}", i)});
  }
  EXPECT_EQ(read(text), expected);
}

}  // namespace
}  // namespace mekenjai::edge::registers
