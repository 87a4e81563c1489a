// Who may work here and by which policy: staff, clients and policy, added, listed and ended by an
// admin. Secrets made here (passwords, client secrets) are shown once and never again. Owned by
// wire; the handlers are in keeper/.
#pragma once

#include "wire/front_messages.h"

namespace bulkhead::wire {

struct StaffAdd {
  static constexpr Op kOp = Op::kStaffAdd;
  Text<kNameBytesMax> name;
  Role role{};
  Text<kNameBytesMax> team;
  Text<kPasswordBytesMax> password;  // empty: the keeper makes one
  bool grown = false;                // demo and drill directories only: budgets as after 14 days
  WIRE_MEMBERS(name, role, team, password, grown)
};
struct StaffSecrets {  // of add and reset
  std::uint32_t number = 0;
  Text<kPasswordBytesMax> password;
  Text<512> otpauth;
  WIRE_MEMBERS(number, password, otpauth)
};
struct StaffList {
  static constexpr Op kOp = Op::kStaffList;
  bool all = true;
  WIRE_MEMBERS(all)
};
struct StaffRow {
  std::uint32_t number = 0;
  Text<kNameBytesMax> name;
  Role role{};
  Text<kNameBytesMax> team;
  bool disabled = false;
  std::uint64_t last_sign_in_ms = 0;
  WIRE_MEMBERS(number, name, role, team, disabled, last_sign_in_ms)
};
struct StaffListAnswer {
  List<StaffRow, 10000> rows;
  WIRE_MEMBERS(rows)
};

enum class StaffChangeKind : std::uint8_t { kDisable, kReset };
}  // namespace bulkhead::wire
namespace bulkhead {
template <>
struct Words<wire::StaffChangeKind> {
  static constexpr std::array<std::string_view, 2> names{"disable", "reset"};
};
}  // namespace bulkhead
namespace bulkhead::wire {

struct StaffChange {  // disable answers Done, reset StaffSecrets
  static constexpr Op kOp = Op::kStaffChange;
  Text<kNameBytesMax> name;
  StaffChangeKind what{};
  WIRE_MEMBERS(name, what)
};

struct ClientAdd {
  static constexpr Op kOp = Op::kClientAdd;
  Text<kNameBytesMax> name;
  Role role = Role::kClient;             // client or auditor
  NetworkAddress network{};              // the one network it may come from
  std::uint8_t prefix_bits = 0;          // of `network`; 0: anywhere (auditors only)
  List<RequestType, 16> on_case_opened;  // events that grant it one customer for 15 minutes
  bool grown = false;
  WIRE_MEMBERS(name, role, network, prefix_bits, on_case_opened, grown)
};
struct ClientSecret {
  std::uint32_t number = 0;
  std::array<std::uint8_t, 32> secret{};
  WIRE_MEMBERS(number, secret)
};
struct ClientList {
  static constexpr Op kOp = Op::kClientList;
  bool all = true;
  WIRE_MEMBERS(all)
};
struct ClientRow {
  std::uint32_t number = 0;
  Text<kNameBytesMax> name;
  Role role{};
  bool revoked = false;
  WIRE_MEMBERS(number, name, role, revoked)
};
struct ClientListAnswer {
  List<ClientRow, 1000> rows;
  WIRE_MEMBERS(rows)
};
struct ClientRevoke {
  static constexpr Op kOp = Op::kClientRevoke;
  Text<kNameBytesMax> name;
  WIRE_MEMBERS(name)
};

struct SetPolicy {
  static constexpr Op kOp = Op::kSetPolicy;
  Text<8192> policy;  // the canonical encoding of keeper/policy.h
  WIRE_MEMBERS(policy)
};
struct SetPolicyAnswer {
  std::uint32_t number = 0;
  WIRE_MEMBERS(number)
};

}  // namespace bulkhead::wire
