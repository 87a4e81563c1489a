// Drill 33, at the desk: strangers from many networks try passwords of the house's people as fast
// as they can, while an agent's session is misused. The flood must neither hide the theft, nor slow
// those who work, nor keep somebody out who comes from a known network.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "drills/bounds.h"
#include "drills/insider.h"

namespace bulkhead::drills {
namespace {

constexpr unsigned kStrangers = 12;
constexpr unsigned kTriesEach = 200;
constexpr std::uint32_t kFloodBeyondBound = 25;

class Flood {
 public:
  explicit Flood(const House& house) {
    for (unsigned i = 0; i < kStrangers; ++i) {
      const auto address = house.address(Face::kDesk, fmt::format("127.0.{}.{}", 100 + i, 1 + i));
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

 private:
  void knock(const client::ServerAddress& address, unsigned stranger) {
    for (unsigned i = 0; i < kTriesEach && !stop_; ++i) {
      client::Client client(address);  // each its own connection
      const auto name = fmt::format("agent-{:02}", 1 + (i + stranger) % 10);
      if (client.sign_in(name, "a guess from a list of passwords", "123456")) ++let_in_;
      ++tries_;
    }
  }
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> tries_ = 0, let_in_ = 0;
  std::vector<std::jthread> threads_;
};

Status steal_in_the_noise(Attack& attack) {
  Flood flood(attack.house);
  const auto wanted =
      std::min(bounds().session_clear + kFloodBeyondBound, attack.stage.world.options.customers);
  std::vector<Insider> insiders;
  insiders.emplace_back(attack, 0, 1, wanted);
  TRY(take_a_day(attack, insiders));
  // Somebody at the desk where they always sit signs in again meanwhile.
  unsigned kept_out = 0;
  for (int i = 0; i < 5; ++i) kept_out += static_cast<unsigned>(!insiders.front().sign_in());
  flood.end();

  auto& report = attack.report;
  report.bound_customers = bounds().session_clear;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded =
      attack.evidence.loot.fields.size() > report.bound_customers || flood.let_in() > 0;
  report.notes.push_back(
      fmt::format("{} sign-ins of strangers from {} networks, {} let in; {} of "
                  "5 from a known network kept out",
                  flood.tries(), kStrangers, flood.let_in(), kept_out));
  if (kept_out > 0)
    report.problems.emplace_back("the flood kept out somebody from a known network");
  return {};
}

}  // namespace

Result<DrillReport> run_sign_in_flood(const DrillRun& run) {
  return run_insiders(run, steal_in_the_noise);
}

}  // namespace bulkhead::drills
