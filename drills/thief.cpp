#include "drills/thief.h"

#include <chrono>

namespace bulkhead::drills {
namespace {

constexpr std::array<std::string_view, 4> kViews{"mine", "open", "unassigned", "closed"};
constexpr std::size_t kPagesMax = 1000;

FieldSet of_class(FieldClass wanted) {
  FieldSet set;
  for (const auto& info : kFields) {
    if (info.field_class == wanted) set = set | FieldSet::of(info.field);
  }
  return set;
}

}  // namespace

std::uint64_t Loot::field_count() const {
  std::uint64_t count = 0;
  for (const auto& [customer, set] : fields) count += static_cast<std::uint64_t>(set.size());
  return count;
}

std::uint64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}
std::uint64_t wall_now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

void Thief::begin_act() {
  if (!evidence_.began_ms) {
    evidence_.began_ms = steady_ms();
    evidence_.began_wall_ms = wall_now_ms();
  }
  ++evidence_.attempts;
}

Answer Thief::note(Answer answer) {
  for (const auto& row : answer.cases) {
    book_.learn(row.id, row.number);
    see(row.id);
  }
  for (const auto& id : answer.grants) see(id);
  if (answer.status == 0) ++evidence_.unanswered;
  if (!answer.refused()) {
    refused_in_a_row_ = 0;
    return answer;
  }
  ++evidence_.refusals;
  ++refused_in_a_row_;
  if (!evidence_.first_refusal_ms) evidence_.first_refusal_ms = steady_ms() - *evidence_.began_ms;
  return answer;
}

void Thief::see(const std::string& id) {
  if (known_.insert(id).second) seen_.push_back(id);
}

void Thief::read_lists(std::size_t ids_max) {
  for (const auto view : kViews) {
    std::uint32_t after = 0;
    for (std::size_t page = 0; page < kPagesMax && seen_.size() < ids_max; ++page) {
      const auto answer = act([&](Caller& caller) { return caller.cases(view, after); });
      if (!answer.ok() || !answer.more || answer.cases.empty()) break;
      after = answer.cases.back().number;
    }
  }
}

void Thief::read_grants() {
  act([](Caller& caller) { return caller.grants(); });
}

// From the widest set that his role may ever see to the narrowest, since one field too many refuses
// all.
std::vector<std::pair<FieldSet, Purpose>> Thief::tries() const {
  const auto basic = of_class(FieldClass::kBasic), personal = of_class(FieldClass::kPersonal);
  const auto companions = FieldSet::of(Field::kCompanions);
  if (as_ == As::kClient) {
    const auto event = basic | FieldSet::of(Field::kEmail) | FieldSet::of(Field::kPhone) |
                       FieldSet::of(Field::kLocator) | FieldSet::of(Field::kItinerary);
    return {{event, Purpose::kService}, {basic, Purpose::kService}};
  }
  const auto all = FieldSet::all() - FieldSet::of(Field::kCardToken) - companions;
  return {{all, Purpose::kRefund},
          {(basic | personal) - companions, Purpose::kService},
          {basic, Purpose::kService}};
}

void Thief::read_case(const std::string& id) {
  if (!read_.insert(id).second) return;
  if (!book_.customer_of(id)) act([&](Caller& caller) { return caller.show(id); });
  take_values(id, act([&](Caller& caller) { return caller.masked(id); }));
  reveal_case(id);
  if (as_ == As::kClient) return;
  take_messages(id, act([&](Caller& caller) { return caller.messages(id); }));
}

void Thief::reveal_case(const std::string& id) {
  for (const auto& [fields, purpose] : tries()) {
    const auto answer = act([&](Caller& caller) { return caller.reveal(id, fields, purpose); });
    take_values(id, answer);
    if (answer.ok() || answer.reason != "field") break;
  }
}

void Thief::read_companions() {
  constexpr auto kWanted = FieldSet::of(Field::kCompanions);
  for (const auto& id : read_) {
    if (gave_up()) return;
    take_values(id,
                act([&](Caller& caller) { return caller.reveal(id, kWanted, Purpose::kService); }));
  }
}

void Thief::read_cases() {
  const auto ids = seen_;
  for (const auto& id : ids) {
    if (gave_up()) return;
    read_case(id);
  }
}

Answer Thief::look_up(IdentifierKind kind, const std::string& value,
                      std::optional<std::uint32_t> customer) {
  if (customer) evidence_.typed.insert(*customer);
  auto answer = act([&](Caller& caller) { return caller.lookup(kind, value); });
  if (answer.customer && customer) evidence_.loot.existence.insert(*customer);
  return answer;
}

std::optional<std::string> Thief::open_case_about(std::uint32_t customer) {
  const auto hit =
      look_up(IdentifierKind::kEmail, world_.value_of(customer, Field::kEmail), customer);
  if (!hit.customer) return std::nullopt;
  const auto opened =
      act([&](Caller& caller) { return caller.open_case(*hit.customer, RequestType::kQuestion); });
  if (!opened.ok() || opened.cases.empty()) return std::nullopt;
  book_.opened(opened.cases.front().id, customer);
  return opened.cases.front().id;
}

void Thief::look_up_and_read(std::uint32_t customer) {
  if (const auto id = open_case_about(customer)) read_case(*id);
}

void Thief::look_up_and_reveal(std::uint32_t customer) {
  if (const auto id = open_case_about(customer)) reveal_case(*id);
}

void Thief::take_values(const std::string& id, const Answer& answer) {
  if (!answer.ok() || answer.values.empty()) return;
  const auto customer = book_.wait_for(id);
  if (!customer) {
    ++evidence_.unknown_cases;
    return;
  }
  auto& fields = evidence_.loot.fields[*customer];
  for (const auto& value : answer.values) {
    fields = fields | FieldSet::of(value.field);
    if (!value.masked) check_tokens(*customer, value.field, value.value);
    if (!value.masked && value.field == Field::kCompanions && !value.value.empty()) {
      for (const auto companion : world_.companions_of(*customer))
        evidence_.loot.existence.insert(companion);
    }
  }
}

void Thief::take_messages(const std::string& id, const Answer& answer) {
  if (!answer.ok()) return;
  const auto customer = book_.wait_for(id);
  if (!customer) {
    ++evidence_.unknown_cases;
    return;
  }
  auto& fields = evidence_.loot.fields[*customer];
  fields = fields | FieldSet::of(Field::kMessage);
  for (const auto& text : answer.messages) check_tokens(*customer, Field::kMessage, text);
}

void Thief::check_tokens(std::uint32_t customer, Field field, std::string_view text) {
  find_plain_tokens(view_of(text), world_.tokens, [&](const TokenOwner& owner) {
    // People sign what they write, so a message may hold its own customer's name.
    const bool fits = field == Field::kMessage || owner.field == field;
    if (owner.customer != customer || !fits) ++evidence_.strange_tokens;
  });
}

}  // namespace bulkhead::drills
