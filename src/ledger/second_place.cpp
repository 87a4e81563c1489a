#include "ledger/second_place.h"

namespace bulkhead {
namespace {

constexpr Error kUnreachable{ErrorCode::kUnavailable,
                             "the second place of the checkpoint cannot be reached"};

}  // namespace

Result<std::optional<std::string>> SecondPlace::read() {
  const auto note = disk_.read(path_, kNoteBytesMax);
  if (note) return std::string(text_of(*note));
  if (note.error().code != ErrorCode::kNotFound) return std::unexpected(kUnreachable);
  return std::nullopt;
}

Result<std::optional<std::string>> SecondPlace::look() {
  // A folder that is not mounted looks like a file that is not there; the lock file tells them
  // apart where the folder itself is missing.
  const auto lock = disk_.lock(path_ + ".lock");
  if (!lock && lock.error().code != ErrorCode::kConflict) return std::unexpected(kUnreachable);
  if (!lock) return std::unexpected(lock.error());
  expected_ = TRY(read());
  return expected_;
}

Status SecondPlace::swap(const std::string& note) {
  if (!configured()) return {};
  const auto lock = disk_.lock(path_ + ".lock");
  if (!lock) {
    if (lock.error().code == ErrorCode::kConflict) return std::unexpected(lock.error());
    return std::unexpected(kUnreachable);
  }
  const auto held = TRY(read());
  if (held == note) {  // an attempt before this one got through
    expected_ = note;
    return {};
  }
  if (held != expected_) {
    return fail(ErrorCode::kConflict,
                "the second place holds another checkpoint than this ledger left there");
  }
  TRY_STATUS(disk_.write_durably(path_, view_of(note)));
  expected_ = note;
  return {};
}

}  // namespace bulkhead
