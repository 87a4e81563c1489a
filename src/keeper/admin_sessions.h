// Admins who signed in lately: a token lets their next commands connect without a new code. It must
// never outlive the keeper, a quarter of an hour, or the admin's account. Owned by keeper, used by
// the loop alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/ids.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "wire/admin_messages.h"

namespace bulkhead {

inline constexpr std::uint32_t kAdminSessionS = 15 * 60;
inline constexpr std::size_t kAdminSessionsMax = 256;

// What an admin's channel rests on: it ends when the account, its secrets or the quarter of an hour
// do.
struct AdminSession {
  PrincipalNumber admin;
  std::uint32_t secrets = 0;  // the version that was shown
  std::uint64_t ends_ms = 0;  // keeper time
};

class AdminSessions {
 public:
  // Beyond kAdminSessionsMax the one that ends first goes.
  wire::AdminToken add(const AdminSession& session) {
    while (sessions_.size() >= kAdminSessionsMax) {
      auto first = sessions_.begin();
      for (auto at = first; at != sessions_.end(); ++at) {
        if (at->second.ends_ms < first->second.ends_ms) first = at;
      }
      sessions_.erase(first);
    }
    wire::AdminToken token;
    random_bytes(token);
    sessions_[sha256(token)] = session;
    return token;
  }
  std::optional<AdminSession> find(const wire::AdminToken& token, std::uint64_t now_ms) {
    const auto at = sessions_.find(sha256(token));
    if (at == sessions_.end()) return std::nullopt;
    if (at->second.ends_ms > now_ms) return at->second;
    sessions_.erase(at);
    return std::nullopt;
  }
  void end(const wire::AdminToken& token) { sessions_.erase(sha256(token)); }

 private:
  std::map<Digest, AdminSession> sessions_;  // by digest, so that a look-up's time tells nothing
};

}  // namespace bulkhead
