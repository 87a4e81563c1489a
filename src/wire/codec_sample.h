// A message with one member of every kind the codec knows, for its tests and its fuzz target. It is
// never sent: no operation may use it. Owned by wire.
#pragma once

#include <optional>

#include "wire/codec.h"

namespace bulkhead::wire {

struct SampleItem {
  Purpose purpose{};
  Text<8> word;
  WIRE_MEMBERS(purpose, word)
  bool operator==(const SampleItem&) const = default;
};

inline constexpr std::size_t kSampleTextBytesMax = 64;
inline constexpr std::size_t kSampleLongTextBytesMax =
    70'000;  // above 65,535: a length of four bytes
inline constexpr std::size_t kSampleItemsMax = 5;

struct Sample {
  bool flag = false;
  std::uint8_t small = 0;
  std::uint64_t large = 0;
  Role role{};
  CaseId case_id;
  CustomerNumber customer;
  std::array<std::uint8_t, 4> raw{};
  FieldSet fields;
  ContentTags tags;
  Text<kSampleTextBytesMax> text;
  Text<kSampleLongTextBytesMax> long_text;
  List<SampleItem, kSampleItemsMax> items;
  std::optional<Number<struct SampleTag>> maybe;
  WIRE_MEMBERS(flag, small, large, role, case_id, customer, raw, fields, tags, text, long_text,
               items, maybe)
  bool operator==(const Sample&) const = default;
};

}  // namespace bulkhead::wire
