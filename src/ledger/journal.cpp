#include "ledger/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.h"
#include "crypto/constant_time.h"
#include "crypto/hash.h"

namespace bulkhead {
namespace {

constexpr std::size_t kNameDigits = 20;
constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kCheckBytes = 4;
constexpr std::size_t kMacAt = kLengthBytes + kCheckBytes;
constexpr std::size_t kMacBytes = 8;
static_assert(kMacAt + kMacBytes == kRecordHeadBytes);

Digest mac_of(ByteView body, const SecretBytes& key, LeafIndex index) {
  std::array<std::uint8_t, 8 + kRecordBodyBytesMax> message;
  put_big_endian(index.value, message.data());
  std::ranges::copy(body, message.begin() + 8);
  return hmac_sha256(key, ByteView(message).first(8 + body.size()));
}

// The whole record at the front of `bytes`, or nothing.
ByteView whole_record(ByteView bytes) {
  if (bytes.size() < kRecordHeadBytes + kRecordBodyBytesMin) return {};
  const std::size_t length = get_big_endian<std::uint16_t>(bytes.data());
  if (length < kRecordBodyBytesMin || length > kRecordBodyBytesMax) return {};
  if (bytes.size() < kRecordHeadBytes + length) return {};
  const auto digest = sha256(bytes.subspan(kRecordHeadBytes, length));
  if (!std::equal(digest.begin(), digest.begin() + kCheckBytes, bytes.begin() + kLengthBytes))
    return {};
  return bytes.first(kRecordHeadBytes + length);
}

// Whether any record after a broken one was written when the broken one had been acknowledged.
bool acknowledged_later(ByteView bytes, LeafIndex broken) {
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    const auto record = whole_record(bytes.subspan(at));
    if (!record.empty() && holds(open_record(record).durable_before, broken)) return true;
  }
  return false;
}

}  // namespace

std::string journal_name(LeafIndex first) { return fmt::format("{:020}", first.value); }

Result<LeafIndex> parse_journal_name(std::string_view name) {
  LeafIndex first;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), first.value);
  if (name.size() != kNameDigits || error != std::errc{} || end != name.data() + name.size()) {
    return fail(ErrorCode::kMalformed, "not the name of a journal");
  }
  return first;
}

SecretBytes journal_key(const SigningKey& key) {
  auto derived = hkdf_sha256(key.seed(), {}, view_of("bulkhead journal records"), 32);
  CHECK(derived.has_value());
  return *std::move(derived);
}

void append_record(Bytes& to, const SecretBytes& key, LeafIndex index, TreeSize durable_before,
                   const Entry& entry) {
  const auto private_part = encode_private(entry);
  const auto leaf = encode_leaf(entry, private_part);
  const auto start = to.size();
  const auto length = 8 + leaf.size() + entry.salt.size() + private_part.size();
  to.resize(start + kRecordHeadBytes + length);
  auto* at = to.data() + start;
  put_big_endian(static_cast<std::uint16_t>(length), at);
  put_big_endian(durable_before.value, at + kRecordHeadBytes);
  auto* rest = std::copy(leaf.begin(), leaf.end(), at + kRecordHeadBytes + 8);
  rest = std::copy(entry.salt.begin(), entry.salt.end(), rest);
  std::copy(private_part.begin(), private_part.end(), rest);
  const ByteView body(at + kRecordHeadBytes, length);
  std::copy_n(sha256(body).begin(), kCheckBytes, at + kLengthBytes);
  std::copy_n(mac_of(body, key, index).begin(), kMacBytes, at + kMacAt);
}

bool is_authentic(ByteView record, const SecretBytes& key, LeafIndex index) {
  CHECK(record.size() >= kRecordHeadBytes);
  const auto mac = mac_of(record.subspan(kRecordHeadBytes), key, index);
  return equal_in_constant_time(ByteView(mac).first(kMacBytes), record.subspan(kMacAt, kMacBytes));
}

JournalRecord open_record(ByteView bytes) {
  CHECK(bytes.size() >= kRecordHeadBytes + kRecordBodyBytesMin);
  JournalRecord record;
  auto body = bytes.subspan(kRecordHeadBytes);
  record.durable_before.value = get_big_endian<std::uint64_t>(body.data());
  record.leaf = body.subspan(8, kLeafBytes);
  record.salted_private = body.subspan(8 + kLeafBytes);
  std::copy_n(record.salted_private.begin(), record.salt.size(), record.salt.begin());
  record.private_part = record.salted_private.subspan(record.salt.size());
  return record;
}

JournalScan scan_journal(ByteView file, LeafIndex first) {
  JournalScan scan;
  while (scan.whole_bytes < file.size()) {
    const LeafIndex index{first.value + scan.offsets.size()};
    const auto rest = file.subspan(scan.whole_bytes);
    const auto record = whole_record(rest);
    // A record cannot know more durable entries than stand before it.
    if (record.empty() || open_record(record).durable_before.value > index.value) {
      scan.damaged = acknowledged_later(rest, index);
      return scan;
    }
    scan.offsets.push_back(scan.whole_bytes);
    scan.whole_bytes += record.size();
  }
  return scan;
}

}  // namespace bulkhead
