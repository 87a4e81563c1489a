#include "records/byte_cursor.h"

#include <cstring>

namespace bulkhead {

bool ByteCursor::refill() {
  if (!status_) return false;
  chunk_start_ += chunk_bytes_;
  chunk_bytes_ = 0;
  at_ = 0;
  chunk_.resize(kChunkBytes);
  const auto got = source_->read_at(chunk_start_, chunk_);
  if (got) {
    chunk_bytes_ = *got;
  } else {
    status_ = std::unexpected<Error>(got.error());
  }
  return chunk_bytes_ > 0;
}

void ByteCursor::skip_byte_order_mark() {
  static constexpr std::string_view kMark = "\xef\xbb\xbf";
  // The mark stands at the very start of a file, so it is never cut by the end of a chunk.
  if (peek() == kEnd) return;
  const std::string_view at_hand(chunk_.data() + at_, chunk_bytes_ - at_);
  if (at_hand.starts_with(kMark)) at_ += kMark.size();
}

std::string_view ByteCursor::rest_of_line_at_hand() {
  if (peek() == kEnd) return {};
  const char* start = chunk_.data() + at_;
  const auto left = chunk_bytes_ - at_;
  const auto* feed = static_cast<const char*>(std::memchr(start, '\n', left));
  return {start, feed == nullptr ? left : static_cast<std::size_t>(feed - start)};
}

}  // namespace bulkhead
