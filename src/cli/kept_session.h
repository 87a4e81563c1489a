// A sign-in that a command kept for the next ones: for a quarter of an hour, in the user's own
// runtime folder, which lives in memory and ends with their login. It must never be readable by
// anybody else, nor lie in the data directory. Owned by cli.
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "wire/admin_messages.h"

namespace bulkhead::cli {

inline constexpr std::uint32_t kKeptSessionS = 15 * 60;

enum class KeptKind : std::uint8_t { kStaff, kAdmin };

struct KeptSession {
  wire::Text<wire::kNameBytesMax> name;
  std::array<std::uint8_t, 32> secret{};  // an admin's token, or the MAC key of a staff session
  SessionId session{};                    // of staff
  std::uint8_t lane = 0;
  std::uint64_t counter = 0;  // the last one used
  std::uint64_t ends_wall_ms = 0;
  WIRE_MEMBERS(name, secret, session, lane, counter, ends_wall_ms)
};

// $XDG_RUNTIME_DIR/bulkhead, or /run/user/UID/bulkhead, or for root /run/bulkhead; made when
// missing. kNotFound when there is no such place, kRefused when others could read it.
Result<std::string> kept_session_folder();

// One file per data directory and kind in `folder`.
class KeptSessions {
 public:
  KeptSessions(std::string folder, const std::string& data_dir);

  Status keep(KeptKind kind, const KeptSession& session);
  // Takes the next counter, so that two commands at once never use the same. kNotFound: nobody is
  // signed in, or it has ended.
  Result<KeptSession> use(KeptKind kind);
  void forget(KeptKind kind);

 private:
  std::string path_of(KeptKind kind) const;
  std::string head_;
};

}  // namespace bulkhead::cli
