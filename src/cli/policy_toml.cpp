#include "cli/policy_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "records/toml.h"

namespace bulkhead {
namespace {

// Collects the first problem; everything after it is read without harm.
class Reading {
 public:
  void problem(const toml::node* at, std::string text) {
    if (!first_)
      first_ = PolicyProblem{.line = at == nullptr ? 0 : at->source().begin.line,
                             .text = std::move(text)};
  }
  const std::optional<PolicyProblem>& first() const { return first_; }

 private:
  std::optional<PolicyProblem> first_;
};

// A table whose every key must be asked for: what nobody asked for is a problem at the end.
class Section {
 public:
  Section(Reading& reading, const toml::table* table, std::string name)
      : reading_(reading), table_(table), name_(std::move(name)) {}
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;
  ~Section() {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      if (!asked_.contains(key.str()))
        reading_.problem(&node, fmt::format("{} has no key {}", name_, key.str()));
    }
  }

  const toml::table* table() const { return table_; }
  const toml::node* optional(std::string_view key) {
    asked_.insert(std::string(key));
    return table_ == nullptr ? nullptr : table_->get(key);
  }
  const toml::node* required(std::string_view key) {
    const auto* node = optional(key);
    if (node == nullptr) reading_.problem(table_, fmt::format("{} lacks {}", name_, key));
    return node;
  }
  const toml::table* required_table(std::string_view key) {
    const auto* node = required(key);
    if (node != nullptr && !node->is_table())
      reading_.problem(node, fmt::format("{} is not a table", key));
    return node == nullptr ? nullptr : node->as_table();
  }

  template <class Unsigned>
  void number(std::string_view key, Unsigned& to) {
    read_number(reading_, required(key), key, to);
  }
  template <class Unsigned>
  static void read_number(Reading& reading, const toml::node* node, std::string_view name,
                          Unsigned& to) {
    if (node == nullptr) return;
    const auto* value = node->as_integer();
    if (value == nullptr || value->get() < 0 ||
        static_cast<std::uint64_t>(value->get()) > std::numeric_limits<Unsigned>::max()) {
      reading.problem(node, fmt::format("{} is not a number from 0 to {}", name,
                                        std::numeric_limits<Unsigned>::max()));
      return;
    }
    to = static_cast<Unsigned>(value->get());
  }

