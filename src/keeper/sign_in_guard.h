// The guard slows down guessing at sign-in: per account and network, per network, and per account
// over all strange networks. Strangers must never be able to lock out somebody at a network that is
// known for the account, and a flood must never make the guard forget a slow guesser. Owned by
// keeper; used by the loop thread, before anything is hashed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/secret_bytes.h"
#include "wire/proof.h"

namespace bulkhead {

// Sign-ins that may wait for their turn to be hashed. The last quarter is for those who come from a
// network that their account knows: a flood of strangers must not shut out the house's own people.
inline constexpr std::size_t kHashingJobsMax = 64;
inline constexpr std::size_t kStrangersHashingJobsMax = 48;

inline constexpr std::size_t kKnownNetworksPerAccountMax = 8;
inline constexpr std::size_t kKnownAccountsMax = 1u << 16;

// The part of an address that one party usually holds: IPv4 /24, IPv6 /48.
struct NetworkPrefix {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const NetworkPrefix&) const = default;
};
NetworkPrefix prefix_of(const wire::NetworkAddress& address);

// How failures turn into waiting: `free` of them cost nothing, each further one doubles the wait
// from one second up to `wait_s_max`; one failure is forgotten every `forget_s`.
struct BackOff {
  std::uint32_t free = 0;
  std::uint32_t forget_s = 0;
  std::uint32_t wait_s_max = 0;
};
inline constexpr BackOff kBackOffPair{.free = 3, .forget_s = 30 * 60, .wait_s_max = 60 * 60};
inline constexpr BackOff kBackOffKnown{.free = 3, .forget_s = 10 * 60, .wait_s_max = 60};
inline constexpr BackOff kBackOffNetwork{.free = 20, .forget_s = 30, .wait_s_max = 5 * 60};
inline constexpr BackOff kBackOffAccount{.free = 20, .forget_s = 5 * 60, .wait_s_max = 15 * 60};

struct FailureCount {
  std::uint32_t failures = 0;
  std::uint32_t forgotten_until_s = 0;  // up to when forgetting is accounted for
  std::uint32_t blocked_until_s = 0;

  std::uint32_t wait_s(std::uint32_t now_s) const {
    return blocked_until_s > now_s ? blocked_until_s - now_s : 0;
  }
  void forget(const BackOff& rule, std::uint32_t now_s);
  void fail(const BackOff& rule, std::uint32_t now_s);
  void take_back(std::uint32_t now_s);  // undoes a fail() that turned out to be none
};

// Failure counts of any number of keys in fixed memory: each key has one cell in each of four rows
// under a secret hash, and its count is the smallest of them. Nothing is ever evicted; sharing
// cells can only make a stranger wait longer.
class FailureSketch {
 public:
  FailureSketch(BackOff rule, std::size_t cells_per_row);
  using Cells = std::array<std::uint64_t, 4>;  // a hash per row
  std::uint32_t wait_s(const Cells& key, std::uint32_t now_s) const;
  void fail(const Cells& key, std::uint32_t now_s);
  void take_back(const Cells& key, std::uint32_t now_s);

 private:
  FailureCount& cell(std::size_t row, std::uint64_t hash) {
    return rows_[row][hash % rows_[row].size()];
  }
  const FailureCount& cell(std::size_t row, std::uint64_t hash) const {
    return rows_[row][hash % rows_[row].size()];
  }
  BackOff rule_;
  std::array<std::vector<FailureCount>, 4> rows_;
};

class SignInGuard {
 public:
  struct Options {
    std::size_t cells_per_row = 1u << 15;
    std::size_t known_accounts_max = kKnownAccountsMax;
  };
  explicit SignInGuard(const Clock& clock) : SignInGuard(clock, Options{}) {}
  SignInGuard(const Clock& clock, Options options);

  // Seconds to wait before a password may be tried, 0: now. `account` is the name as it was typed,
  // known or not; it is kept only as a keyed hash. A known network is asked about its own failures
  // alone.
  std::uint32_t wait_s(std::string_view account, const wire::NetworkAddress& network) const;

  // Counts a failure before the answer is known, so that parallel tries cannot share one free try.
  // Only when wait_s is 0; every begin is followed by succeeded or take_back, or was a failure.
  void begin(std::string_view account, const wire::NetworkAddress& network);
  // The password and the code were right: the network is known from now on, and its failures are
  // forgotten.
  void succeeded(std::string_view account, const wire::NetworkAddress& network);

  // The try that began was never made (the hashing lane was full).
  void take_back(std::string_view account, const wire::NetworkAddress& network);

  // At start, for each past sign-in that the ledger tells of, oldest first.
  void learn(std::string_view account, const wire::NetworkAddress& network);

  bool knows(std::string_view account, const wire::NetworkAddress& network) const;

 private:
  struct KnownNetwork {
    NetworkPrefix prefix;
    FailureCount count;
  };
  using AccountKey = std::uint64_t;
  std::uint32_t now_s() const;
  FailureSketch::Cells hash(char what, std::string_view account, const NetworkPrefix* prefix) const;
  AccountKey account_key(std::string_view account) const;
  KnownNetwork* find(std::string_view account, const NetworkPrefix& prefix);
  const KnownNetwork* find(std::string_view account, const NetworkPrefix& prefix) const;

  const Clock& clock_;
  Options options_;
  SecretBytes key_;
  FailureSketch pairs_, networks_, accounts_;
  std::unordered_map<AccountKey, std::vector<KnownNetwork>> known_;  // newest last
};

}  // namespace bulkhead
