#include "drills/puppeteer.h"

#include <fmt/format.h>

#include "crypto/encoding.h"
#include "crypto/random.h"
#include "drills/insider.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint8_t kCasesShown = 50;

std::string name_of_puppet(const Puppet& puppet) {
  return fmt::format("agent-{:02}", kFirstInsider + puppet.position);
}

}  // namespace

Puppet without_key(const Puppet& honest, std::uint32_t next) {
  Puppet puppet{honest.position, {}, next, true, honest.opened};
  puppet.session.emplace(HeldSession{honest.session->id, random_secret(32), honest.session->counter,
                                     honest.session->network});
  return puppet;
}

Status Puppeteer::sign_in(Puppet& puppet) {
  TRY_STATUS(attack_.house.move_clock(kMinuteMs));  // a code is good once
  puppet.session = TRY(sign_in_through(front_, attack_.house, attack_.stage, name_of_puppet(puppet),
                                       address_of_insider(puppet.position)));
  return {};
}

template <class Message>
std::optional<ChannelAnswer> Puppeteer::ask(Puppet& puppet, Message message) {
  return say(puppet, puppet.session->signed_message(std::move(message)));
}

template <class Message>
std::optional<ChannelAnswer> Puppeteer::say(const Puppet& puppet, const Message& message) {
  auto& evidence = attack_.evidence;
  ++evidence.attempts;
  if (!evidence.began_ms) {
    evidence.began_ms = steady_ms();
    evidence.began_wall_ms = wall_now_ms();
  }
  (puppet.forged ? said_forged_ : said_held_).insert(Message::kOp);
  auto answer = front_.ask(message);
  if (answer && answer->reason == Reason::kNone) {
    forged_obeyed_ += static_cast<std::uint64_t>(puppet.forged);
    return answer;
  }
  ++evidence.refusals;
  if (!evidence.first_refusal_ms) evidence.first_refusal_ms = steady_ms() - *evidence.began_ms;
  return std::nullopt;
}

std::vector<wire::CaseRow> Puppeteer::own_cases(Puppet& puppet) {
  const auto answer = ask(puppet, wire::ListCases{{}, wire::CaseView::kMine, 0, kCasesShown});
  if (!answer) return {};
  auto list = wire::decode<wire::ListCasesAnswer>(answer->rest);
  if (!list) return {};
  for (const auto& row : list->rows.items) attack_.book.learn(to_hex(row.id.bytes), row.number);
  return std::move(list->rows.items);
}

void Puppeteer::reveal(Puppet& puppet, const CaseId& id) {
  const auto wanted = FieldSet::of(Field::kGivenName) | FieldSet::of(Field::kFamilyName);
  take(id, ask(puppet, wire::Reveal{{}, id, wanted, Purpose::kService}));
}

void Puppeteer::reveal_all(Puppet& puppet, const CaseId& id) {
  const auto wanted =
      FieldSet::all() - FieldSet::of(Field::kCardToken) - FieldSet::of(Field::kCompanions);
  take(id, ask(puppet, wire::Reveal{{}, id, wanted, Purpose::kRefund}));
}

void Puppeteer::repeat_and_widen(Puppet& puppet, const CaseId& id) {
  auto signed_one = puppet.session->signed_message(
      wire::Reveal{{}, id, FieldSet::of(Field::kGivenName), Purpose::kService});
  auto wider = signed_one;
  wider.fields = FieldSet::all() - FieldSet::of(Field::kCompanions);
  take(id, say(puppet, wider));
  take(id, say(puppet, signed_one));
  take(id, say(puppet, signed_one));
  wider.proof.counter += 7;
  take(id, say(puppet, wider));
}

void Puppeteer::take_stranger(Puppet& puppet, bool all) {
  const auto customer = puppet.next++;
  const auto mail = attack_.stage.world.value_of(customer, Field::kEmail);
  attack_.evidence.typed.insert(customer);
  const auto hit = ask(puppet, wire::Lookup{{}, IdentifierKind::kEmail, {mail}});
  const auto found = hit ? wire::decode<wire::LookupAnswer>(hit->rest)
                         : Result<wire::LookupAnswer>(fail(ErrorCode::kRefused, "refused"));
  // A made-up key finds nobody, and asks for a case all the same.
  if (found && found->customer) attack_.evidence.loot.existence.insert(customer);
  if (!puppet.forged && !(found && found->customer)) return;
  const auto ref = found && found->customer ? *found->customer : CustomerRef{};
  const auto opened = ask(puppet, wire::OpenCase{{}, ref, RequestType::kQuestion});
  if (!opened) return;
  const auto row = wire::decode<wire::CaseAnswer>(opened->rest);
  if (!row) return;
  attack_.book.opened(to_hex(row->row.id.bytes), customer);
  puppet.opened = row->row.id;
  all ? reveal_all(puppet, row->row.id) : reveal(puppet, row->row.id);
}

