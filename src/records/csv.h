// Reads CSV records one at a time as RFC 4180 section 2 has them: quotes, doubled quotes, line
// breaks inside quotes; LF alone also ends a record. It must never hold more than one record nor go
// back to read text inside quotes as records. Owned by records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "records/byte_cursor.h"

namespace bulkhead {

enum class CsvStep : std::uint8_t { kRecord, kBad, kEnd };

class CsvReader {
 public:
  CsvReader(const ByteSource& source, ImportPosition from, char delimiter);

  // Reads one record. kBad: the record breaks a rule or a limit and has been passed over; reject()
  // says why. A record over a limit is read to its proper end, so that nothing inside an unclosed
  // quote is ever taken for a record. After kEnd see status() for a failed read.
  CsvStep next();

  // Of the last record; views hold until the next call.
  const std::vector<std::string_view>& fields() const { return fields_; }
  std::uint64_t line() const { return line_; }
  RejectRow reject() const { return {line_, bad_column_, bad_reason_}; }

  ImportPosition position() const { return cursor_.position(); }
  const Status& status() const { return cursor_.status(); }
  void skip_byte_order_mark() { cursor_.skip_byte_order_mark(); }

 private:
  void bad(const char* reason, std::size_t column);
  void append(int byte);
  void end_field();
  bool at_line_end(int byte);
  void scan();
  void cut_fields();

  ByteCursor cursor_;
  char delimiter_;
  std::string text_;               // all fields of the record without quotes and delimiters
  std::vector<std::size_t> ends_;  // where each field ends in text_
  std::vector<std::string_view> fields_;
  std::size_t record_bytes_ = 0;
  std::size_t field_start_ = 0;
  std::uint64_t line_ = 1;
  std::uint32_t bad_column_ = 0;
  const char* bad_reason_ = nullptr;
};

}  // namespace bulkhead