 private:
  Reading& reading_;
  const toml::table* table_;
  std::string name_;
  std::set<std::string, std::less<>> asked_;
};

template <class Visit>
void for_each_word(Reading& reading, const toml::node* node, std::string_view name, Visit visit) {
  if (node == nullptr) return;
  const auto* list = node->as_array();
  if (list == nullptr) return reading.problem(node, fmt::format("{} is not a list of words", name));
  for (const auto& item : *list) {
    if (const auto* word = item.as_string())
      visit(item, std::string_view(word->get()));
    else
      reading.problem(&item, fmt::format("{} is not a list of words", name));
  }
}

PurposeSet read_purposes(Reading& reading, const toml::node* node) {
  PurposeSet purposes;
  for_each_word(reading, node, "purposes", [&](const toml::node& at, std::string_view word) {
    const auto purpose = word_from<Purpose>(word);
    if (!purpose) return reading.problem(&at, fmt::format("there is no purpose {}", word));
    purposes = purposes | PurposeSet::of(*purpose);
  });
  return purposes;
}

// A class, a compartment, a field or all.
std::optional<FieldSet> fields_named(std::string_view word) {
  if (word == "all") return FieldSet::all();
  if (const auto* info = field_named(word)) return FieldSet::of(info->field);
  for (std::size_t i = 0; i < kCompartmentCount; ++i) {
    if (kCompartmentNames[i] == word) return FieldSet::of(static_cast<Compartment>(i));
  }
  constexpr std::array<std::string_view, 3> kClassNames{"basic", "personal", "high"};
  const auto found = std::find(kClassNames.begin(), kClassNames.end(), word);
  if (found == kClassNames.end()) return std::nullopt;
  FieldSet set;
  for (const auto& info : kFields) {
    if (static_cast<std::ptrdiff_t>(info.field_class) == found - kClassNames.begin())
      set = set | FieldSet::of(info.field);
  }
  return set;
}

FieldSet read_fields(Reading& reading, const toml::node* node, std::string_view name) {
  FieldSet set;
  for_each_word(reading, node, name, [&](const toml::node& at, std::string_view word) {
    const bool away = word.starts_with('-');
    const auto fields = fields_named(away ? word.substr(1) : word);
    if (!fields)
      return reading.problem(&at, fmt::format("there is no field, compartment or class {}", word));
    set = away ? set - *fields : set | *fields;
  });
  return set;
}

View read_view(Reading& reading, const toml::table* table) {
  Section section(reading, table, "a view");
  View view;
  view.clear = read_fields(reading, section.required("clear"), "clear");
  view.masked = read_fields(reading, section.required("masked"), "masked") - view.clear;
  return view;
}

Budget read_budget(Reading& reading, const toml::table* table) {
  Section section(reading, table, "a budget");
  Budget budget;
  section.number("weight", budget.weight_per_customer);
  const auto* node = section.required("customers");
  const auto* list = node == nullptr ? nullptr : node->as_array();
  if (list == nullptr || list->size() != kHorizonCount) {
    reading.problem(node,
                    "customers is not a list of four numbers: per minute, hour, day and 30 days");
    return budget;
  }
  const std::array to{&budget.minute, &budget.hour, &budget.day, &budget.month};
  for (std::size_t i = 0; i < to.size(); ++i)
    Section::read_number(reading, list->get(i), "customers", *to[i]);
  return budget;
}

Budgets read_budgets(Reading& reading, const toml::table* table) {
  Section section(reading, table, "budgets");
  return {.lookup = read_budget(reading, section.required_table("lookup")),
          .miss = read_budget(reading, section.required_table("miss")),
          .masked = read_budget(reading, section.required_table("masked")),
          .clear_cold = read_budget(reading, section.required_table("clear-cold")),
          .clear_contact = read_budget(reading, section.required_table("clear-contact")),
          .write = read_budget(reading, section.required_table("write"))};
}

// One role; `views_of` says whose views it repeats.
RoleRule read_role(Reading& reading, const toml::table* table, std::string_view role,
                   std::optional<Role>& views_of) {
  Section section(reading, table, fmt::format("roles.{}", role));
  RoleRule rule;
  rule.purposes = read_purposes(reading, section.required("purposes"));
  const auto* views = section.optional("views");
  if (const auto* named = views == nullptr ? nullptr : views->as_string()) {
    views_of = word_from<Role>(named->get());
    if (!views_of) reading.problem(views, fmt::format("there is no role {}", named->get()));
  } else if (views != nullptr) {
    Section grades(reading, section.required_table("views"), "views");
    rule.none = read_view(reading, grades.required_table("none"));
    rule.claimed = read_view(reading, grades.required_table("claimed"));
    rule.proven = read_view(reading, grades.required_table("proven"));
  }
  if (section.optional("budgets") != nullptr)
    rule.budgets = read_budgets(reading, section.required_table("budgets"));
  return rule;
}

void read_roles(Reading& reading, const toml::table* table, Policy& policy) {
  Section section(reading, table, "roles");
  const std::array rules{&policy.agent, &policy.lead,   &policy.analyst, &policy.privacy_officer,
                         &policy.admin, &policy.client, &policy.auditor};
  std::array<std::optional<Role>, word_count<Role>()> views_of;
  static_assert(rules.size() == word_count<Role>());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto name = name_of(static_cast<Role>(i));
    if (section.optional(name) == nullptr) continue;
    *rules[i] = read_role(reading, section.required_table(name), name, views_of[i]);
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!views_of[i]) continue;
    const auto other = static_cast<std::size_t>(*views_of[i]);
    if (views_of[other])
      reading.problem(table, fmt::format("roles.{}: views of a role without its own",
                                         name_of(static_cast<Role>(i))));
    rules[i]->none = rules[other]->none;
    rules[i]->claimed = rules[other]->claimed;
    rules[i]->proven = rules[other]->proven;
  }
}

