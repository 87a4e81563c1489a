// What this instance answers: a pure function from request to response or to a question for the
// keeper, and from the keeper's answer to a response. It must never wait, nor know about sockets;
// server.h moves the bytes. Owned by front.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/words.h"
#include "front/metrics.h"
#include "front/pages.h"
#include "front/routes.h"

namespace bulkhead::front {

struct SiteOptions {
  Face face = Face::kDesk;
  std::vector<std::string>
      hosts;           // names with port, as the Host field must read: "desk.localhost:8443"
  std::string origin;  // of the ledger, as the keeper said
  bool demo = false;
  std::optional<Pages> pages{};  // of the desk; none: "/" shows the plain page
};

class Site {
 public:
  explicit Site(SiteOptions options) : options_(std::move(options)) {}

  struct Plan {
    const Route* route = nullptr;  // null: no address of ours
    bool asks = false;  // `message` holds a question of route->op; else `response` is the answer
    std::optional<TurnedAway> turned_away;
  };
  // `message` and `response` must be empty. Metrics are shown at /metrics to loopback peers alone.
  Plan plan(const Request& request, const Metrics& metrics, Metrics::Gauges gauges, Bytes& message,
            Response& response) const;

  // `answer` starts with its Reason. An error means that the keeper's answer does not follow its
  // format.
  Result<Reason> tell(const Route& route, ByteView answer, Response& response) const;

 private:
  void show(Local what, const Request& request, const Metrics& metrics, Metrics::Gauges gauges,
            Response& response) const;
  SiteOptions options_;
};

}  // namespace bulkhead::front
