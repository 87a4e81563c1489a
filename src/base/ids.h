// Strong types for the names things go by: Id<Tag> is 128 bits, meant for the outside and mostly
// random; Number<Tag> is a ledger-local count from 1 (0 means none). One kind must never be passed
// for another. Owned by base.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>

namespace bulkhead {

template <class Tag>
struct Id {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Id&) const = default;
};

template <class Tag>
struct Number {
  std::uint32_t value = 0;
  Number() = default;
  explicit constexpr Number(std::uint32_t v) : value(v) {}
  explicit operator bool() const { return value != 0; }
  auto operator<=>(const Number&) const = default;
};

using CaseId = Id<struct CaseTag>;        // names a case to the outside
using SessionId = Id<struct SessionTag>;  // public name of a session; worthless without its key
using CustomerRef =
    Id<struct CustomerRefTag>;  // a customer as one session may name it (an encrypted number)
using Pseudonym = Id<struct PseudonymTag>;  // a customer in the ledger, one per calendar year
using GrantId = Id<struct GrantTag>;

using CustomerNumber = Number<struct CustomerTag>;
using PrincipalNumber =
    Number<struct PrincipalTag>;  // agent, lead, analyst, privacy officer, admin, client
using SessionNumber = Number<struct SessionNumberTag>;
using TeamNumber = Number<struct TeamTag>;
using NetworkNumber = Number<struct NetworkTag>;
using CaseNumber = Number<struct CaseNumberTag>;
using InstanceNumber = Number<struct InstanceTag>;  // one start of one process
using PolicyNumber = Number<struct PolicyTag>;

}  // namespace bulkhead

template <class Tag>
struct std::hash<bulkhead::Id<Tag>> {
  std::size_t operator()(const bulkhead::Id<Tag>& id) const noexcept {
    std::size_t value;
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};
template <class Tag>
struct std::hash<bulkhead::Number<Tag>> {
  std::size_t operator()(const bulkhead::Number<Tag>& number) const noexcept {
    return std::hash<std::uint32_t>{}(number.value);
  }
};
