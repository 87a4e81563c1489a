#include "records/csv.h"

#include <simdjson.h>

namespace bulkhead {
namespace {

enum class State { kFieldStart, kPlain, kQuoted, kAfterQuote };

}  // namespace

CsvReader::CsvReader(const ByteSource& source, ImportPosition from, char delimiter)
    : cursor_(source, from), delimiter_(delimiter) {}

void CsvReader::bad(const char* reason, std::size_t column) {
  if (bad_reason_ != nullptr) return;  // the first thing wrong is the one to tell
  bad_reason_ = reason;
  bad_column_ = static_cast<std::uint32_t>(column);
}

void CsvReader::append(int byte) {
  if (byte == 0) bad("a NUL byte", ends_.size() + 1);
  if (text_.size() - field_start_ >= kCsvFieldBytesMax)
    bad("a field over 64 KiB", ends_.size() + 1);
  if (bad_reason_ == nullptr) text_.push_back(static_cast<char>(byte));
}

void CsvReader::end_field() {
  if (ends_.size() >= kCsvColumnsMax) bad("more than 1024 columns", 0);
  if (bad_reason_ == nullptr) ends_.push_back(text_.size());
  field_start_ = text_.size();
}

// Tells whether `byte`, already taken, ends a record, and takes the line feed of a CR LF.
bool CsvReader::at_line_end(int byte) {
  if (byte == '\n') return true;
  if (byte != '\r' || cursor_.peek() != '\n') return false;
  cursor_.take();
  return true;
}

void CsvReader::scan() {
  auto state = State::kFieldStart;
  for (;;) {
    const int byte = cursor_.take();
    if (byte == ByteCursor::kEnd) {
      if (state == State::kQuoted) bad("a quote that is never closed", ends_.size() + 1);
      return end_field();
    }
    if (++record_bytes_ > kImportRecordBytesMax) bad("a record over 1 MiB", 0);
    if (state == State::kQuoted) {
      if (byte == '"') {
        state = State::kAfterQuote;
      } else {
        append(byte);
      }
    } else if (byte == delimiter_) {
      end_field();
      state = State::kFieldStart;
    } else if (at_line_end(byte)) {
      return end_field();
    } else if (byte == '"' && state != State::kPlain) {
      if (state == State::kAfterQuote) append(byte);  // a doubled quote is one quote of the text
      state = State::kQuoted;
    } else {
      if (byte == '"') bad("a quote inside an unquoted field", ends_.size() + 1);
      if (byte == '\r') bad("a carriage return without a line feed", ends_.size() + 1);
      if (state == State::kAfterQuote) bad("text after a closing quote", ends_.size() + 1);
      append(byte);
      state = State::kPlain;
    }
  }
}

void CsvReader::cut_fields() {
  std::size_t start = 0;
  for (const auto end : ends_) {
    fields_.push_back(std::string_view(text_).substr(start, end - start));
    start = end;
  }
}

CsvStep CsvReader::next() {
  text_.clear();
  ends_.clear();
  fields_.clear();
  record_bytes_ = 0;
  field_start_ = 0;
  bad_reason_ = nullptr;
  bad_column_ = 0;
  line_ = cursor_.position().line;
  if (cursor_.peek() == ByteCursor::kEnd) return CsvStep::kEnd;
  scan();
  if (!cursor_.status()) return CsvStep::kEnd;
  if (bad_reason_ == nullptr && !simdjson::validate_utf8(text_.data(), text_.size()))
    bad("text that is not UTF-8", 0);
  if (bad_reason_ != nullptr) return CsvStep::kBad;
  cut_fields();
  return CsvStep::kRecord;
}

}  // namespace bulkhead
