// The keeper's one codec: a message lists its members once with WIRE_MEMBERS, and encoding, strict
// decoding and size limits come from that list. Decoding must refuse everything but the one
// canonical encoding, trailing bytes included, so encode(decode(x)) == x. Numbers are big-endian;
// nothing is variable-length but strings, lists and optionals. Owned by wire.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/catalogue.h"
#include "base/check.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/words.h"

#define WIRE_MEMBERS(...)                          \
  auto members() { return std::tie(__VA_ARGS__); } \
  auto members() const { return std::tie(__VA_ARGS__); }

namespace bulkhead::wire {

// A UTF-8 or byte string of at most Max bytes (Max <= 65,535: two length bytes; more: four).
template <std::size_t Max>
struct Text {
  std::string value;
  bool operator==(const Text&) const = default;
};

// A list of at most Max items.
template <class Item, std::size_t Max>
struct List {
  std::vector<Item> items;
  bool operator==(const List&) const = default;
};

class Encoder {
 public:
  explicit Encoder(Bytes& to) : to_(to) {}

  template <class T>
  void put(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      number<std::uint8_t>(value ? 1 : 0);
    } else if constexpr (std::is_enum_v<T>) {
      number(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_unsigned_v<T>) {
      number(value);
    } else {
      put_object(value);
    }
  }

 private:
  template <class U>
  void number(U value) {
    const auto at = to_.size();
    to_.resize(at + sizeof(U));
    put_big_endian(value, to_.data() + at);
  }
  void raw(ByteView bytes) {
    const auto at = to_.size();
    to_.resize(at + bytes.size());
    std::ranges::copy(bytes, to_.data() + at);
  }

  template <class Tag>
  void put_object(const Id<Tag>& id) {
    raw(id.bytes);
  }
  template <class Tag>
  void put_object(const Number<Tag>& n) {
    number(n.value);
  }
  template <std::size_t N>
  void put_object(const std::array<std::uint8_t, N>& bytes) {
    raw(bytes);
  }
  void put_object(const FieldSet& set) { number(set.bits); }
  void put_object(const ContentTags& tags) { number(tags.bits); }
  template <std::size_t Max>
  void put_object(const Text<Max>& text) {
    // Whoever fills a message has checked what came from outside against the same limit.
    CHECK(text.value.size() <= Max);
    if constexpr (Max <= 0xffff)
      number(static_cast<std::uint16_t>(text.value.size()));
    else
      number(static_cast<std::uint32_t>(text.value.size()));
    raw(view_of(text.value));
  }
  template <class Item, std::size_t Max>
  void put_object(const List<Item, Max>& list) {
    CHECK(list.items.size() <= Max);
    number(static_cast<std::uint32_t>(list.items.size()));
    for (const auto& item : list.items) put(item);
  }
  template <class T>
  void put_object(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T>
    requires requires(const T& t) { t.members(); }
  void put_object(const T& message) {
    std::apply([this](const auto&... member) { (this->put(member), ...); }, message.members());
  }

  Bytes& to_;
};

class Decoder {
 public:
  explicit Decoder(ByteView from) : from_(from) {}
  bool ok() const { return ok_; }
  bool at_end() const { return from_.empty(); }

  // After a failure everything yields zeroes; the caller asks ok() once at the end.
  template <class T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      const auto byte = number<std::uint8_t>();
      if (byte > 1) ok_ = false;
      value = byte == 1;
    } else if constexpr (std::is_enum_v<T>) {
      const auto raw = number<std::underlying_type_t<T>>();
      if (raw >= word_count<T>()) ok_ = false;
      value = ok_ ? static_cast<T>(raw) : T{};
    } else if constexpr (std::is_unsigned_v<T>) {
      value = number<T>();
    } else {
      get_object(value);
    }
  }

 private:
  template <class U>
  U number() {
    const auto bytes = take(sizeof(U));
    return ok_ ? get_big_endian<U>(bytes.data()) : U{0};
  }
  ByteView take(std::size_t count) {
    if (!ok_ || from_.size() < count) {
      ok_ = false;
      return {};
    }
    const auto head = from_.first(count);
    from_ = from_.subspan(count);
    return head;
  }
  template <std::size_t N>
  void copy(std::array<std::uint8_t, N>& to) {
    const auto bytes = take(N);
    if (ok_) std::copy(bytes.begin(), bytes.end(), to.begin());
  }

  template <class Tag>
  void get_object(Id<Tag>& id) {
    copy(id.bytes);
  }
  template <class Tag>
  void get_object(Number<Tag>& n) {
    n.value = number<std::uint32_t>();
  }
  template <std::size_t N>
  void get_object(std::array<std::uint8_t, N>& bytes) {
    copy(bytes);
  }
  void get_object(FieldSet& set) {
    set.bits = number<std::uint64_t>();
    if (!set.valid()) ok_ = false;
  }
  void get_object(ContentTags& tags) {
    tags.bits = number<std::uint16_t>();
    if (!tags.valid()) ok_ = false;
  }
  template <std::size_t Max>
  void get_object(Text<Max>& text) {
    std::size_t size;
    if constexpr (Max <= 0xffff)
      size = number<std::uint16_t>();
    else
      size = number<std::uint32_t>();
    if (size > Max) ok_ = false;
    const auto bytes = take(ok_ ? size : 0);
    if (ok_) text.value.assign(text_of(bytes));
  }
  template <class Item, std::size_t Max>
  void get_object(List<Item, Max>& list) {
    const auto count = number<std::uint32_t>();
    // Each item takes at least one byte, so a false count cannot make us reserve much.
    if (count > Max || count > from_.size()) ok_ = false;
    for (std::uint32_t i = 0; ok_ && i < count; ++i) get(list.items.emplace_back());
  }
  template <class T>
  void get_object(std::optional<T>& value) {
    bool there = false;
    get(there);
    if (ok_ && there)
      get(value.emplace());
    else
      value.reset();
  }
  template <class T>
    requires requires(T& t) { t.members(); }
  void get_object(T& message) {
    std::apply([this](auto&... member) { (this->get(member), ...); }, message.members());
  }

  ByteView from_;
  bool ok_ = true;
};

template <class Message>
Bytes encode(const Message& message) {
  Bytes bytes;
  Encoder(bytes).put(message);
  return bytes;
}

// kMalformed unless `bytes` is exactly one canonical encoding of Message.
template <class Message>
Result<Message> decode(ByteView bytes) {
  Message message;
  Decoder decoder(bytes);
  decoder.get(message);
  if (!decoder.ok() || !decoder.at_end())
    return fail(ErrorCode::kMalformed, "message does not follow its format");
  return message;
}

}  // namespace bulkhead::wire
