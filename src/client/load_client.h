// Many callers at once from one thread, for `bulkhead bench` and drills: each has its own
// connection and session and one request in flight. It must never count an answer that its checker
// did not take, so load verifies while it loads. Owned by client.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/http_answer.h"
#include "client/session.h"
#include "client/stream.h"

namespace bulkhead::client {

inline constexpr std::size_t kLoadCallersMax = 4096;

struct LoadRequest {
  std::string_view method = "POST";  // a literal
  std::string target;                // both are cleared before each use
  std::string body;
};
struct LoadResult {
  std::uint64_t answers = 0;   // taken by the checker
  std::uint64_t rejected = 0;  // not taken
  double seconds = 0;
  double per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
};

class LoadClient {
 public:
  // One connection per state. Errors as Stream::connect; kTooLarge beyond kLoadCallersMax.
  static Result<LoadClient> connect(const ServerAddress& address, std::vector<BrowserState> states);
  LoadClient(LoadClient&&) noexcept;
  LoadClient& operator=(LoadClient&&) noexcept;
  ~LoadClient();

  using Next = std::function<void(std::size_t caller, LoadRequest& to)>;
  using Check = std::function<bool(std::size_t caller, int status, std::string_view body)>;
  // Keeps every caller asking until `lasts` is over and takes the answers that are still out.
  // kUnavailable when a connection ends; may be called again, counters go on.
  Result<LoadResult> run(std::chrono::milliseconds lasts, const Next& next, const Check& check);

  std::size_t callers() const;
  const BrowserState& state(std::size_t caller) const;

 private:
  struct Caller;
  class Run;
  explicit LoadClient(std::vector<std::unique_ptr<Caller>> callers);
  std::vector<std::unique_ptr<Caller>> callers_;
};

}  // namespace bulkhead::client
