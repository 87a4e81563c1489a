#include "keeper/keeper.h"

#include <algorithm>
#include <cstring>
#include <ctime>

#include "base/check.h"
#include "base/log.h"
#include "crypto/block_cipher.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "wire/paths.h"

namespace bulkhead {
namespace {
constexpr std::uint32_t kFreeRefusalsPerSecond = 10;
constexpr std::size_t kAlikeKindsMax = 100'000;
// Parts the block space of case ids from that of customer references (vault/references.h), whose
// tail is zero.
constexpr std::array<std::uint8_t, 8> kCaseIdTail{'b', 'u', 'l', 'k', 'c', 'a', 's', 'e'};

}  // namespace

std::uint16_t year_of(std::uint64_t wall_ms) {
  const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return static_cast<std::uint16_t>(parts.tm_year + 1900);
}

Keeper::Keeper(KeeperParts parts)
    : parts_(std::move(parts)),
      guard_(parts_.clock),
      limits_(parts_.without.growth, !parts_.without.adoption) {}

Status Keeper::start() {
  TRY_STATUS(rebuild());
  TRY_STATUS(check_vault());
  TRY_STATUS(destroy_unknown_backup_keys());
  TRY_STATUS(directory_.load(state_, parts_.reader));
  TRY_STATUS(catch_up_vault());
  doom_unfinished();
  learn_networks();
  time_.emplace(parts_.clock, state_.last_keeper_ms(), state_.last_wall_ms(), time_believed_ms());
  begin_turn();
  started_ms_ = now_ms_;
  Entry entry;
  entry.kind = EntryKind::kRestart;
  entry.reason = Reason::kRestart;
  entry.wall_ms = wall_ms_;
  entry.keeper_ms = now_ms_;
  entry.policy = state_.policy_number();
  entry.face = Face::kKeeper;
  entry.instance = state_.next_instance();
  entry.detail = wire::encode(RestartDetail{entry.instance.value, time_->time_lost_ms()});
  record(std::move(entry));
  end_interrupted_writes();
  quarantine_what_aborts();
  return {};
}

// All of it in a demo, so that a laptop that slept shows sensible budgets; elsewhere an hour for a
// start, and a day for all starts of a day.
std::uint64_t Keeper::time_believed_ms() const {
  if (parts_.without.clock || (parts_.demo && !parts_.drill)) return UINT64_MAX;
  return std::min(kTimePerStartMsMax, state_.start_credit().left_ms(state_.last_keeper_ms()));
}

// Strangers must not be able to lock out somebody at their own network after a restart either.
void Keeper::learn_networks() {
  for (const auto& [number, principal] : state_.principals()) {
    if (!principal.last_network) continue;
    const auto row = parts_.reader.row(static_cast<std::uint8_t>(RowKind::kNetwork),
                                       principal.last_network.value);
    const auto opening = row ? wire::decode<NameRow>(row->bytes) : std::unexpected(row.error());
    wire::NetworkAddress address{};
    if (!opening || opening->name.value.size() != address.size()) continue;
    std::copy(opening->name.value.begin(), opening->name.value.end(), address.begin());
    guard_.learn(directory_.name_of(PrincipalNumber(number)), address);
  }
}

void Keeper::begin_turn() {
  now_ms_ = std::max(now_ms_, time_->now_ms());
  wall_ms_ = time_->wall_ms();
  watch_clocks();
}

// One entry when they part and one when they agree again.
void Keeper::watch_clocks() {
  const auto step = time_->wall_step_ms();
  const auto apart = static_cast<std::uint64_t>(step < 0 ? -step : step);
  if ((apart > kClocksApartMsMax) == clocks_apart_) return;
  clocks_apart_ = !clocks_apart_;
  Entry entry;
  entry.kind = EntryKind::kClock;
  entry.wall_ms = wall_ms_;
  entry.keeper_ms = now_ms_;
  entry.policy = state_.policy_number();
  entry.face = Face::kKeeper;
  entry.detail = wire::encode(ClockDetail{step > 0, apart});
  record(std::move(entry));
  if (clocks_apart_)
    log_warning(
        "the wall clock stepped by more than 30 seconds: budgets follow boot time, nothing is "
        "destroyed and no proposal is carried out until they agree or the house starts again");
  else
    log_info("the wall clock agrees with boot time again");
}

void Keeper::sweep() {
  watch_space();
  if (!full_) {
    snapshot_when_due();
    carry_out_erasures();
    key_work_.go_on(*this);
    backup_work_.go_on(*this);
  } else {
    backup_work_.make_room(*this);
  }
  const auto& rule = state_.policy().session;
  for (const auto& id :
       sessions_.expired(now_ms_, rule.idle_s * 1000ull, rule.absolute_s * 1000ull)) {
    end_session(id, Reason::kExpired);
  }
  for (auto at = alike_.begin(); at != alike_.end();) {
    if (at->second.second == now_ms_ / 1000) {
      ++at;
      continue;
    }
    flush_alike(at->second);
    at = alike_.erase(at);
  }
}

void Keeper::end() {
  for (auto& [key, alike] : alike_) flush_alike(alike);
  alike_.clear();
}

// --- read
// -------------------------------------------------------------------------------------------------------------

std::expected<Asker, Reason> Keeper::check_proof(const Call& call, const wire::Proof& proof,
                                                 const wire::Target& target) {
  auto* session = sessions_.find(proof.session);
  if (session == nullptr) {
    record_unknown(call, EntryKind::kDenied, Reason::kNoSession, NetworkNumber());
    return std::unexpected(Reason::kNoSession);
  }
  const auto* principal = state_.principal(session->principal);
  CHECK(principal != nullptr);
  Asker asker{session, session->principal, principal->facts};
  const auto& rule = state_.policy().session;
  if (session->last_used_ms + rule.idle_s * 1000ull <= now_ms_ ||
      session->started_ms + rule.absolute_s * 1000ull <= now_ms_) {
    end_session(proof.session, Reason::kExpired);
    return std::unexpected(Reason::kExpired);
  }
  if (!parts_.without.proof) {
    // Until the MAC fits, nothing is known of who asks, so nothing is put down to the one robbed.
    if (session->face != call.channel->face || !session->proofs.made_for(proof, target)) {
      record_unknown(call, EntryKind::kDenied, Reason::kBadProof, session->network);
      return std::unexpected(Reason::kBadProof);
    }
    // The network is front's claim, so a difference can only refuse. It is looked at before the
    // counter: a thief elsewhere must not use up the counters of the one he robbed.
    if (prefix_of(proof.network) != session->prefix) {
      deny(call, asker, Reason::kNetworkChanged);
      return std::unexpected(Reason::kNetworkChanged);
    }
    if (!session->proofs.take(proof)) {
      deny(call, asker, Reason::kBadProof);
      return std::unexpected(Reason::kBadProof);
    }
  }
  session->last_used_ms = now_ms_;
  return asker;
}

bool Keeper::holds(const AdminSession& session) const {
  const auto* principal = state_.principal(session.admin);
  return principal != nullptr && !principal->facts.disabled &&
         principal->facts.role == Role::kAdmin && principal->facts.secrets == session.secrets &&
         now_ms_ < session.ends_ms;
}

void Keeper::admit_operator(Channel& channel, const AdminSession& session) {
  channel.operator_number = session.admin;
  channel.operator_secrets = session.secrets;
  channel.operator_until_ms = session.ends_ms;
  channel.stage = Stage::kServing;
}

bool Keeper::operator_may_act(Channel& channel) {
  if (parts_.demo) return true;  // its creator's connection is the operator
  const AdminSession session{channel.operator_number, channel.operator_secrets,
                             channel.operator_until_ms};
  if (!holds(session)) return false;
  channel.operator_until_ms = now_ms_ + kAdminSessionS * 1000ull;
  return true;
}

std::vector<std::shared_ptr<Channel>> Keeper::fronts() {
  std::vector<std::shared_ptr<Channel>> there;
  std::erase_if(fronts_, [&](const std::weak_ptr<Channel>& one) {
    auto channel = one.lock();
    if (!channel || channel->closed()) return true;
    there.push_back(std::move(channel));
    return false;
  });
  return there;
}

// --- authorise
// --------------------------------------------------------------------------------------------------------

CaseId Keeper::case_id(CaseNumber number) const {
  CipherBlock block{};
  put_big_endian(number.value, block.data());
  std::copy(kCaseIdTail.begin(), kCaseIdTail.end(), block.begin() + 8);
  const auto id = parts_.ring.with_raw_key(
      RingKey::kReference,
      [&](KeyView key) -> Result<CipherBlock> { return encrypt_block(key, block); });
  CHECK(id.has_value());
  return {*id};
}

std::optional<CaseNumber> Keeper::case_number(const CaseId& id) const {
  const auto block = parts_.ring.with_raw_key(
      RingKey::kReference,
      [&](KeyView key) -> Result<CipherBlock> { return decrypt_block(key, id.bytes); });
  CHECK(block.has_value());
  const bool ours = get_big_endian<std::uint32_t>(block->data() + 4) == 0 &&
                    std::equal(kCaseIdTail.begin(), kCaseIdTail.end(), block->begin() + 8);
  const CaseNumber number(get_big_endian<std::uint32_t>(block->data()));
  if (!ours || state_.find_case(number) == nullptr) return std::nullopt;
  return number;
}

std::expected<CaseAccess, Reason> Keeper::access(const Asker& asker, const CaseId& id) const {
  const auto number = case_number(id);
  if (!number) return std::unexpected(Reason::kNoGrant);
  const auto& row = *state_.find_case(*number);
  auto access = access_to(state_, asker.number, *number, now_ms_);
  if (!access && parts_.without.grant && !state_.is_erased(row.customer))
    access = CaseAccess{*number, row, row.contact};
  if (access && parts_.without.young) access->contact = row.said;
  return access;
}

std::expected<void, BudgetRefusal> Keeper::spend(const Asker& asker, Column column,
                                                 CustomerNumber customer, Entry& entry,
                                                 bool by_allowance) {
  entry.column = static_cast<std::uint8_t>(column);
  std::expected<Charge, BudgetRefusal> charge = std::unexpected(BudgetRefusal{});
  if (!by_allowance) {
    charge = charge_of(state_, limits_, asker.number, column, customer, entry, now_ms_);
    const bool unmetered =
        parts_.without.metering && column != Column::kClearCold && column != Column::kClearContact;
    if (!charge && (parts_.without.budget || unmetered)) return {};
  }
  const bool discloses = column != Column::kWrite && column != Column::kMiss;
  const auto face = entry.face;
  const MeterEvent event{column, customer, entry.fields, state_.holders_of(asker.number, face)};
  for (const auto& [number, one] : state_.allowances().all()) {
    if (charge || !discloses || !customer) break;
    if (!may_use(one, asker, customer)) continue;
    charge = check_allowed(event, one, face);
    if (charge) entry.detail = wire::encode(AllowanceUse{number});
  }
  if (!charge) return std::unexpected(charge.error());
  entry.charge = charge->bits;
  entry.weight = charge->weight;
  return {};
}

// --- record
// -----------------------------------------------------------------------------------------------------------

Entry Keeper::make_entry(EntryKind kind) const {
  Entry entry;
  entry.kind = kind;
  entry.wall_ms = wall_ms_;
  entry.keeper_ms = now_ms_;
  entry.policy = state_.policy_number();
  entry.face = Face::kKeeper;
  return entry;
}

Entry Keeper::make_entry(EntryKind kind, const Call& call) const {
  auto entry = make_entry(kind);
  entry.instance = call.channel->instance;
  entry.face = call.channel->face;
  return entry;
}

Entry Keeper::make_entry(EntryKind kind, const Call& call, const Asker& asker) const {
  auto entry = make_entry(kind, call);
  entry.principal = asker.number;
  entry.team = TeamNumber(asker.facts.team);
  if (asker.session != nullptr) {
    entry.session = asker.session->number;
    entry.network = asker.session->network;
  }
  return entry;
}

Result<PersonKeys> Keeper::name_customer(Entry& entry, CustomerNumber customer) {
  auto person = TRY(parts_.reader.person(customer));
  entry.customer = person.pseudonym(year_of(entry.wall_ms));
  return person;
}

void Keeper::record(Entry entry, CustomerNumber customer) {
  random_bytes(entry.salt);
  entry.sealed_customer = seal_customer(parts_.ring, customer, entry.salt);
  CHECK(state_.apply(entry, customer).has_value());
  ++applied_;
  if (entry.kind == EntryKind::kStaff || entry.kind == EntryKind::kClient ||
      entry.kind == EntryKind::kPolicy || entry.kind == EntryKind::kWitness) {
    limits_.forget();
  }
  turn_.has_rows = turn_.has_rows || has_rows(entry.kind);
  turn_.entries.push_back(std::move(entry));
}

Outcome Keeper::deny(const Call& call, const Asker& asker, Reason reason, CaseNumber case_number,
                     FieldSet fields, std::uint32_t retry_after_s) {
  auto entry = make_entry(EntryKind::kDenied, call, asker);
  entry.reason = reason;
  entry.case_number = case_number;
  entry.fields = fields;
  const auto key = std::uint64_t{asker.number.value} << 16 |
                   static_cast<std::uint64_t>(reason) << 8 | static_cast<std::uint64_t>(entry.face);
  record_alike(key, kFreeRefusalsPerSecond, std::move(entry), call.head.op);
  return Outcome::refuse(reason, retry_after_s);
}

void Keeper::record_unknown(const Call& call, EntryKind kind, Reason reason,
                            NetworkNumber network) {
  auto entry = make_entry(kind, call);
  entry.reason = reason;
  entry.network = network;
  const auto key = 1ull << 63 | std::uint64_t{network.value} << 24 |
                   static_cast<std::uint64_t>(kind) << 16 |
                   static_cast<std::uint64_t>(reason) << 8 | static_cast<std::uint64_t>(entry.face);
  record_alike(key, 1, std::move(entry), call.head.op);
}

void Keeper::record_alike(std::uint64_t key, std::uint32_t free, Entry entry, std::uint16_t op) {
  if (full_) {
    ++refused_while_full_;
    return;
  }
  entry.detail = wire::encode(CountDetail{1, op});
  const auto second = now_ms_ / 1000;
  if (alike_.size() >= kAlikeKindsMax) return record(std::move(entry));
  auto& alike = alike_[key];
  if (alike.second != second) {
    flush_alike(alike);
    alike = {entry, second, 0, 0};
  }
  if (++alike.seen <= free) return record(std::move(entry));
  ++alike.unwritten;
}

void Keeper::flush_alike(Alike& alike) {
  if (alike.unwritten == 0) return;
  auto entry = alike.entry;
  auto detail = wire::decode<CountDetail>(entry.detail);
  CHECK(detail.has_value());
  detail->times = alike.unwritten;
  entry.detail = wire::encode(*detail);
  entry.wall_ms = wall_ms_;
  entry.keeper_ms = now_ms_;
  alike.unwritten = 0;
  record(std::move(entry));
}

Digest Keeper::network_commitment(const NetworkPrefix& prefix) const {
  const auto commitment =
      parts_.ring.with_raw_key(RingKey::kIndex, [&](KeyView key) -> Result<Digest> {
        Bytes text{'n', 'e', 't'};
        text.insert(text.end(), prefix.bytes.begin(), prefix.bytes.end());
        return hmac_sha256(key, text);
      });
  CHECK(commitment.has_value());
  return *commitment;
}

std::optional<NetworkNumber> Keeper::known_network(const wire::NetworkAddress& address) const {
  const auto known = state_.number_of(NameKind::kNetwork, network_commitment(prefix_of(address)));
  if (!known) return std::nullopt;
  return NetworkNumber(*known);
}

NetworkNumber Keeper::network_of_stranger(const Call& call, const wire::NetworkAddress& address) {
  if (const auto known = known_network(address)) return *known;
  const auto minute = now_ms_ / 60'000;
  if (minute != strangers_minute_) strangers_ = 0;
  strangers_minute_ = minute;
  if (strangers_ >= kStrangersPerMinuteMax) return NetworkNumber();
  ++strangers_;
  return network_number(call, address);
}

NetworkNumber Keeper::network_number(const Call& call, const wire::NetworkAddress& address) {
  if (const auto known = known_network(address)) return *known;
  const auto prefix = prefix_of(address);
  const auto commitment = network_commitment(prefix);
  const auto number = state_.next_name(NameKind::kNetwork);
  auto entry = make_entry(EntryKind::kName, call);
  entry.detail = wire::encode(NameDetail{NameKind::kNetwork, number, commitment});
  record(std::move(entry));
  NameRow row{{std::string(text_of(prefix.bytes))}, {}};
  parts_.writer_lane.submit([&vault = parts_.vault, number, bytes = wire::encode(row)] {
    const RowWrite write{static_cast<std::uint8_t>(RowKind::kNetwork), number, 0, bytes, false};
    if (!vault.write_rows({&write, 1}, vault.applied_index()))
      log_error("cannot keep the opening of a network");
  });
  return NetworkNumber(number);
}

InstanceNumber Keeper::take_instance_number() {
  last_taken_instance_ = std::max(last_taken_instance_ + 1, state_.next_instance().value);
  return InstanceNumber(last_taken_instance_);
}

std::uint32_t Keeper::take_principal_number() {
  last_taken_principal_ = std::max(last_taken_principal_ + 1, state_.next_principal().value);
  return last_taken_principal_;
}

std::uint32_t Keeper::take_proposal_number() {
  last_taken_proposal_ = std::max(last_taken_proposal_, state_.last_proposal()) + 1;
  return last_taken_proposal_;
}

std::uint32_t Keeper::take_canary_number() {
  last_taken_canary_ = std::max(last_taken_canary_, state_.canaries().last()) + 1;
  return last_taken_canary_;
}

void Keeper::end_session(const SessionId& id, Reason reason) {
  auto* session = sessions_.find(id);
  if (session == nullptr) return;
  Entry entry;
  entry.kind = EntryKind::kSessionEnd;
  entry.reason = reason;
  entry.wall_ms = wall_ms_;
  entry.keeper_ms = now_ms_;
  entry.principal = session->principal;
  entry.session = session->number;
  entry.network = session->network;
  entry.policy = state_.policy_number();
  entry.face = session->face;
  record(std::move(entry));
  sessions_.remove(id);
}

// --- answers from lanes
// -----------------------------------------------------------------------------------------------

bool Keeper::on_lane(WorkLane& lane, std::move_only_function<void()> work, Resumption resume,
                     std::size_t waiting_max) {
  return lane.submit(
      [work = std::move(work), resume = std::move(resume), &mailbox = parts_.mailbox]() mutable {
        work();
        mailbox.post(std::move(resume));
      },
      waiting_max);
}

void Keeper::answer_later(const Call& call, Outcome outcome) {
  turn_.pending.push_back(
      {call.channel, call.head, std::move(outcome.ready), std::move(outcome.act), outcome.lane});
}

}  // namespace bulkhead
