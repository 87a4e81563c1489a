#include "wire/frame.h"

#include "base/check.h"

namespace bulkhead::wire {
namespace {
constexpr std::size_t kHeadAfterLengthBytes = kFrameHeadBytes - 4;
}

void put_frame(Bytes& to, const FrameHead& head, ByteView body) {
  CHECK(body.size() <= kFrameBodyBytesMax);
  const auto at = to.size();
  to.resize(at + kFrameHeadBytes);
  auto* out = to.data() + at;
  put_big_endian(static_cast<std::uint32_t>(kHeadAfterLengthBytes + body.size()), out);
  put_big_endian(head.op, out + 4);
  put_big_endian(head.request, out + 6);
  put_big_endian(head.instance.value, out + 14);
  to.insert(to.end(), body.begin(), body.end());
}

void FrameReader::feed(ByteView bytes) {
  // Dropping what was read keeps the buffer at one partial frame plus what arrived.
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
  start_ = 0;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<FrameView>> FrameReader::next() {
  const auto rest = ByteView(buffer_).subspan(start_);
  if (rest.size() < 4) return std::optional<FrameView>();
  const std::size_t length = get_big_endian<std::uint32_t>(rest.data());
  if (length < kHeadAfterLengthBytes)
    return fail(ErrorCode::kMalformed, "frame is shorter than its head");
  if (length - kHeadAfterLengthBytes > body_bytes_max_) {
    return fail(ErrorCode::kTooLarge, "frame is larger than this channel allows");
  }
  if (rest.size() < 4 + length) return std::optional<FrameView>();
  start_ += 4 + length;
  FrameHead head;
  head.op = get_big_endian<std::uint16_t>(rest.data() + 4);
  head.request = get_big_endian<std::uint64_t>(rest.data() + 6);
  head.instance = InstanceNumber(get_big_endian<std::uint32_t>(rest.data() + 14));
  return std::optional<FrameView>(
      FrameView{head, rest.subspan(kFrameHeadBytes, length - kHeadAfterLengthBytes)});
}

}  // namespace bulkhead::wire
