// What an operator sees and does about canaries, synthetic customers about whom nobody works and
// whose touch contains whoever touches. Nothing here may tell which customer one is. Owned by wire;
// the handlers are in keeper/.
#pragma once

#include "wire/import_messages.h"

namespace bulkhead::wire {

enum class CanaryAct : std::uint8_t { kAdd, kRemove, kRelease, kList };
}  // namespace bulkhead::wire
namespace bulkhead {
template <>
struct Words<wire::CanaryAct> {
  static constexpr std::array<std::string_view, 4> names{"add", "remove", "release", "list"};
};
}  // namespace bulkhead
namespace bulkhead::wire {
inline constexpr std::size_t kCanariesMax = 1000;
inline constexpr std::size_t kCanaryNoteBytesMax = 128;
struct Canary {  // add and list answer CanaryAnswer, the others Done
  static constexpr Op kOp = Op::kCanary;
  CanaryAct act{};
  std::uint32_t number = 0;                    // of remove
  Text<kNameBytesMax> name;                    // of release: who touched one
  Text<kCanaryNoteBytesMax> note;              // of add: for admins alone
  List<ImportValue, kRecordValuesMax> values;  // of add: the made-up record
  WIRE_MEMBERS(act, number, name, note, values)
};
struct CanaryRow {
  std::uint32_t number = 0;
  Text<kCanaryNoteBytesMax> note;
  Text<kNameBytesMax> by;
  std::uint64_t since_ms = 0;  // wall time
  std::uint32_t touches = 0;
  WIRE_MEMBERS(number, note, by, since_ms, touches)
};
struct ContainedRow {
  Text<kNameBytesMax> name;
  std::uint32_t canary = 0;
  std::uint64_t entry = 0;  // the ledger's index of the touch
  WIRE_MEMBERS(name, canary, entry)
};
inline constexpr std::size_t kContainedRowsMax = 1000;
struct CanaryAnswer {
  List<CanaryRow, kCanariesMax> canaries;
  List<ContainedRow, kContainedRowsMax> contained;
  WIRE_MEMBERS(canaries, contained)
};

}  // namespace bulkhead::wire
