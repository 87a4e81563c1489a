// The part of a session that lives only in this run of the keeper: its proof key, its replay
// windows, when it was last used. It must never be written anywhere: sessions end with the keeper.
// Owned by keeper, used by the loop alone.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/words.h"
#include "keeper/rate.h"
#include "keeper/session_proof.h"
#include "keeper/sign_in_guard.h"
#include "wire/proof.h"

namespace bulkhead {

struct LiveSession {
  SessionId id;
  SessionNumber number;
  PrincipalNumber principal;
  NetworkNumber network;
  NetworkPrefix prefix;
  Face face{};
  SessionProofs proofs;
  std::uint64_t started_ms = 0;    // keeper time
  std::uint64_t last_used_ms = 0;  // keeper time
  Rate changes{};                  // of cases, and messages written
};

inline constexpr std::size_t kLiveSessionsMax = 20'000;
// Cases that a session may open, assign and close and messages that it may write in a minute: far
// more than a person does, and far less than fills a ledger.
inline constexpr std::uint32_t kChangesPerMinuteMax = 60;
// Of one person or program; the one unused for longest gives way, so that nobody fills the table.
inline constexpr std::size_t kSessionsPerPrincipalMax = 16;

class LiveSessions {
 public:
  LiveSession* find(const SessionId& id);
  // False when kLiveSessionsMax are open already.
  bool add(LiveSession session);
  void remove(const SessionId& id);
  std::vector<SessionId> of(PrincipalNumber principal) const;
  // The session that must end before this principal opens another.
  std::optional<SessionId> one_too_many(PrincipalNumber principal) const;
  // Sessions unused for idle_ms or older than absolute_ms.
  std::vector<SessionId> expired(std::uint64_t now_ms, std::uint64_t idle_ms,
                                 std::uint64_t absolute_ms) const;
  std::size_t size() const { return sessions_.size(); }

 private:
  std::unordered_map<SessionId, LiveSession> sessions_;
};

}  // namespace bulkhead
