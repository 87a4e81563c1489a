#include "drills/honest.h"

#include <chrono>

namespace bulkhead::drills {
namespace {

// Of 6 customers in touch, 10 masked and 10 lookups a minute (config/policy.toml).
constexpr std::size_t kCustomersEach = 4;
constexpr std::chrono::milliseconds kBetweenActs{60};
constexpr std::chrono::milliseconds kSignInPatience{60'000};

}  // namespace

Status HonestTeam::start(const std::vector<HonestPlan>& plans) {
  for (const auto& plan : plans)
    work.events_to_come += static_cast<std::uint32_t>(plan.events.size());
  for (const auto& plan : plans) threads_.emplace_back([this, plan] { serve(plan); });
  const auto until = std::chrono::steady_clock::now() + kSignInPatience;
  while (work.signed_in < plans.size() && work.failed == 0 &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (work.signed_in < plans.size())
    return fail(ErrorCode::kUnavailable, "an honest agent cannot sign in");
  return {};
}

void HonestTeam::end() {
  work.stop = true;
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

Answer HonestTeam::count(Answer answer) {
  if (!answer.ok()) ++work.refused;
  for (const auto& row : answer.cases) book_.learn(row.id, row.number);
  std::this_thread::sleep_for(kBetweenActs);
  return answer;
}

void HonestTeam::serve(const HonestPlan& plan) {
  Caller caller(plan.address);
  if (!caller.client().sign_in(plan.name, plan.password, plan.code)) {
    ++work.failed;
    return;
  }
  ++work.signed_in;
  auto mine = count(caller.cases("mine", 0, 50)).cases;
  std::erase_if(mine, [](const SeenCase& row) { return row.contact == ContactProof::kNone; });
  if (mine.size() > kCustomersEach) mine.resize(kCustomersEach);
  auto event = plan.events.begin();
  for (bool first = true; first || !work.stop; first = false) {
    if (event != plan.events.end()) one_event(caller, *event++);
    for (const auto& row : mine) {
      one_customer(caller, row, first);
      if (work.stop && !first) break;
    }
    if (mine.empty()) std::this_thread::sleep_for(kBetweenActs);
  }
  // Events that were promised arrive even when the attack was quick.
  while (event != plan.events.end()) one_event(caller, *event++);
}

void HonestTeam::one_customer(Caller& caller, const SeenCase& row, bool first_round) {
  const auto wanted = FieldSet::of(Field::kGivenName) | FieldSet::of(Field::kFamilyName) |
                      FieldSet::of(Field::kEmail) | FieldSet::of(Field::kPhone) |
                      FieldSet::of(Field::kLocator) | FieldSet::of(Field::kItinerary);
  if (first_round) count(caller.masked(row.id));
  if (count(caller.reveal(row.id, wanted, Purpose::kService)).ok()) ++work.reveals;
  if (count(caller.messages(row.id)).ok()) ++work.reveals;
  const auto customer = book_.customer_of(row.id);
  if (!first_round || !customer || *customer % 2 != 0) return;
  count(caller.lookup(IdentifierKind::kEmail, world_.value_of(*customer, Field::kEmail)));
}

void HonestTeam::one_event(Caller& caller, std::uint32_t customer) {
  --work.events_to_come;
  const auto found =
      count(caller.lookup(IdentifierKind::kEmail, world_.value_of(customer, Field::kEmail)));
  if (!found.customer) {
    ++work.refused;  // a customer of ours was not found
    return;
  }
  // Counted before the thief can have seen it, or his loss could be ahead of its bound.
  ++work.events;
  const auto opened = caller.open_case(*found.customer, RequestType::kBaggage);
  if (!opened.cases.empty()) book_.opened(opened.cases.front().id, customer);
  count(opened);
}

}  // namespace bulkhead::drills
