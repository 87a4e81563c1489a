// What an operator may ask about backups: that one be made, and its bytes, which the asking program
// writes where it likes. So the keeper needs no path but its own. Owned by wire; the handlers are
// in keeper/handlers_backup.cpp.
#pragma once

#include "base/words.h"
#include "wire/codec.h"
#include "wire/operations.h"

namespace bulkhead::wire {

enum class BackupPhase : std::uint8_t { kNone, kMaking, kReady, kFailed };
}  // namespace bulkhead::wire
namespace bulkhead {
template <>
struct Words<wire::BackupPhase> {
  static constexpr std::array<std::string_view, 4> names{"none", "making", "ready", "failed"};
};
}  // namespace bulkhead
namespace bulkhead::wire {

inline constexpr std::size_t kBackupPageBytes = 1u << 20;

struct MakeBackup {  // answered once it is recorded; the keeper then makes it
  static constexpr Op kOp = Op::kMakeBackup;
  bool all = true;
  WIRE_MEMBERS(all)
};
struct MakeBackupAnswer {
  std::uint64_t backup = 0;  // its number, by which it is asked for
  WIRE_MEMBERS(backup)
};
struct ReadBackup {
  static constexpr Op kOp = Op::kReadBackup;
  std::uint64_t backup = 0;  // 0: whichever there is; another one's number is refused, kState
  std::uint64_t offset = 0;
  bool with_key = false;  // also the file of the backup key, wrapped by the root key
  WIRE_MEMBERS(backup, offset, with_key)
};
struct ReadBackupAnswer {
  BackupPhase phase{};
  std::uint64_t done = 0;       // customers, while it is made
  std::uint64_t customers = 0;  // about
  std::uint64_t size = 0;       // bytes in all, once it is ready
  Text<128> trouble;            // why it failed
  Text<kBackupPageBytes> bytes;
  Text<128> origin;  // of the house, with the key
  Text<64> key_name;
  Text<256> key_file;
  List<std::uint32_t, 64> keys_alive;  // numbers of the backup keys that are not destroyed yet
  WIRE_MEMBERS(phase, done, customers, size, trouble, bytes, origin, key_name, key_file, keys_alive)
};
struct EndBackup {  // the keeper removes it
  static constexpr Op kOp = Op::kEndBackup;
  std::uint64_t backup = 0;  // as in ReadBackup
  WIRE_MEMBERS(backup)
};

}  // namespace bulkhead::wire
