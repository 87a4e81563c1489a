#include "drills/honest.h"

#include <chrono>

namespace bulkhead::drills {
namespace {

// Of 6 customers in touch, 10 masked and 10 lookups a minute (config/policy.toml).
constexpr std::size_t kCustomersEach = 4;
constexpr std::chrono::milliseconds kBetweenActs{60};
constexpr int kUnauthorised = 401;
constexpr int kSignInTries = 3;
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

// A session that has ended is no refusal: people sign in again.
template <class Ask>
Answer HonestTeam::ask(Desk& desk, Ask what) {
  auto answer = what(desk.caller);
  const auto& plan = desk.plan;
  // The clock may be moved between reading a code and typing it.
  for (int i = 0; answer.status == kUnauthorised && plan.next_code && i < kSignInTries; ++i) {
    if (desk.caller.client().sign_in(plan.name, plan.password, plan.next_code()))
      answer = what(desk.caller);
  }
  if (!answer.ok()) ++work.refused;
  for (const auto& row : answer.cases) book_.learn(row.id, row.number);
  std::this_thread::sleep_for(kBetweenActs);
  return answer;
}

void HonestTeam::serve(const HonestPlan& plan) {
  Desk desk{plan, Caller(plan.address)};
  if (!desk.caller.client().sign_in(plan.name, plan.password, plan.code)) {
    ++work.failed;
    return;
  }
  ++work.signed_in;
  auto mine = ask(desk, [](Caller& caller) { return caller.cases("mine", 0, 50); }).cases;
  std::erase_if(mine, [](const SeenCase& row) { return row.contact == ContactProof::kNone; });
  if (mine.size() > kCustomersEach) mine.resize(kCustomersEach);
  auto event = plan.events.begin();
  for (bool first = true; first || !work.stop; first = false) {
    if (event != plan.events.end()) one_event(desk, *event++);
    for (const auto& row : mine) {
      one_customer(desk, row, first);
      if (work.stop && !first) break;
    }
    if (mine.empty()) std::this_thread::sleep_for(kBetweenActs);
  }
  // Events that were promised arrive even when the attack was quick.
  while (event != plan.events.end()) one_event(desk, *event++);
}

void HonestTeam::one_customer(Desk& desk, const SeenCase& row, bool first_round) {
  const auto wanted = FieldSet::of(Field::kGivenName) | FieldSet::of(Field::kFamilyName) |
                      FieldSet::of(Field::kEmail) | FieldSet::of(Field::kPhone) |
                      FieldSet::of(Field::kLocator) | FieldSet::of(Field::kItinerary);
  if (first_round) ask(desk, [&](Caller& caller) { return caller.masked(row.id); });
  const auto reveal = [&](Caller& caller) {
    const auto from = std::chrono::steady_clock::now();
    auto answer = caller.reveal(row.id, wanted, Purpose::kService);
    work.took(std::chrono::steady_clock::now() - from);
    return answer;
  };
  if (ask(desk, reveal).ok()) ++work.reveals;
  if (ask(desk, [&](Caller& caller) { return caller.messages(row.id); }).ok()) ++work.reveals;
  const auto customer = book_.customer_of(row.id);
  if (!first_round || !customer || *customer % 2 != 0) return;
  ask(desk, [&](Caller& caller) {
    return caller.lookup(IdentifierKind::kEmail, world_.value_of(*customer, Field::kEmail));
  });
}

void HonestTeam::one_event(Desk& desk, std::uint32_t customer) {
  --work.events_to_come;
  const auto found = ask(desk, [&](Caller& caller) {
    return caller.lookup(IdentifierKind::kEmail, world_.value_of(customer, Field::kEmail));
  });
  if (!found.customer) {
    ++work.refused;  // a customer of ours was not found
    return;
  }
  // Counted before the thief can have seen it, or his loss could be ahead of its bound.
  ++work.events;
  ask(desk, [&](Caller& caller) {
    auto opened = caller.open_case(*found.customer, RequestType::kBaggage);
    if (!opened.cases.empty()) book_.opened(opened.cases.front().id, customer);
    return opened;
  });
}

}  // namespace bulkhead::drills
