// Whatever the codec accepts must be the one encoding of what it yields. With
// BULKHEAD_FUZZ_CANARY=1 a lenient decoder is planted, which takes the byte 2 for true; a fuzzer
// that does not find it within its time is not looking.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/check.h"
#include "wire/codec_sample.h"

namespace bulkhead::wire {
namespace {

bool canary_is_planted() {
  const char* value = std::getenv("BULKHEAD_FUZZ_CANARY");
  return value != nullptr && std::string_view(value) == "1";
}

void decode_and_compare(ByteView input) {
  static const bool lenient = canary_is_planted();
  Bytes bytes(input.begin(), input.end());
  if (lenient && !bytes.empty() && bytes[0] == 2) bytes[0] = 1;
  const auto sample = decode<Sample>(bytes);
  if (!sample) return;
  const auto again = encode(*sample);
  CHECK(again.size() == input.size());
  CHECK(std::equal(again.begin(), again.end(), input.begin()));
}

}  // namespace
}  // namespace bulkhead::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bulkhead::wire::decode_and_compare({data, size});
  return 0;
}
