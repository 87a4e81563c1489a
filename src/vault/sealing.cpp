#include "vault/sealing.h"

#include <string.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "crypto/wipe.h"

namespace bulkhead {
namespace {

constexpr std::uint8_t kSealFormat = 1;
constexpr std::size_t kCompartmentHeadBytes = 1 + 4;
constexpr std::size_t kValueHeadBytes = 1 + 2 + 2;

// Associated data, built in place: a letter that tells the kinds apart, then the numbers that name
// the place.
class Place {
 public:
  explicit Place(char letter) { put(static_cast<std::uint8_t>(letter)); }
  template <class Unsigned>
  Place& put(Unsigned value) {
    CHECK(size_ + sizeof(Unsigned) <= bytes_.size());
    put_big_endian(value, bytes_.data() + size_);
    size_ += sizeof(Unsigned);
    return *this;
  }
  ByteView view() const { return ByteView(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, 40> bytes_{};
  std::size_t size_ = 0;
};

Place place_of(CustomerNumber customer, Compartment compartment, std::uint32_t version) {
  return Place('C').put(customer.value).put(static_cast<std::uint8_t>(compartment)).put(version);
}
Place place_of(const MessagePlace& message) {
  return Place('M')
      .put(message.customer.value)
      .put(message.id)
      .put(message.case_number.value)
      .put(message.created_ms)
      .put(static_cast<std::uint8_t>(message.direction))
      .put(message.tags.bits);
}
Place place_of_row(std::uint8_t kind, std::uint32_t id, std::uint32_t state) {
  return Place('R').put(kind).put(id).put(state);
}

constexpr char kBadValues[] = "a compartment does not follow its format";

}  // namespace

Bytes encode_values(const Record& checked, Compartment compartment) {
  std::size_t size = 0;
  for (const auto& value : checked) {
    if (compartment_of(value.field) == compartment) size += kValueHeadBytes + value.value.size();
  }
  Bytes bytes(size);
  auto* to = bytes.data();
  for (const auto& value : checked) {
    if (compartment_of(value.field) != compartment) continue;
    CHECK(value.value.size() <= kFieldValueBytesMax);
    *to = static_cast<std::uint8_t>(value.field);
    put_big_endian(value.item, to + 1);
    put_big_endian(static_cast<std::uint16_t>(value.value.size()), to + 3);
    std::copy(value.value.begin(), value.value.end(), to + kValueHeadBytes);
    to += kValueHeadBytes + value.value.size();
  }
  return bytes;
}

Status decode_values(ByteView bytes, Compartment compartment, FieldSet wanted, Record& to) {
  int last = -1;  // (field, item) ascends, so every record has one encoding
  while (!bytes.empty()) {
    if (bytes.size() < kValueHeadBytes) return fail(ErrorCode::kMalformed, kBadValues);
    const auto field = static_cast<Field>(bytes[0]);
    const auto item = get_big_endian<std::uint16_t>(bytes.data() + 1);
    const auto size = get_big_endian<std::uint16_t>(bytes.data() + 3);
    const int order = bytes[0] << 16 | item;
    if (info_of(field) == nullptr || compartment_of(field) != compartment || order <= last ||
        size > kFieldValueBytesMax || bytes.size() - kValueHeadBytes < size) {
      return fail(ErrorCode::kMalformed, kBadValues);
    }
    last = order;
    if (wanted.has(field)) {
      to.push_back({field, item, std::string(text_of(bytes.subspan(kValueHeadBytes, size)))});
    }
    bytes = bytes.subspan(kValueHeadBytes + size);
  }
  return {};
}

Bytes seal_compartment(KeyView key, CustomerNumber customer, Compartment compartment,
                       std::uint32_t version, ByteView plaintext) {
  Bytes sealed(kCompartmentHeadBytes + plaintext.size() + kSealOverheadBytes);
  sealed[0] = kSealFormat;
  put_big_endian(version, sealed.data() + 1);
  seal_into(key, plaintext, place_of(customer, compartment, version).view(),
            sealed.data() + kCompartmentHeadBytes);
  return sealed;
}

Result<std::uint32_t> claimed_version(ByteView sealed) {
  if (sealed.size() < kCompartmentHeadBytes + kSealOverheadBytes || sealed[0] != kSealFormat) {
    return fail(ErrorCode::kMalformed, kBadValues);
  }
  return get_big_endian<std::uint32_t>(sealed.data() + 1);
}

Result<Bytes> open_compartment(KeyView key, CustomerNumber customer, Compartment compartment,
                               ByteView sealed) {
  const auto version = TRY(claimed_version(sealed));
  return open_sealed(key, sealed.subspan(kCompartmentHeadBytes),
                     place_of(customer, compartment, version).view());
}

Bytes seal_message(KeyView key, const MessagePlace& place, std::string_view text) {
  return seal_bytes(key, view_of(text), place_of(place).view());
}

Result<std::string> open_message(KeyView key, const MessagePlace& place, ByteView sealed) {
  auto bytes = TRY(open_sealed(key, sealed, place_of(place).view()));
  std::string text(text_of(bytes));
  wipe(bytes);
  return text;
}

Bytes seal_row(KeyView key, std::uint8_t kind, std::uint32_t id, std::uint32_t state,
               ByteView bytes) {
  return seal_bytes(key, bytes, place_of_row(kind, id, state).view());
}

Result<Bytes> open_row(KeyView key, std::uint8_t kind, std::uint32_t id, std::uint32_t state,
                       ByteView sealed) {
  return open_sealed(key, sealed, place_of_row(kind, id, state).view());
}

}  // namespace bulkhead