void Puppeteer::say_the_rest(Puppet& puppet, const CaseId& id) {
  for (const auto view :
       {wire::CaseView::kUnassigned, wire::CaseView::kOpen, wire::CaseView::kClosed})
    ask(puppet, wire::ListCases{{}, view, 0, kCasesShown});
  ask(puppet, wire::Me{});
  ask(puppet, wire::OpenLane{});
  ask(puppet, wire::Grants{});
  ask(puppet, wire::Count{});
  ask(puppet, wire::ShowCase{{}, id});
  take(id, ask(puppet, wire::Masked{{}, id}));
  take_messages(id, ask(puppet, wire::ListMessages{{}, id}));
  take_typed(id, Field::kMessage,
             ask(puppet, wire::AddMessage{{}, id, Direction::kToCustomer, {"Call this number."}}));
  wire::ChangeContact change{{}, id, {}};
  change.changes.items.push_back({static_cast<std::uint8_t>(Field::kCity), {"Elsewhere"}});
  take_typed(id, Field::kCity, ask(puppet, change));
  ask(puppet, wire::AssignCase{{}, id, {name_of_puppet(puppet)}});
  ask(puppet, wire::AskApproval{{}, id, wire::kApprovalPeopleMax});
  ask(puppet, wire::ListAllowances{});
  // Whether it may give itself what it asked for.
  ask(puppet, wire::DecideAllowance{{}, 1, AllowanceDecision::kGive});
  ask(puppet, wire::RequestErasure{{}, id});
  ask(puppet, wire::CancelErasure{{}, id});
  ask(puppet, wire::Disclosures{});
}

bool Puppeteer::break_glass(Puppet& puppet, const CaseId& id) {
  return ask(puppet, wire::BreakGlass{{}, id}).has_value();
}

void Puppeteer::close(Puppet& puppet, const CaseId& id) { ask(puppet, wire::CloseCase{{}, id}); }

void Puppeteer::sign_out(Puppet& puppet) { ask(puppet, wire::SignOut{}); }

FieldSet* Puppeteer::loot_of(const CaseId& id) {
  const auto customer = attack_.book.customer_of(to_hex(id.bytes));
  if (customer) return &attack_.evidence.loot.fields[*customer];
  ++attack_.evidence.unknown_cases;
  return nullptr;
}

void Puppeteer::take(const CaseId& id, const std::optional<ChannelAnswer>& answer) {
  if (!answer) return;
  const auto record = wire::decode<wire::RecordAnswer>(answer->rest);
  auto* const fields = loot_of(id);
  if (fields == nullptr || !record) return;
  for (const auto& value : record->values.items) {
    const auto field = static_cast<Field>(value.field);
    *fields = *fields | FieldSet::of(field);
    if (!value.masked) check_tokens(id, field, value.value.value);
  }
}

void Puppeteer::take_messages(const CaseId& id, const std::optional<ChannelAnswer>& answer) {
  if (!answer) return;
  const auto messages = wire::decode<wire::MessagesAnswer>(answer->rest);
  auto* const fields = loot_of(id);
  if (fields == nullptr || !messages) return;
  *fields = *fields | FieldSet::of(Field::kMessage);
  for (const auto& row : messages->rows.items) {
    if (row.direction == Direction::kNote) *fields = *fields | FieldSet::of(Field::kNote);
    check_tokens(id, Field::kMessage, row.text.value);
  }
}

// What was typed in passed through the front as well.
void Puppeteer::take_typed(const CaseId& id, Field field,
                           const std::optional<ChannelAnswer>& answer) {
  if (!answer) return;
  if (auto* const fields = loot_of(id)) *fields = *fields | FieldSet::of(field);
}

void Puppeteer::check_tokens(const CaseId& id, Field field, std::string_view text) {
  const auto customer = attack_.book.customer_of(to_hex(id.bytes));
  find_plain_tokens(view_of(text), attack_.stage.world.tokens, [&](const TokenOwner& owner) {
    // People sign what they write, so a message may hold its own customer's name.
    const bool fits = field == Field::kMessage || owner.field == field;
    if (owner.customer != customer || !fits) ++attack_.evidence.strange_tokens;
  });
}

}  // namespace bulkhead::drills
