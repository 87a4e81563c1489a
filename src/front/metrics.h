// Counts for operators in Prometheus' text format: requests by route and status, latency, refusals
// by reason, what is open. They must never hold anything of a request, a session or a customer:
// routes are templates, reasons fixed words. Owned by front; used on the io thread alone.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "front/routes.h"

namespace bulkhead::front {

// Why a connection or request was turned away before it reached a route.
enum class TurnedAway : std::uint8_t {
  kConnections,
  kNetwork,
  kHandshake,
  kReader,
  kTooSlow,
  kHost,
  kKeeperBusy
};

class Metrics {
 public:
  // `route` null: no address of ours. `seconds` from the request's last byte to its answer.
  void count_request(const Route* route, int status, double seconds);
  void count_refusal(Reason reason) { ++refusals_[static_cast<std::size_t>(reason)]; }
  void count_turned_away(TurnedAway why) { ++turned_away_[static_cast<std::size_t>(why)]; }
  std::uint64_t turned_away(TurnedAway why) const {
    return turned_away_[static_cast<std::size_t>(why)];
  }

  struct Gauges {
    std::size_t connections = 0;
    std::size_t keeper_outstanding = 0;
  };
  void write(const Gauges& gauges, std::string& to) const;

 private:
  static constexpr std::array kStatuses{200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 409,
                                        411, 413, 414, 415, 417, 421, 423, 429, 431, 503};
  static constexpr std::array kBucketSeconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                             0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   2.5};
  using ByStatus = std::array<std::uint64_t, kStatuses.size() + 1>;  // the last: any other

  std::array<ByStatus, kRoutesMax + 1> requests_{};  // the last: no route
  std::array<std::uint64_t, kBucketSeconds.size() + 1> latency_{};
  double latency_sum_ = 0;
  std::array<std::uint64_t, word_count<Reason>()> refusals_{};
  std::array<std::uint64_t, 7> turned_away_{};
};

}  // namespace bulkhead::front
