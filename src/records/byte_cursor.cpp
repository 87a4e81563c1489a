#include "records/byte_cursor.h"

#include <array>
#include <cstring>

namespace bulkhead {

bool ByteCursor::refill() {
  if (!status_) return false;
  chunk_start_ += chunk_.size();
  at_ = 0;
  chunk_.resize(kChunkBytes);
  auto got = source_->read_at(chunk_start_, chunk_);
  if (!got) {
    status_ = std::unexpected<Error>(got.error());
    chunk_.clear();
    return false;
  }
  chunk_.resize(*got);
  return *got > 0;
}

void ByteCursor::skip_byte_order_mark() {
  static constexpr std::array<char, 3> kMark{'\xef', '\xbb', '\xbf'};
  // The mark stands at the very start of a file, so it is never cut by the end of a chunk.
  if (peek() == kEnd || chunk_.size() - at_ < kMark.size()) return;
  if (std::memcmp(chunk_.data() + at_, kMark.data(), kMark.size()) == 0) at_ += kMark.size();
}

std::string_view ByteCursor::rest_of_line_at_hand() {
  if (peek() == kEnd) return {};
  const char* start = chunk_.data() + at_;
  const auto left = chunk_.size() - at_;
  const auto* feed = static_cast<const char*>(std::memchr(start, '\n', left));
  return {start, feed == nullptr ? left : static_cast<std::size_t>(feed - start)};
}

}  // namespace bulkhead
