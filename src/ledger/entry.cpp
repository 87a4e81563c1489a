#include "ledger/entry.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/hash.h"

namespace bulkhead {
namespace {

constexpr std::size_t kPublicBytes = kLeafBytes - std::tuple_size_v<Digest>;

class Writer {
 public:
  explicit Writer(Bytes& to) : to_(to) {}
  template <class Unsigned>
  void number(Unsigned value) {
    const auto at = to_.size();
    to_.resize(at + sizeof(Unsigned));
    put_big_endian(value, to_.data() + at);
  }
  template <class Enum>
  void word(Enum value) {
    number(static_cast<std::uint8_t>(value));
  }
  void raw(ByteView bytes) { to_.insert(to_.end(), bytes.begin(), bytes.end()); }

 private:
  Bytes& to_;
};

// Reads fixed-size members from bytes whose total length was checked before.
class Reader {
 public:
  explicit Reader(ByteView from) : from_(from) {}
  template <class Unsigned>
  Unsigned number() {
    const auto value = get_big_endian<Unsigned>(from_.data());
    from_ = from_.subspan(sizeof(Unsigned));
    return value;
  }
  template <class Enum>
  Enum word() {
    const auto raw = number<std::uint8_t>();
    if (raw >= word_count<Enum>()) ok_ = false;
    return static_cast<Enum>(raw);
  }
  template <std::size_t N>
  void raw(std::array<std::uint8_t, N>& to) {
    std::copy_n(from_.begin(), N, to.begin());
    from_ = from_.subspan(N);
  }
  bool ok() const { return ok_; }
  ByteView rest() const { return from_; }

 private:
  ByteView from_;
  bool ok_ = true;
};

Digest private_hash(const Salt& salt, ByteView private_part) {
  Bytes salted(salt.begin(), salt.end());
  salted.insert(salted.end(), private_part.begin(), private_part.end());
  return sha256(salted);
}

template <class Enum>
bool in_list(Enum word) {
  return static_cast<std::size_t>(word) < word_count<Enum>();
}

bool decode_private(ByteView bytes, Entry& entry) {
  if (bytes.size() < kPrivateBytesMin || bytes.size() > kPrivateBytesMax) return false;
  Reader reader(bytes);
  entry.sealed_customer = reader.number<std::uint32_t>();
  entry.principal.value = reader.number<std::uint32_t>();
  entry.session.value = reader.number<std::uint32_t>();
  entry.team.value = reader.number<std::uint32_t>();
  entry.network.value = reader.number<std::uint32_t>();
  entry.case_number.value = reader.number<std::uint32_t>();
  entry.policy.value = reader.number<std::uint32_t>();
  entry.charge = reader.number<std::uint32_t>();
  entry.weight = reader.number<std::uint16_t>();
  entry.column = reader.number<std::uint8_t>();
  entry.face = reader.word<Face>();
  const auto detail_bytes = reader.number<std::uint16_t>();
  if (!reader.ok() || reader.rest().size() != detail_bytes) return false;
  entry.detail.assign(reader.rest().begin(), reader.rest().end());
  return true;
}

}  // namespace

Status check_entry(const Entry& entry) {
  if (entry.detail.size() > kEntryDetailBytesMax)
    return fail(ErrorCode::kTooLarge, "an entry's detail is too long");
  const bool words = in_list(entry.kind) && in_list(entry.grade) && in_list(entry.purpose) &&
                     in_list(entry.reason) && in_list(entry.face);
  if (!words || !entry.fields.valid() || !entry.tags.valid()) {
    return fail(ErrorCode::kMalformed, "an entry holds a word or field outside its list");
  }
  return {};
}

Bytes encode_private(const Entry& entry) {
  CHECK(entry.detail.size() <= kEntryDetailBytesMax);
  Bytes bytes;
  bytes.reserve(kPrivateBytesMin + entry.detail.size());
  Writer writer(bytes);
  writer.number(entry.sealed_customer);
  writer.number(entry.principal.value);
  writer.number(entry.session.value);
  writer.number(entry.team.value);
  writer.number(entry.network.value);
  writer.number(entry.case_number.value);
  writer.number(entry.policy.value);
  writer.number(entry.charge);
  writer.number(entry.weight);
  writer.number(entry.column);
  writer.word(entry.face);
  writer.number(static_cast<std::uint16_t>(entry.detail.size()));
  writer.raw(entry.detail);
  return bytes;
}

Bytes encode_leaf(const Entry& entry, ByteView private_part) {
  Bytes bytes;
  bytes.reserve(kLeafBytes);
  Writer writer(bytes);
  writer.number(kEntryVersion);
  writer.word(entry.kind);
  writer.word(entry.grade);
  writer.word(entry.purpose);
  writer.word(entry.reason);
  writer.number(entry.wall_ms);
  writer.number(entry.keeper_ms);
  writer.raw(entry.customer.bytes);
  writer.number(entry.fields.bits);
  writer.number(entry.tags.bits);
  writer.number(entry.instance.value);
  writer.raw(private_hash(entry.salt, private_part));
  return bytes;
}

Bytes encode_leaf(const Entry& entry) { return encode_leaf(entry, encode_private(entry)); }

Result<Entry> decode_leaf(ByteView leaf) {
  if (leaf.size() != kLeafBytes) return fail(ErrorCode::kMalformed, "a leaf has another length");
  Reader reader(leaf);
  if (reader.number<std::uint8_t>() != kEntryVersion) {
    return fail(ErrorCode::kMalformed, "a leaf is of an unknown version");
  }
  Entry entry;
  entry.kind = reader.word<EntryKind>();
  entry.grade = reader.word<Grade>();
  entry.purpose = reader.word<Purpose>();
  entry.reason = reader.word<Reason>();
  entry.wall_ms = reader.number<std::uint64_t>();
  entry.keeper_ms = reader.number<std::uint64_t>();
  reader.raw(entry.customer.bytes);
  entry.fields.bits = reader.number<std::uint64_t>();
  entry.tags.bits = reader.number<std::uint16_t>();
  entry.instance.value = reader.number<std::uint32_t>();
  if (!reader.ok() || !entry.fields.valid() || !entry.tags.valid()) {
    return fail(ErrorCode::kMalformed, "a leaf holds a word or field outside its list");
  }
  return entry;
}

Result<Entry> decode_entry(ByteView leaf, const Salt& salt, ByteView private_part) {
  auto entry = decode_leaf(leaf);
  if (!entry) return entry;
  const auto digest = private_hash(salt, private_part);
  if (!std::equal(digest.begin(), digest.end(), leaf.begin() + kPublicBytes)) {
    return fail(ErrorCode::kCrypto, "a private part does not fit its leaf");
  }
  if (!decode_private(private_part, *entry))
    return fail(ErrorCode::kMalformed, "a private part is malformed");
  entry->salt = salt;
  return entry;
}

}  // namespace bulkhead
