// What the runner knows about the house it seeded: whose token is whose, which case is about whom,
// who has which address. It must never come from the keeper, since the keeper's account is what
// drills check. Owned by drills.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/words.h"
#include "drills/token_search.h"
#include "records/demo_airline.h"

namespace bulkhead::drills {

struct SeededCase {
  std::uint32_t customer = 0;  // index in the airline
  CaseState state{};
  ContactProof contact{};
  std::optional<std::uint32_t> agent;  // position among the demo's agents
};

struct World {
  DemoOptions options;
  std::uint32_t first_customer = 1;  // the keeper's number of index 1
  TokenTable tokens;
  std::vector<SeededCase> cases;  // by case number - 1

  std::string value_of(std::uint32_t customer,
                       Field field) const;  // the first one; empty when there is none
  std::vector<std::uint32_t> companions_of(std::uint32_t customer) const;
  // Customers of an agent's open cases with claimed or proven contact.
  std::vector<std::uint32_t> in_touch_with(std::uint32_t agent) const;
};

// Tokens and past cases as the demo makes them for these options.
World make_world(const DemoOptions& options);

// Which case is about whom, as far as anybody saw its number. Used by thieves and honest agents at
// once.
class CaseBook {
 public:
  explicit CaseBook(const World& world) : world_(world) {}
  void learn(const std::string& id, std::uint32_t number);
  void opened(const std::string& id, std::uint32_t customer);
  std::optional<std::uint32_t> customer_of(const std::string& id) const;
  // The same, but waits a moment for who opened the case to say so: a client hears of it before the
  // agent does.
  std::optional<std::uint32_t> wait_for(const std::string& id) const;

 private:
  const World& world_;
  mutable std::mutex mutex_;
  mutable std::condition_variable told_;
  std::map<std::string, std::uint32_t> customers_;
};

}  // namespace bulkhead::drills
