// Entries for tests: any seed gives another valid entry, the same each time. Never for product
// code. Owned by ledger.
#pragma once

#include <random>

#include "ledger/entry.h"

namespace bulkhead {

inline Entry entry_for_test(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto word = [&]<class Enum>(Enum& to) {
    to = static_cast<Enum>(random() % word_count<Enum>());
  };
  const auto number = [&](auto& to) { to.value = static_cast<std::uint32_t>(random()); };
  Entry entry;
  word(entry.kind);
  word(entry.grade);
  word(entry.purpose);
  word(entry.reason);
  word(entry.face);
  entry.wall_ms = random();
  entry.keeper_ms = random();
  for (auto& byte : entry.customer.bytes) byte = static_cast<std::uint8_t>(random());
  entry.fields.bits = random() & FieldSet::all().bits;
  entry.tags.bits = static_cast<std::uint16_t>(random() % (1u << kContentTagNames.size()));
  number(entry.instance);
  entry.sealed_customer = static_cast<std::uint32_t>(random());
  number(entry.principal);
  number(entry.session);
  number(entry.team);
  number(entry.network);
  number(entry.case_number);
  number(entry.policy);
  entry.charge = static_cast<std::uint32_t>(random());
  entry.weight = static_cast<std::uint16_t>(random());
  entry.column = static_cast<std::uint8_t>(random());
  // Most entries carry no detail, as in real life.
  if (random() % 8 == 0) entry.detail.assign(random() % 200, static_cast<std::uint8_t>(random()));
  for (auto& byte : entry.salt) byte = static_cast<std::uint8_t>(random());
  return entry;
}

}  // namespace bulkhead
