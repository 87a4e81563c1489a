// How the fold's state becomes bytes and back, for snapshots: every kind of member the state is
// made of has one canonical encoding here, so that equal states give equal bytes. It must never
// guess: a reader refuses whatever a writer would not have written. Owned by keeper; the bytes stay
// inside sealed snapshots (snapshots.h).
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "wire/codec.h"

// All members of a struct, in their order. The binding does not compile when one is left out, so
// that a new member cannot be forgotten in snapshots.
#define FOLDED_MEMBERS(...)           \
  template <class Self>               \
  static auto folded_of(Self& self) { \
    auto& [__VA_ARGS__] = self;       \
    return std::tie(__VA_ARGS__);     \
  }

namespace bulkhead {

inline constexpr std::size_t kStateChunkBytes = 1u << 20;

template <class T>
concept Folded = requires(T& value) { T::folded_of(value); };

// What wire/codec.h does not know.
template <class T>
inline constexpr bool kIsContainer = false;
template <class A, class B>
inline constexpr bool kIsContainer<std::pair<A, B>> = true;
template <class T, std::size_t N>
inline constexpr bool kIsContainer<std::array<T, N>> = !std::is_same_v<T, std::uint8_t>;
template <class T>
inline constexpr bool kIsContainer<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsContainer<std::deque<T>> = true;
template <class T>
inline constexpr bool kIsContainer<std::set<T>> = true;
template <class K, class V>
inline constexpr bool kIsContainer<std::map<K, V>> = true;
template <class K, class V>
inline constexpr bool kIsContainer<std::unordered_map<K, V>> = true;

// Hands out the bytes in chunks of about kStateChunkBytes, so that nobody needs to hold them twice.
class StateWriter {
 public:
  using OnChunk = std::function<void(ByteView)>;
  explicit StateWriter(OnChunk on_chunk) : on_chunk_(std::move(on_chunk)) {
    buffer_.reserve(kStateChunkBytes + kStateChunkBytes / 4);
  }

  template <class T>
  void put(const T& value) {
    if constexpr (Folded<T>) {
      std::apply([this](const auto&... member) { (this->put(member), ...); }, T::folded_of(value));
    } else if constexpr (requires(StateWriter& to) { value.write(to); }) {
      value.write(*this);
    } else if constexpr (kIsContainer<T>) {
      put_container(value);
    } else {
      wire::Encoder(buffer_).put(value);
      hand_out_above(kStateChunkBytes);
    }
  }
  void count(std::size_t number) { put(static_cast<std::uint32_t>(number)); }
  void finish() { hand_out_above(0); }

 private:
  template <class A, class B>
  void put_container(const std::pair<A, B>& pair) {
    put(pair.first);
    put(pair.second);
  }
  template <class T, std::size_t N>
  void put_container(const std::array<T, N>& items) {
    for (const auto& item : items) put(item);
  }
  template <class Items>
  void put_container(const Items& items) {  // in the order they have
    count(items.size());
    for (const auto& item : items) put(item);
  }
  template <class K, class V>
  void put_container(const std::unordered_map<K, V>& items) {
    std::vector<K> keys;
    keys.reserve(items.size());
    for (const auto& item : items) keys.push_back(item.first);
    std::ranges::sort(keys);
    count(keys.size());
    for (const auto& key : keys) {
      put(key);
      put(items.at(key));
    }
  }

  void hand_out_above(std::size_t bytes) {
    if (buffer_.size() <= bytes) return;
    on_chunk_(buffer_);
    buffer_.clear();
  }

  OnChunk on_chunk_;
  Bytes buffer_;
};

// After a failure everything yields zeroes and nothing more is made; the caller asks complete()
// once at the end.
class StateReader {
 public:
  explicit StateReader(ByteView from) : decoder_(from) {}

  template <class T>
  void get(T& value) {
    if constexpr (Folded<T>) {
      std::apply([this](auto&... member) { (this->get(member), ...); }, T::folded_of(value));
    } else if constexpr (requires(StateReader& from) { value.read(from); }) {
      value.read(*this);
    } else if constexpr (kIsContainer<T>) {
      get_container(value);
    } else {
      decoder_.get(value);
    }
  }
  template <class T>
  T take() {
    T value{};
    get(value);
    return value;
  }
  // What was read cannot be.
  void refuse() { refused_ = true; }
  bool ok() const { return !refused_ && decoder_.ok(); }
  bool complete() const { return ok() && decoder_.at_end(); }

 private:
  template <class A, class B>
  void get_container(std::pair<A, B>& pair) {
    get(pair.first);
    get(pair.second);
  }
  template <class T, std::size_t N>
  void get_container(std::array<T, N>& items) {
    for (auto& item : items) get(item);
  }
  template <class T>
  void get_container(std::vector<T>& items) {
    get_items(items);
  }
  template <class T>
  void get_container(std::deque<T>& items) {
    get_items(items);
  }
  // Nothing is reserved for a count: what is not there stops the loop.
  template <class Items>
  void get_items(Items& items) {
    const auto size = take<std::uint32_t>();
    for (std::uint32_t i = 0; i < size && ok(); ++i) get(items.emplace_back());
  }
  template <class T>
  void get_container(std::set<T>& items) {
    const auto size = take<std::uint32_t>();
    for (std::uint32_t i = 0; i < size && ok(); ++i) {
      auto item = take<T>();
      if (!items.empty() && !(*items.rbegin() < item)) refuse();
      items.insert(items.end(), std::move(item));
    }
  }
  template <class K, class V>
  void get_container(std::map<K, V>& items) {
    get_entries<K>(items);
  }
  template <class K, class V>
  void get_container(std::unordered_map<K, V>& items) {
    get_entries<K>(items);
  }
  template <class K, class Items>
  void get_entries(Items& items) {
    const auto size = take<std::uint32_t>();
    K last{};
    for (std::uint32_t i = 0; i < size && ok(); ++i) {
      const auto key = take<K>();
      if (i > 0 && !(last < key)) refuse();
      get(items[key]);
      last = key;
    }
  }

  wire::Decoder decoder_;
  bool refused_ = false;
};

}  // namespace bulkhead
