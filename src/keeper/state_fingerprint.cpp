// One number for the whole state, so that a keeper and one that started from its ledger can be
// compared. A member added to State belongs in here too.
#include <concepts>

#include "keeper/state.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kStart = 0xcbf2'9ce4'8422'2325;
constexpr std::uint64_t kFactor = 0x9e37'79b9'7f4a'7c15;

// A hash over parts in their order.
class Print {
 public:
  Print& add(std::integral auto number) {
    hash_ = (hash_ ^ static_cast<std::uint64_t>(number)) * kFactor;
    hash_ ^= hash_ >> 29;
    return *this;
  }
  Print& add(ByteView bytes) {
    add(bytes.size());
    for (const auto byte : bytes) add(byte);
    return *this;
  }
  template <class... Parts>
  static std::uint64_t of(const Parts&... parts) {
    Print print;
    (print.add(parts), ...);
    return print.hash_;
  }

 private:
  std::uint64_t hash_ = kStart;
};

// Names what the parts are, so that equal numbers in two places do not stand for each other.
enum class Place : std::uint8_t {
  kCounters,
  kPrincipal,
  kSession,
  kCase,
  kGrant,
  kDisclosure,
  kImport,
  kName,
  kContact,
  kAllowance,
  kLedger,
  kKeys,
  kCanary,
  kContained
};

template <class Enum>
std::uint64_t number(Enum word) {
  return static_cast<std::uint64_t>(word);
}

}  // namespace

// Rows of tables without an order are summed.
std::uint64_t State::fingerprint() const {
  const auto policy = wire::encode(policy_);
  std::uint64_t sum =
      Print::of(number(Place::kCounters), ByteView(policy), policy_number_.value, last_session_,
                last_instance_, customers_, last_customer_, open_cases_, entries_, last_wall_ms_,
                last_keeper_ms_, start_credit_.left_ms(last_keeper_ms_),
                meters_.fingerprint(last_keeper_ms_));
  sum += Print::of(number(Place::kKeys), keys_.epoch, number(keys_.change), keys_.damaged,
                   keys_.last_backup_key);
  for (const auto& [key, made_ms] : keys_.backup_keys)
    sum += Print::of(number(Place::kKeys), key, made_ms);
  for (const auto last : last_name_) sum = sum * kFactor + last;
  for (const auto& [id, one] : principals_) {
    const auto facts = wire::encode(one.facts);
    sum += Print::of(number(Place::kPrincipal), id, ByteView(facts), one.since_ms,
                     one.last_totp_step, one.last_sign_in_ms, one.last_network.value);
  }
  for (const auto& [id, one] : sessions_) {
    sum += Print::of(number(Place::kSession), id, one.principal.value, one.network.value,
                     number(one.face), one.started_ms);
  }
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const auto& one = cases_[i];
    sum += Print::of(number(Place::kCase), i, one.customer.value, one.assignee.value, one.opened_ms,
                     one.changed_ms, number(one.type), number(one.state), number(one.contact),
                     number(one.said));
  }
  for (const auto& [client, grants] : grants_) {
    for (std::size_t i = 0; i < grants.size(); ++i) {
      sum += Print::of(number(Place::kGrant), client, i, grants[i].case_number.value,
                       grants[i].expires_ms);
    }
  }
  for (const auto& [principal, kept] : disclosures_) {
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const auto& one = kept[i];
      sum +=
          Print::of(number(Place::kDisclosure), principal, i, one.wall_ms, one.fields.bits,
                    one.case_number.value, number(one.kind), number(one.grade), number(one.reason));
    }
  }
  for (const auto& [job, detail] : imports_) {
    const auto bytes = wire::encode(detail);
    sum += Print::of(number(Place::kImport), ByteView(job.first), job.second, ByteView(bytes));
  }
  for (const auto& [job, rows] : erased_rows_) {
    for (const auto row : rows)
      sum += Print::of(number(Place::kImport), ByteView(job.first), job.second, row);
  }
  for (const auto& [customer, one] : contact_writes_.all()) {
    sum += Print::of(number(Place::kContact), customer, one.begun, one.ended, one.stands,
                     one.email.changed_ms, one.email.young_until_ms, one.phone.changed_ms,
                     one.phone.young_until_ms);
  }
  for (const auto& [id, one] : allowances_.all()) {
    auto hash =
        Print::of(number(Place::kAllowance), id, number(one.kind), number(one.step), one.people,
                  one.by.value, one.session.value, one.case_number.value, one.assignee.value,
                  one.customer.value, one.decided_by.value, one.made_ms, one.expires_ms);
    for (const auto customer : one.used) hash = hash * kFactor + customer.value;
    sum += hash;
  }
  const auto& facts = ledger_facts_;
  sum += Print::of(number(Place::kLedger), view_of(facts.witness.value), facts.anchored_size,
                   facts.anchored_time_s, facts.anchored_keeper_ms);
  for (const auto& one : facts.adoptions) {
    sum += Print::of(number(Place::kLedger), one.size, one.known_size, one.from_ms, one.to_ms,
                     one.keeper_ms, one.confirmed);
  }
  for (const auto& [name, value] : names_) {
    sum += Print::of(number(Place::kName), number(name.first), ByteView(name.second), value);
  }
  for (const auto& [customer, one] : canaries_.all()) {
    sum += Print::of(number(Place::kCanary), customer, one.number, one.touches, one.by.value,
                     one.since_ms);
  }
  for (const auto& [principal, one] : canaries_.contained())
    sum += Print::of(number(Place::kContained), principal, one.canary, one.cause);
  return sum;
}

}  // namespace bulkhead
