#include "drills/tap.h"

namespace bulkhead::drills {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kHeadRestBytes = 2 + 8 + 4;
constexpr std::size_t kBodyBytesMax = 8u << 20;

}  // namespace

TapSummary read_tap(ByteView bytes, const std::function<void(const TapFrame&)>& frame) {
  TapSummary summary;
  while (bytes.size() >= kLengthBytes) {
    const auto length = get_big_endian<std::uint32_t>(bytes.data());
    if (length < kHeadRestBytes || length > kHeadRestBytes + kBodyBytesMax) {
      summary.broken = true;
      return summary;
    }
    if (bytes.size() - kLengthBytes < length) break;
    const auto* const head = bytes.data() + kLengthBytes;
    frame({.op = get_big_endian<std::uint16_t>(head),
           .request = get_big_endian<std::uint64_t>(head + 2),
           .instance = get_big_endian<std::uint32_t>(head + 10),
           .body = bytes.subspan(kLengthBytes + kHeadRestBytes, length - kHeadRestBytes)});
    ++summary.frames;
    bytes = bytes.subspan(kLengthBytes + length);
  }
  summary.torn_bytes = bytes.size();
  return summary;
}

}  // namespace bulkhead::drills
