// Whatever bytes come: an entry that decodes encodes to the same bytes again. With BULKHEAD_FUZZ_CANARY=1 a planted bug
// is reachable, which shows that this target finds bugs at all.
#include <algorithm>
#include <cstdlib>

#include "crypto/hash.h"
#include "ledger/entry.h"

namespace {

using namespace bulkhead;

constexpr std::size_t kPublicBytes = kLeafBytes - sizeof(Digest);

void planted_bug(const Entry& entry) {
  static const bool on = std::getenv("BULKHEAD_FUZZ_CANARY") != nullptr;
  if (on && entry.kind == EntryKind::kErasure && entry.weight == 0xbeef) std::abort();
}

// `input` is public part ‖ salt ‖ private part. The hash that joins them is put in here, since no fuzzer finds one.
void try_entry(ByteView input) {
  Salt salt;
  if (input.size() < kPublicBytes + salt.size()) return;
  const auto salted = input.subspan(kPublicBytes);
  std::copy_n(salted.begin(), salt.size(), salt.begin());
  const auto private_part = salted.subspan(salt.size());
  Bytes leaf(input.begin(), input.begin() + kPublicBytes);
  const auto digest = sha256(salted);
  leaf.insert(leaf.end(), digest.begin(), digest.end());
  const auto entry = decode_entry(leaf, salt, private_part);
  if (!entry) return;
  planted_bug(*entry);
  if (!check_entry(*entry) || encode_leaf(*entry) != leaf) std::abort();
  if (!std::ranges::equal(encode_private(*entry), private_part)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto leaf = decode_leaf(input); leaf && encode_leaf(*leaf).size() != size) std::abort();
  try_entry(input);
  // The same with the version and the detail's length put right, so that all behind them is reached as well.
  constexpr std::size_t kDetail = kPublicBytes + sizeof(Salt) + kPrivateBytesMin;
  if (size < kDetail || size > kDetail + kEntryDetailBytesMax) return 0;
  Bytes repaired(input.begin(), input.end());
  repaired[0] = kEntryVersion;
  put_big_endian(static_cast<std::uint16_t>(size - kDetail), &repaired[kDetail - 2]);
  try_entry(repaired);
  return 0;
}
