// Whatever bytes come: an entry that decodes encodes to the same bytes again. With
// BULKHEAD_FUZZ_CANARY=1 a planted bug is reachable, which shows that this target finds bugs at
// all.
#include <algorithm>
#include <cstdlib>

#include "crypto/hash.h"
#include "ledger/entry.h"

namespace {

using namespace bulkhead;

constexpr std::size_t kPublicBytes = kLeafBytes - sizeof(Digest);

void planted_bug(const Entry& entry) {
  static const bool on = std::getenv("BULKHEAD_FUZZ_CANARY") != nullptr;
  if (on && entry.kind == EntryKind::kErasure && entry.column == 0xbe && entry.detail.size() > 2)
    std::abort();
}

// `input` is public part ‖ salt ‖ private part. The hash that joins them is put in here, since no
// fuzzer finds one.
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

template <class Enum>
void into_list(std::uint8_t& word) {
  word = static_cast<std::uint8_t>(word % word_count<Enum>());
}

// The same input with its version, words, masks and length put right, so that it decodes and all
// behind that is reached.
Bytes repair(ByteView input) {
  constexpr std::size_t kWall = 5, kFields = 37, kTags = 45, kPrivate = kPublicBytes + sizeof(Salt);
  constexpr std::size_t kDetail = kPrivate + kPrivateBytesMin;
  static_assert(kTags + 2 + 4 == kPublicBytes && kWall + 8 + 8 + 16 == kFields);
  if (input.size() < kDetail || input.size() > kDetail + kEntryDetailBytesMax) return {};
  Bytes bytes(input.begin(), input.end());
  bytes[0] = kEntryVersion;
  into_list<EntryKind>(bytes[1]);
  into_list<Grade>(bytes[2]);
  into_list<Purpose>(bytes[3]);
  into_list<Reason>(bytes[4]);
  into_list<Face>(bytes[kDetail - 3]);
  put_big_endian(get_big_endian<std::uint64_t>(&bytes[kFields]) & FieldSet::all().bits,
                 &bytes[kFields]);
  const auto tags = get_big_endian<std::uint16_t>(&bytes[kTags]) % (1u << kContentTagNames.size());
  put_big_endian(static_cast<std::uint16_t>(tags), &bytes[kTags]);
  put_big_endian(static_cast<std::uint16_t>(bytes.size() - kDetail), &bytes[kDetail - 2]);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto leaf = decode_leaf(input); leaf && encode_leaf(*leaf).size() != size) std::abort();
  try_entry(input);
  if (const auto repaired = repair(input); !repaired.empty()) try_entry(repaired);
  return 0;
}
