// Drill 33, at the desk: strangers from many networks try passwords of the house's people as fast
// as they can, more of them at once than the keeper hashes, while an agent's session is misused.
// The flood must neither hide the theft nor keep somebody out who comes
// from a known network; without the guard there is no room left for that one.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "drills/bounds.h"
#include "drills/insider.h"
#include "keeper/sign_in_guard.h"

namespace bulkhead::drills {
namespace {

constexpr unsigned kNetworks = 12;
constexpr unsigned kFromEach = 8;  // at once: together more than may wait to be hashed
static_assert(kNetworks * kFromEach > kHashingJobsMax);
constexpr unsigned kTriesEach = 200;
constexpr std::chrono::milliseconds kCalmBefore{2500};
constexpr std::chrono::milliseconds kFloodBefore{500};
constexpr int kSignInsAtOnce = 5;
constexpr std::uint32_t kFloodBeyondBound = 25;

class Flood {
 public:
  explicit Flood(const House& house) {
    for (unsigned i = 0; i < kNetworks * kFromEach; ++i) {
      const auto address = house.address(
          Face::kDesk, fmt::format("127.0.{}.{}", 100 + i % kNetworks, 1 + i / kNetworks));
      threads_.emplace_back([this, address, i] { knock(address, i); });
    }
  }
  ~Flood() { end(); }
  void end() {
    stop_ = true;
    threads_.clear();
  }
  std::uint64_t tries() const { return tries_; }
  std::uint64_t let_in() const { return let_in_; }
  std::uint64_t unanswered() const { return unanswered_; }

 private:
  void knock(const client::ServerAddress& address, unsigned stranger) {
    for (unsigned i = 0; i < kTriesEach && !stop_; ++i) {
      client::Client client(address);  // each its own connection
      const auto name = fmt::format("agent-{:02}", 1 + (i + stranger) % 10);
      const auto in = client.sign_in(name, "a guess from a list of passwords", "123456");
      if (in) ++let_in_;
      if (!in && in.error().code != ErrorCode::kRefused) ++unanswered_;
      ++tries_;
    }
  }
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> tries_ = 0, let_in_ = 0, unanswered_ = 0;
  std::vector<std::jthread> threads_;
};

double p99_ms(std::vector<std::chrono::steady_clock::duration> times) {
  if (times.empty()) return 0;
  std::ranges::sort(times);
  const auto at = times[times.size() * 99 / 100];
  return std::chrono::duration<double, std::milli>(at).count();
}

// The agent whose session is misused: at the desk where they always sit, signing in again each
// hour. Answers how often that was refused.
Result<unsigned> misuse_a_day(Attack& attack, Insider& insider) {
  unsigned kept_out = 0;
  for (unsigned hour = 0; hour < kHoursOfADay; ++hour) {
    bool in = false;
    for (int i = 0; i < kSignInsAtOnce && !in; ++i) {
      in = insider.sign_in().has_value();
      kept_out += static_cast<unsigned>(!in);
    }
    for (unsigned minute = 0; minute < kMinutesOfAnHour; ++minute) {
      if (in) insider.take(kInAMinute);
      TRY_STATUS(attack.house.move_clock(kMinuteMs));
    }
    TRY_STATUS(attack.house.move_clock(kHourMs));
  }
  for (int i = 0; i < kSignInsAtOnce; ++i)
    kept_out += static_cast<unsigned>(!insider.sign_in().has_value());
  return kept_out;
}

Status steal_in_the_noise(Attack& attack) {
  const auto wanted =
      std::min(bounds().session_clear + kFloodBeyondBound, attack.stage.world.options.customers);
  Insider insider(attack, 0, 1, wanted);
  TRY_STATUS(insider.sign_in());  // so that this network is known
  std::this_thread::sleep_for(kCalmBefore);
  const auto before_ms = p99_ms(attack.honest.work.take_reveal_times());

  Flood flood(attack.house);
  std::this_thread::sleep_for(kFloodBefore);
  const auto kept_out = TRY(misuse_a_day(attack, insider));
  const auto during = attack.honest.work.take_reveal_times();
  const auto during_ms = p99_ms(during);
  flood.end();

  auto& report = attack.report;
  report.bound_customers = bounds().session_clear;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded = attack.evidence.loot.fields.size() > report.bound_customers ||
                    flood.let_in() > 0 || kept_out > 0;
  report.notes.push_back(
      fmt::format("{} sign-ins of strangers, {} at once from {} networks, {} let in, {} without "
                  "an answer; somebody from a known network kept out {} times",
                  flood.tries(), kNetworks * kFromEach, kNetworks, flood.let_in(),
                  flood.unanswered(), kept_out));
  report.notes.push_back(
      fmt::format("honest reveals: p99 {:.1f} ms before, {:.1f} ms during the flood ({} of them)",
                  before_ms, during_ms, during.size()));
  if (kept_out > 0)
    report.problems.emplace_back("the flood kept out somebody from a known network");
  return {};
}

}  // namespace

Result<DrillReport> run_sign_in_flood(const DrillRun& run) {
  return run_insiders(run, steal_in_the_noise);
}

}  // namespace bulkhead::drills
