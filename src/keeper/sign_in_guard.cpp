#include "keeper/sign_in_guard.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/random.h"

namespace bulkhead {

NetworkPrefix prefix_of(const wire::NetworkAddress& address) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const bool is_v4 = std::equal(kMapped.begin(), kMapped.end(), address.begin());
  NetworkPrefix prefix;
  std::copy_n(address.begin(), is_v4 ? 15 : 6, prefix.bytes.begin());
  return prefix;
}

// --- FailureCount ---

void FailureCount::forget(const BackOff& rule, std::uint32_t now_s) {
  if (now_s <= forgotten_until_s) return;
  const auto forgotten = (now_s - forgotten_until_s) / rule.forget_s;
  if (forgotten >= failures) {
    failures = 0;
    forgotten_until_s = now_s;
  } else {
    failures -= forgotten;
    forgotten_until_s += forgotten * rule.forget_s;
  }
}

void FailureCount::fail(const BackOff& rule, std::uint32_t now_s) {
  forget(rule, now_s);
  constexpr std::uint32_t kFailuresMax = 1u << 20;
  failures = std::min(failures + 1, kFailuresMax);
  if (failures <= rule.free) return;
  const auto doublings = std::min(failures - rule.free - 1, 31u);
  const auto wait = std::min<std::uint64_t>(1ull << doublings, rule.wait_s_max);
  blocked_until_s = std::max(blocked_until_s, now_s + static_cast<std::uint32_t>(wait));
}

void FailureCount::take_back(std::uint32_t now_s) {
  if (failures > 0) --failures;
  // The try was let in, so nothing was blocked before it.
  blocked_until_s = std::min(blocked_until_s, now_s);
}

// --- FailureSketch ---

FailureSketch::FailureSketch(BackOff rule, std::size_t cells_per_row) : rule_(rule) {
  for (auto& row : rows_) row.resize(std::max<std::size_t>(cells_per_row, 1));
}

std::uint32_t FailureSketch::wait_s(const Cells& key, std::uint32_t now_s) const {
  std::uint32_t shortest = rule_.wait_s_max;
  for (std::size_t row = 0; row < rows_.size(); ++row)
    shortest = std::min(shortest, cell(row, key[row]).wait_s(now_s));
  return shortest;
}

// Every cell of the key counts by itself: a cell that others share has at least this key's
// failures, never fewer.
void FailureSketch::fail(const Cells& key, std::uint32_t now_s) {
  for (std::size_t row = 0; row < rows_.size(); ++row) cell(row, key[row]).fail(rule_, now_s);
}

void FailureSketch::take_back(const Cells& key, std::uint32_t now_s) {
  for (std::size_t row = 0; row < rows_.size(); ++row) cell(row, key[row]).take_back(now_s);
}

// --- SignInGuard ---

SignInGuard::SignInGuard(const Clock& clock, Options options)
    : clock_(clock),
      options_(options),
      key_(random_secret(32)),
      pairs_(kBackOffPair, options.cells_per_row),
      networks_(kBackOffNetwork, options.cells_per_row),
      accounts_(kBackOffAccount, options.cells_per_row) {}

std::uint32_t SignInGuard::now_s() const {
  return static_cast<std::uint32_t>(clock_.boot_ms() / 1000);
}

FailureSketch::Cells SignInGuard::hash(char what, std::string_view account,
                                       const NetworkPrefix* prefix) const {
  Bytes bytes{static_cast<std::uint8_t>(what)};
  if (prefix != nullptr) bytes.insert(bytes.end(), prefix->bytes.begin(), prefix->bytes.end());
  bytes.insert(bytes.end(), account.begin(), account.end());
  const auto digest = hmac_sha256(key_, bytes);
  FailureSketch::Cells cells;
  for (std::size_t row = 0; row < cells.size(); ++row)
    cells[row] = get_big_endian<std::uint64_t>(&digest[row * 8]);
  return cells;
}

SignInGuard::AccountKey SignInGuard::account_key(std::string_view account) const {
  return hash('k', account, nullptr)[0];
}

SignInGuard::KnownNetwork* SignInGuard::find(std::string_view account,
                                             const NetworkPrefix& prefix) {
  const auto networks = known_.find(account_key(account));
  if (networks == known_.end()) return nullptr;
  const auto found =
      std::find_if(networks->second.begin(), networks->second.end(),
                   [&](const KnownNetwork& network) { return network.prefix == prefix; });
  return found == networks->second.end() ? nullptr : &*found;
}

const SignInGuard::KnownNetwork* SignInGuard::find(std::string_view account,
                                                   const NetworkPrefix& prefix) const {
  return const_cast<SignInGuard*>(this)->find(account, prefix);
}

bool SignInGuard::knows(std::string_view account, const wire::NetworkAddress& network) const {
  return find(account, prefix_of(network)) != nullptr;
}

std::uint32_t SignInGuard::wait_s(std::string_view account,
                                  const wire::NetworkAddress& network) const {
  const auto prefix = prefix_of(network);
  const auto now = now_s();
  if (const auto* known = find(account, prefix)) return known->count.wait_s(now);
  return std::max({pairs_.wait_s(hash('p', account, &prefix), now),
                   networks_.wait_s(hash('n', {}, &prefix), now),
                   accounts_.wait_s(hash('a', account, nullptr), now)});
}

void SignInGuard::begin(std::string_view account, const wire::NetworkAddress& network) {
  const auto prefix = prefix_of(network);
  const auto now = now_s();
  if (auto* known = find(account, prefix)) {
    known->count.fail(kBackOffKnown, now);
    return;
  }
  pairs_.fail(hash('p', account, &prefix), now);
  networks_.fail(hash('n', {}, &prefix), now);
  accounts_.fail(hash('a', account, nullptr), now);
}

void SignInGuard::take_back(std::string_view account, const wire::NetworkAddress& network) {
  const auto prefix = prefix_of(network);
  const auto now = now_s();
  if (auto* known = find(account, prefix)) {
    known->count.take_back(now);
    return;
  }
  pairs_.take_back(hash('p', account, &prefix), now);
  networks_.take_back(hash('n', {}, &prefix), now);
  accounts_.take_back(hash('a', account, nullptr), now);
}

void SignInGuard::succeeded(std::string_view account, const wire::NetworkAddress& network) {
  take_back(account, network);
  learn(account, network);
}

void SignInGuard::learn(std::string_view account, const wire::NetworkAddress& network) {
  const auto key = account_key(account);
  if (!known_.contains(key) && known_.size() >= options_.known_accounts_max) return;
  auto& networks = known_[key];
  const auto prefix = prefix_of(network);
  std::erase_if(networks, [&](const KnownNetwork& known) { return known.prefix == prefix; });
  if (networks.size() >= kKnownNetworksPerAccountMax) networks.erase(networks.begin());
  networks.push_back({.prefix = prefix, .count = {}});
}

}  // namespace bulkhead
