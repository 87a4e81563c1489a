// Callers that speak the front's protocol straight over one keeper channel, as a front does for its
// connections: each has its own session and one request outstanding. It must never count an answer
// that does not hold what was asked for. Owned by cli.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "client/session.h"
#include "ledger/bench_ledger.h"
#include "wire/frame.h"
#include "wire/front_messages.h"

namespace bulkhead::cli {

// One reveal of one field.
struct Asked {
  CaseId id;
  Field field{};
};

// Gathers how long each answer took.
class RunMeter {
 public:
  void begin() { started_ = Clock::now(); }
  void sent(std::size_t caller) { sent_[caller] = Clock::now(); }
  void answered(std::size_t caller);
  explicit RunMeter(std::size_t callers) : sent_(callers) {}
  std::uint64_t answers() const { return took_us_.size(); }
  BenchRun finish();

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point started_;
  Clock::time_point last_;
  std::vector<Clock::time_point> sent_;
  std::vector<double> took_us_;
};

class ChannelCallers {
 public:
  // Greets over `channel`, a blocking stream socket to the keeper, as this face.
  static Result<ChannelCallers> open(Descriptor channel, Face face);

  // One more caller. kRefused when the keeper does not let it in.
  Status sign_in(const std::string& name, const std::string& password, const std::string& code);
  std::size_t size() const { return sessions_.size(); }

  struct Outcome {
    BenchRun run;
    std::uint64_t answers = 0;
  };
  // The first `callers` of them ask until `lasts` is over. kRefused for the first answer that is
  // not the field's value.
  Result<Outcome> run(unsigned callers, std::chrono::milliseconds lasts,
                      const std::function<Asked()>& next);

 private:
  explicit ChannelCallers(Descriptor channel) : channel_(std::move(channel)) {}
  template <class Answer, class Message>
  Result<Answer> call(const Message& message);
  void put_reveal(std::size_t caller, const Asked& asked, Bytes& to);
  Status read_more();

  Descriptor channel_;
  wire::FrameReader reader_;
  InstanceNumber instance_;
  std::vector<client::BrowserState> sessions_;
};

}  // namespace bulkhead::cli
