// What only a demo or drill directory answers. None of it may ever be answered by a house with real
// data. Owned by wire; the handlers are in keeper/.
#pragma once

#include "wire/front_messages.h"

namespace bulkhead::wire {

inline constexpr std::size_t kSeedCasesMax = 2000;

// Past and present cases of a demo or drill directory. Messages are sealed like any other.
struct SeedMessage {
  std::uint64_t created_ms = 0;
  Direction direction{};
  Text<4096> text;
  WIRE_MEMBERS(created_ms, direction, text)
};
struct SeedCase {
  std::uint32_t customer = 0;
  RequestType type{};
  CaseState state{};
  ContactProof contact{};
  std::uint32_t assignee = 0;  // a staff number; 0: nobody
  std::uint64_t opened_ms = 0;
  List<SeedMessage, 8> messages;
  WIRE_MEMBERS(customer, type, state, contact, assignee, opened_ms, messages)
};
struct SeedCases {
  static constexpr Op kOp = Op::kSeedCases;
  List<SeedCase, kSeedCasesMax> cases;
  WIRE_MEMBERS(cases)
};
struct SeedCasesAnswer {
  std::uint32_t first_case = 0;  // numbers rise by one
  List<CaseId, kSeedCasesMax> ids;
  WIRE_MEMBERS(first_case, ids)
};

// In a drill directory the keeper's clocks go forward by so much.
inline constexpr std::uint64_t kMoveClockMsMax = 40ull * 24 * 3600 * 1000;
struct MoveClock {
  static constexpr Op kOp = Op::kMoveClock;
  std::uint64_t forward_ms = 0;
  WIRE_MEMBERS(forward_ms)
};
struct SetContact {
  static constexpr Op kOp = Op::kSetContact;
  CaseId id;
  ContactProof contact{};
  WIRE_MEMBERS(id, contact)
};

struct DemoCode {
  static constexpr Op kOp = Op::kDemoCode;
  Text<kNameBytesMax> name;
  WIRE_MEMBERS(name)
};
struct DemoCodeAnswer {
  Text<8> code;
  std::uint8_t valid_s = 0;
  WIRE_MEMBERS(code, valid_s)
};

}  // namespace bulkhead::wire
