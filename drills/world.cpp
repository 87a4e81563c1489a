#include "drills/world.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kAgents = 24;
constexpr std::chrono::seconds kBookPatience{5};

}  // namespace

std::string World::value_of(std::uint32_t customer, Field field) const {
  for (const auto& value : DemoAirline(options).customer(customer).record) {
    if (value.field == field) return value.value;
  }
  return {};
}

std::vector<std::uint32_t> World::companions_of(std::uint32_t customer) const {
  std::vector<std::uint32_t> companions;
  for (const auto& value : DemoAirline(options).customer(customer).record) {
    std::uint32_t index = 0;
    const auto* const last = value.value.data() + value.value.size();
    if (value.field == Field::kCompanions &&
        std::from_chars(value.value.data(), last, index).ptr == last) {
      companions.push_back(index);
    }
  }
  return companions;
}

std::vector<std::uint32_t> World::in_touch_with(std::uint32_t agent) const {
  std::vector<std::uint32_t> customers;
  for (const auto& one : cases) {
    if (one.agent == agent && one.state != CaseState::kClosed &&
        one.contact != ContactProof::kNone) {
      customers.push_back(one.customer);
    }
  }
  std::ranges::sort(customers);
  customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
  return customers;
}

World make_world(const DemoOptions& options) {
  World world{.options = options, .tokens = {}, .cases = {}};
  auto fields = kTokenFields | FieldSet::of(Field::kMessage);
  world.tokens.reserve(std::size_t{options.customers} * static_cast<std::size_t>(fields.size()));
  for (std::uint32_t customer = 1; customer <= options.customers; ++customer) {
    for (const auto& info : kFields) {
      if (!fields.has(info.field)) continue;
      world.tokens.emplace(drill_token(options.seed, customer, info.field),
                           TokenOwner{customer, info.field});
    }
  }
  DemoAirline airline(options);
  while (const auto spec = airline.next_case()) {
    SeededCase one{spec->customer, spec->state, spec->proof, std::nullopt};
    if (spec->assignee) one.agent = *spec->assignee % kAgents;
    world.cases.push_back(one);
  }
  return world;
}

void CaseBook::learn(const std::string& id, std::uint32_t number) {
  if (number == 0 || number > world_.cases.size()) return;
  const std::scoped_lock lock(mutex_);
  customers_.emplace(id, world_.cases[number - 1].customer);
}

void CaseBook::opened(const std::string& id, std::uint32_t customer) {
  const std::scoped_lock lock(mutex_);
  customers_.insert_or_assign(id, customer);  // a house that was rolled back gives ids again
  told_.notify_all();
}

std::optional<std::uint32_t> CaseBook::wait_for(const std::string& id) const {
  std::unique_lock lock(mutex_);
  told_.wait_for(lock, kBookPatience, [&] { return customers_.contains(id); });
  const auto found = customers_.find(id);
  if (found == customers_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint32_t> CaseBook::customer_of(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = customers_.find(id);
  if (found == customers_.end()) return std::nullopt;
  return found->second;
}

}  // namespace bulkhead::drills
