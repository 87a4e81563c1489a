#include "keeper/live_sessions.h"

#include <algorithm>

namespace bulkhead {

LiveSession* LiveSessions::find(const SessionId& id) {
  const auto at = sessions_.find(id);
  return at == sessions_.end() ? nullptr : &at->second;
}

bool LiveSessions::add(LiveSession session) {
  if (sessions_.size() >= kLiveSessionsMax) return false;
  const auto id = session.id;
  return sessions_.emplace(id, std::move(session)).second;
}

void LiveSessions::remove(const SessionId& id) { sessions_.erase(id); }

std::vector<SessionId> LiveSessions::of(PrincipalNumber principal) const {
  std::vector<SessionId> found;
  for (const auto& [id, session] : sessions_) {
    if (session.principal == principal) found.push_back(id);
  }
  return found;
}

std::optional<SessionId> LiveSessions::one_too_many(PrincipalNumber principal) const {
  const auto mine = of(principal);
  if (mine.size() < kSessionsPerPrincipalMax) return std::nullopt;
  return *std::ranges::min_element(
      mine, {}, [this](const SessionId& id) { return sessions_.at(id).last_used_ms; });
}

std::vector<SessionId> LiveSessions::expired(std::uint64_t now_ms, std::uint64_t idle_ms,
                                             std::uint64_t absolute_ms) const {
  std::vector<SessionId> found;
  for (const auto& [id, session] : sessions_) {
    if (session.last_used_ms + idle_ms <= now_ms || session.started_ms + absolute_ms <= now_ms)
      found.push_back(id);
  }
  return found;
}

}  // namespace bulkhead
