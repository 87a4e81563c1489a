// A buffered cursor over a ByteSource that knows its byte offset and line. It must never hold more
// than one chunk of the file, however long a line is. Owned by records.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "records/byte_source.h"
#include "records/importer.h"

namespace bulkhead {

class ByteCursor {
 public:
  static constexpr std::size_t kChunkBytes = 64u << 10;
  static constexpr int kEnd = -1;

  ByteCursor(const ByteSource& source, ImportPosition from)
      : source_(&source), chunk_start_(from.byte_offset), line_(from.line) {}

  // The next byte without taking it, or kEnd, which also stands for a failed read: see status().
  int peek() {
    if (at_ == chunk_bytes_ && !refill()) return kEnd;
    return static_cast<unsigned char>(chunk_[at_]);
  }
  int take() {
    const int byte = peek();
    if (byte == kEnd) return kEnd;
    ++at_;
    line_ += byte == '\n';
    return byte;
  }
  // Takes a byte order mark if one stands here.
  void skip_byte_order_mark();
  // The bytes at hand up to the next line feed, or all of them; nothing at the end. Taken with
  // advance().
  std::string_view rest_of_line_at_hand();
  void advance(std::size_t bytes) { at_ += bytes; }

  ImportPosition position() const { return {chunk_start_ + at_, line_}; }
  const Status& status() const { return status_; }

 private:
  bool refill();

  const ByteSource* source_;
  std::uint64_t chunk_start_;
  std::uint64_t line_;
  std::vector<char> chunk_;
  std::size_t chunk_bytes_ = 0;  // of chunk_ that hold something
  std::size_t at_ = 0;
  Status status_;
};

}  // namespace bulkhead
