#include "front/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace bulkhead::front {
namespace {

constexpr std::array<std::string_view, 7> kTurnedAwayNames{
    "connections", "network", "handshake", "reader", "too-slow", "host", "keeper-busy"};

template <class... Args>
void line(std::string& to, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(to), format, std::forward<Args>(args)...);
  to += '\n';
}

}  // namespace

void Metrics::count_request(const Route* route, int status, double seconds) {
  const auto row =
      route == nullptr ? kRoutesMax : static_cast<std::size_t>(route - all_routes().data());
  const auto column = std::find(kStatuses.begin(), kStatuses.end(), status) - kStatuses.begin();
  ++requests_[row][static_cast<std::size_t>(column)];
  const auto bucket = std::lower_bound(kBucketSeconds.begin(), kBucketSeconds.end(), seconds);
  ++latency_[static_cast<std::size_t>(bucket - kBucketSeconds.begin())];
  latency_sum_ += seconds;
}

void Metrics::write(const Gauges& gauges, std::string& to) const {
  const auto routes = all_routes();
  line(to, "# HELP bulkhead_http_requests_total Requests answered, by route and status.");
  line(to, "# TYPE bulkhead_http_requests_total counter");
  for (std::size_t row = 0; row < requests_.size(); ++row) {
    for (std::size_t column = 0; column < requests_[row].size(); ++column) {
      const auto count = requests_[row][column];
      if (count == 0) continue;
      const bool has_route = row < routes.size();
      line(to, "bulkhead_http_requests_total{{method=\"{}\",route=\"{}\",status=\"{}\"}} {}",
           has_route ? name_of(routes[row].method) : "any",
           has_route ? routes[row].pattern : "none",
           column < kStatuses.size() ? std::to_string(kStatuses[column]) : "other", count);
    }
  }

  line(to, "# HELP bulkhead_http_request_seconds From a request's last byte to its answer.");
  line(to, "# TYPE bulkhead_http_request_seconds histogram");
  std::uint64_t total = 0;
  for (std::size_t bucket = 0; bucket < latency_.size(); ++bucket) {
    total += latency_[bucket];
    if (bucket < kBucketSeconds.size()) {
      line(to, "bulkhead_http_request_seconds_bucket{{le=\"{}\"}} {}", kBucketSeconds[bucket],
           total);
    }
  }
  line(to, "bulkhead_http_request_seconds_bucket{{le=\"+Inf\"}} {}", total);
  line(to, "bulkhead_http_request_seconds_sum {}", latency_sum_);
  line(to, "bulkhead_http_request_seconds_count {}", total);

  line(to, "# HELP bulkhead_keeper_refusals_total Requests the keeper refused, by reason.");
  line(to, "# TYPE bulkhead_keeper_refusals_total counter");
  for (std::size_t i = 1; i < refusals_.size(); ++i) {
    line(to, "bulkhead_keeper_refusals_total{{reason=\"{}\"}} {}",
         bulkhead::name_of(static_cast<Reason>(i)), refusals_[i]);
  }
  line(to,
       "# HELP bulkhead_http_turned_away_total Connections and requests turned away before a "
       "route.");
  line(to, "# TYPE bulkhead_http_turned_away_total counter");
  for (std::size_t i = 0; i < turned_away_.size(); ++i) {
    line(to, "bulkhead_http_turned_away_total{{reason=\"{}\"}} {}", kTurnedAwayNames[i],
         turned_away_[i]);
  }
  line(to, "# HELP bulkhead_http_connections Connections open now.");
  line(to, "# TYPE bulkhead_http_connections gauge");
  line(to, "bulkhead_http_connections {}", gauges.connections);
  line(to, "# HELP bulkhead_keeper_outstanding Questions the keeper has not answered yet.");
  line(to, "# TYPE bulkhead_keeper_outstanding gauge");
  line(to, "bulkhead_keeper_outstanding {}", gauges.keeper_outstanding);
}

}  // namespace bulkhead::front