// Items of "field" = value in order of the fields' numbers, as the canonical encoding wants them.
template <class Item, class List, class Read>
void read_field_items(Reading& reading, const toml::table* table, List& list, Read read) {
  if (table == nullptr) return;
  for (const auto& [key, node] : *table) {
    const auto* info = field_named(key.str());
    if (info == nullptr) {
      reading.problem(&node, fmt::format("there is no field {}", key.str()));
      continue;
    }
    Item item;
    item.field = static_cast<std::uint8_t>(info->field);
    read(&node, item);
    list.items.push_back(item);
  }
  std::sort(list.items.begin(), list.items.end(),
            [](const Item& a, const Item& b) { return a.field < b.field; });
}

void read_weights(Reading& reading, const toml::table* table, Policy& policy) {
  Section section(reading, table, "weights");
  section.number("basic", policy.weight_basic);
  section.number("personal", policy.weight_personal);
  section.number("high", policy.weight_high);
  read_field_items<FieldWeight>(reading, section.required_table("fields"), policy.weights,
                                [&](const toml::node* node, FieldWeight& item) {
                                  Section::read_number(reading, node, "weight", item.weight);
                                });
}

void read_shared(Reading& reading, const toml::table* table, SharedRule& shared) {
  Section section(reading, table, "shared");
  section.number("largest_part", shared.largest_part);
  section.number("team_times", shared.team_times);
  section.number("house_percent", shared.house_percent);
  section.number("reserved_percent", shared.reserved_percent);
  section.number("face_percent", shared.face_percent);
  section.number("minute_tenths", shared.minute_tenths);
  section.number("day_tenths", shared.day_tenths);
  section.number("month_tenths", shared.month_tenths);
}

void read_policy(Reading& reading, const toml::table& table, Policy& policy) {
  Section top(reading, &table, "the policy");
  top.number("number", policy.number.value);
  read_weights(reading, top.required_table("weights"), policy);
  read_field_items<FieldPurposes>(reading, top.required_table("bound_fields"), policy.bound_fields,
                                  [&](const toml::node* node, FieldPurposes& item) {
                                    item.purposes = read_purposes(reading, node);
                                  });
  read_roles(reading, top.required_table("roles"), policy);
  read_shared(reading, top.required_table("shared"), policy.shared);

  Section growth(reading, top.required_table("growth"), "growth");
  growth.number("start_percent", policy.growth_start_percent);
  growth.number("days", policy.growth_days);
  Section client(reading, top.required_table("client"), "client");
  client.number("grants_max", policy.client_grants_max);
  client.number("grant_s", policy.client_grant_s);
  Section session(reading, top.required_table("session"), "session");
  session.number("idle_s", policy.session.idle_s);
  session.number("absolute_s", policy.session.absolute_s);
  session.number("lanes", policy.session.lanes);
}

}  // namespace

std::expected<Policy, PolicyProblem> parse_policy_toml(std::string_view text) {
  if (text.size() > kPolicyTomlBytesMax)
    return std::unexpected(PolicyProblem{.line = 0, .text = "file too large"});
  Policy policy;
  Reading reading;
  const auto table = toml::parse(text);
  if (!table) {
    return std::unexpected(PolicyProblem{.line = table.error().source().begin.line,
                                         .text = std::string(table.error().description())});
  }
  read_policy(reading, table.table(), policy);
  if (reading.first()) return std::unexpected(*reading.first());
  if (const auto good = check_policy(policy); !good) {
    return std::unexpected(PolicyProblem{.line = 0, .text = good.error().context});
  }
  return policy;
}

}  // namespace bulkhead
