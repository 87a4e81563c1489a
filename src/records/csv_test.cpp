#include "records/csv.h"

#include <gtest/gtest.h>

namespace bulkhead {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Outcome {
  Rows rows;
  std::vector<std::string> reasons;
  std::vector<std::uint64_t> lines;  // of every record, good or bad
  ImportPosition end;
};

Outcome read_all(std::string text, char delimiter = ',') {
  const TextByteSource source(std::move(text));
  CsvReader reader(source, {}, delimiter);
  reader.skip_byte_order_mark();
  Outcome out;
  for (auto step = reader.next(); step != CsvStep::kEnd; step = reader.next()) {
    out.lines.push_back(reader.line());
    if (step == CsvStep::kBad) {
      out.reasons.emplace_back(reader.reject().reason);
    } else {
      out.rows.emplace_back(reader.fields().begin(), reader.fields().end());
    }
  }
  EXPECT_TRUE(reader.status());
  out.end = reader.position();
  return out;
}

TEST(Csv, ReadsWhatRfc4180Describes) {
  EXPECT_EQ(read_all("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n").rows,
            (Rows{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}}));
  EXPECT_EQ(read_all("aaa,bbb\nzzz,yyy").rows, (Rows{{"aaa", "bbb"}, {"zzz", "yyy"}}));
  EXPECT_EQ(read_all("\"aaa\",\"b\r\nbb\",\"ccc\"\r\n").rows, (Rows{{"aaa", "b\r\nbb", "ccc"}}));
  EXPECT_EQ(read_all("\"aaa\",\"b\"\"bb\",\"\"\n").rows, (Rows{{"aaa", "b\"bb", ""}}));
  EXPECT_EQ(read_all(",,\n").rows, (Rows{{"", "", ""}}));
  EXPECT_EQ(read_all(" a , b \n").rows, (Rows{{" a ", " b "}}));
  EXPECT_TRUE(read_all("").rows.empty());
}

TEST(Csv, OtherDelimitersAndByteOrderMark) {
  EXPECT_EQ(read_all("\xef\xbb\xbf"
                     "a;b,c\n",
                     ';')
                .rows,
            (Rows{{"a", "b,c"}}));
  EXPECT_EQ(read_all("a\tb\n", '\t').rows, (Rows{{"a", "b"}}));
}

TEST(Csv, CountsPhysicalLinesAndBytes) {
  const auto out = read_all("a,b\n\"x\ny\",1\nc,d\n");
  EXPECT_EQ(out.lines, (std::vector<std::uint64_t>{1, 2, 4}));
  EXPECT_EQ(out.end, (ImportPosition{.byte_offset = 16, .line = 5}));
}

TEST(Csv, RejectsBrokenQuotesAndGoesOnAtTheNextRecord) {
  const auto stray = read_all("a\"b,c\nd,e\n");
  EXPECT_EQ(stray.reasons, std::vector<std::string>{"a quote inside an unquoted field"});
  EXPECT_EQ(stray.rows, (Rows{{"d", "e"}}));
  const auto after = read_all("\"a\"b,c\nd,e\n");
  EXPECT_EQ(after.reasons, std::vector<std::string>{"text after a closing quote"});
  EXPECT_EQ(after.rows, (Rows{{"d", "e"}}));
}

TEST(Csv, AnUnclosedQuoteSwallowsTheRestAndNothingInItBecomesARecord) {
  const auto out = read_all("a,b\nc,\"open\nforged,record\nforged,again\n");
  EXPECT_EQ(out.rows, (Rows{{"a", "b"}}));
  EXPECT_EQ(out.reasons, std::vector<std::string>{"a quote that is never closed"});
  EXPECT_EQ(out.lines.back(), 2u);
}

TEST(Csv, RejectsNulBytesBareReturnsAndBadUtf8) {
  EXPECT_EQ(read_all(std::string("a\0b,c\nd,e\n", 10)).reasons,
            std::vector<std::string>{"a NUL byte"});
  EXPECT_EQ(read_all("a\rb,c\n").reasons,
            std::vector<std::string>{"a carriage return without a line feed"});
  for (const char* bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "caf\xe9"}) {
    const auto out = read_all(std::string(bad) + ",x\nok,y\n");
    EXPECT_EQ(out.reasons, std::vector<std::string>{"text that is not UTF-8"});
    EXPECT_EQ(out.rows.size(), 1u);
  }
}

TEST(Csv, FieldLimit) {
  EXPECT_EQ(read_all(std::string(kCsvFieldBytesMax, 'a') + ",b\n").rows.size(), 1u);
  const auto over = read_all(std::string(kCsvFieldBytesMax + 1, 'a') + ",b\nc,d\n");
  EXPECT_EQ(over.reasons, std::vector<std::string>{"a field over 64 KiB"});
  EXPECT_EQ(over.rows, (Rows{{"c", "d"}}));
}

TEST(Csv, ColumnLimit) {
  EXPECT_EQ(read_all(std::string(kCsvColumnsMax - 1, ',') + "\n").rows.front().size(),
            kCsvColumnsMax);
  const auto over = read_all(std::string(kCsvColumnsMax, ',') + "\nc,d\n");
  EXPECT_EQ(over.reasons, std::vector<std::string>{"more than 1024 columns"});
  EXPECT_EQ(over.rows, (Rows{{"c", "d"}}));
}

std::string record_of(std::size_t bytes) {
  std::string text;
  while (text.size() + 1001 < bytes) text += std::string(1000, 'x') + ',';
  return text + std::string(bytes - text.size(), 'y');
}

TEST(Csv, RecordLimitQuotedLineBreaksIncluded) {
  // The line feed that ends the record counts too.
  EXPECT_EQ(read_all(record_of(kImportRecordBytesMax - 1) + "\n").reasons,
            std::vector<std::string>{"more than 1024 columns"});
  std::string wide;
  for (int i = 0; i < 17; ++i) wide += "\"" + std::string(63u << 10, '\n') + "\",";
  const auto over = read_all(wide + "\nc,d\n");
  EXPECT_EQ(over.reasons, std::vector<std::string>{"a record over 1 MiB"});
  EXPECT_EQ(over.rows, (Rows{{"c", "d"}}));
}

class FailingSource final : public ByteSource {
 public:
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> to) const override {
    if (offset > 0) return fail(ErrorCode::kIo, "reading the import file");
    to[0] = 'a';
    return 1;
  }
  std::uint64_t size_bytes() const override { return 0; }
};

TEST(Csv, AFailedReadIsNotAnEndOfFile) {
  const FailingSource source;
  CsvReader reader(source, {}, ',');
  EXPECT_EQ(reader.next(), CsvStep::kEnd);
  ASSERT_FALSE(reader.status());
  EXPECT_EQ(reader.status().error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace bulkhead
