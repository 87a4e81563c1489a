// Drill 30: the desk's process belongs to the attacker. It says every operation in every stage,
// repeats and changes what honest browsers sign, speaks for them without their keys, and puts
// itself between two people and the keeper when they sign in, so that it has those two sessions
// whole. What it sees is what people asked for through it and what two stolen sessions may have;
// the ledger names exactly that by the process's instance.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "crypto/encoding.h"
#include "crypto/random.h"
#include "drills/bounds.h"
#include "drills/insider.h"
#include "drills/owned_front.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint16_t kOpsTried = 200;
constexpr unsigned kHonestBehindIt = 2;  // agents whose browsers keep their keys
constexpr unsigned kTakenOver = 2;       // agents whose sign-in it stands between
constexpr std::uint8_t kCasesShown = 50;

// Says every operation there is, and more that are not, before and after the greeting. Answers how
// many the keeper carried out.
Result<unsigned> say_everything(Attack& attack) {
  std::array<std::uint8_t, 96> noise{};
  unsigned obeyed = 0;
  for (std::uint16_t op = 0; op < kOpsTried; ++op) {
    for (const bool greeted : {false, true}) {
      auto front =
          TRY(greeted ? OwnedFront::greeted(attack.house) : OwnedFront::connect(attack.house));
      random_bytes(noise);
      ++attack.evidence.attempts;
      const auto answer =
          front.say(op, op % 2 == 0 ? ByteView(noise) : ByteView(), front.instance());
      obeyed += static_cast<unsigned>(answer && answer->reason == Reason::kNone);
    }
  }
  return obeyed;
}

// One session at the owned desk: the browser's own, or one that the front speaks for.
struct Puppet {
  unsigned position = 0;  // among the insiders
  std::optional<HeldSession> session;
  std::uint32_t next = 0;  // the next stranger to take
};

class Puppeteer {
 public:
  Puppeteer(Attack& attack, OwnedFront& front) : attack_(attack), front_(front) {}

  Status sign_in(Puppet& puppet) {
    TRY_STATUS(attack_.house.move_clock(kMinuteMs));  // a code is good once
    const auto name = fmt::format("agent-{:02}", kFirstInsider + puppet.position);
    puppet.session = TRY(sign_in_through(front_, attack_.house, attack_.stage, name,
                                         address_of_insider(puppet.position)));
    return {};
  }

  // What the agent's own screen shows.
  std::vector<wire::CaseRow> own_cases(Puppet& puppet) {
    const auto answer = ask(puppet, wire::ListCases{{}, wire::CaseView::kMine, 0, kCasesShown});
    if (!answer) return {};
    auto list = wire::decode<wire::ListCasesAnswer>(answer->rest);
    if (!list) return {};
    for (const auto& row : list->rows.items) attack_.book.learn(to_hex(row.id.bytes), row.number);
    return std::move(list->rows.items);
  }
  void reveal(Puppet& puppet, const CaseId& id) {
    const auto wanted = FieldSet::of(Field::kGivenName) | FieldSet::of(Field::kFamilyName);
    take(id, ask(puppet, wire::Reveal{{}, id, wanted, Purpose::kService}));
  }
  // A signed request said again, and with more asked for.
  void repeat_and_widen(Puppet& puppet, const CaseId& id) {
    auto signed_one = puppet.session->signed_message(
        wire::Reveal{{}, id, FieldSet::of(Field::kGivenName), Purpose::kService});
    auto wider = signed_one;
    wider.fields = FieldSet::all() - FieldSet::of(Field::kCompanions);
    take(id, say(wider));
    take(id, say(signed_one));
    take(id, say(signed_one));
    wider.proof.counter += 7;
    take(id, say(wider));
  }
  // A stranger, from a leaked list.
  void take_stranger(Puppet& puppet) {
    const auto customer = puppet.next++;
    const auto mail = attack_.stage.world.value_of(customer, Field::kEmail);
    attack_.evidence.typed.insert(customer);
    const auto hit = ask(puppet, wire::Lookup{{}, IdentifierKind::kEmail, {mail}});
    const auto found = hit ? wire::decode<wire::LookupAnswer>(hit->rest)
                           : Result<wire::LookupAnswer>(fail(ErrorCode::kRefused, "refused"));
    if (!found || !found->customer) return;
    attack_.evidence.loot.existence.insert(customer);
    const auto opened = ask(puppet, wire::OpenCase{{}, *found->customer, RequestType::kQuestion});
    if (!opened) return;
    const auto row = wire::decode<wire::CaseAnswer>(opened->rest);
    if (!row) return;
    attack_.book.opened(to_hex(row->row.id.bytes), customer);
    reveal(puppet, row->row.id);
  }

 private:
  // Nothing when it was refused.
  template <class Message>
  std::optional<ChannelAnswer> ask(Puppet& puppet, Message message) {
    return say(puppet.session->signed_message(std::move(message)));
  }
  template <class Message>
  std::optional<ChannelAnswer> say(const Message& message) {
    auto& evidence = attack_.evidence;
    ++evidence.attempts;
    if (!evidence.began_ms) {
      evidence.began_ms = steady_ms();
      evidence.began_wall_ms = wall_now_ms();
    }
    auto answer = front_.ask(message);
    if (answer && answer->reason == Reason::kNone) return answer;
    ++evidence.refusals;
    if (!evidence.first_refusal_ms) evidence.first_refusal_ms = steady_ms() - *evidence.began_ms;
    return std::nullopt;
  }
  void take(const CaseId& id, const std::optional<ChannelAnswer>& answer) {
    if (!answer) return;
    const auto record = wire::decode<wire::RecordAnswer>(answer->rest);
    const auto customer = attack_.book.customer_of(to_hex(id.bytes));
    if (!record || !customer) {
      ++attack_.evidence.unknown_cases;
      return;
    }
    auto& fields = attack_.evidence.loot.fields[*customer];
    for (const auto& value : record->values.items)
      fields = fields | FieldSet::of(static_cast<Field>(value.field));
  }

  Attack& attack_;
  OwnedFront& front_;
};

// Whose key nobody but the browser has, so the front makes one up.
Puppet without_key(const Puppet& honest, std::uint32_t next) {
  Puppet puppet{honest.position, {}, next};
  puppet.session.emplace(HeldSession{honest.session->id, random_secret(32), honest.session->counter,
                                     honest.session->network});
  return puppet;
}

Status own_the_desk(Attack& attack) {
  const auto& world = attack.stage.world;
  const auto obeyed = TRY(say_everything(attack));
  auto front = TRY(OwnedFront::greeted(attack.house));
  Puppeteer puppeteer(attack, front);
  std::vector<Puppet> honest, taken;
  const auto slice = (world.options.customers - 1) / (kHonestBehindIt + kTakenOver);
  const std::uint32_t strangers_bound = bounds().session_clear * kTakenOver;
  std::set<std::uint32_t> in_touch;  // whom the four people serve
  for (unsigned i = 0; i < kHonestBehindIt + kTakenOver; ++i) {
    auto& group = i < kHonestBehindIt ? honest : taken;
    group.push_back({i, {}, 1 + i * slice});
    for (const auto customer : world.in_touch_with(kFirstInsider + i - 1))
      in_touch.insert(customer);
  }
  for (unsigned hour = 0; hour < kHoursOfADay; ++hour) {
    for (auto* const group : {&honest, &taken}) {
      for (auto& puppet : *group) TRY_STATUS(puppeteer.sign_in(puppet));
    }
    for (auto& puppet : honest) {
      for (const auto& row : puppeteer.own_cases(puppet)) {
        if (row.contact == ContactProof::kNone) continue;
        puppeteer.reveal(puppet, row.id);
        puppeteer.repeat_and_widen(puppet, row.id);
        break;
      }
    }
    for (unsigned minute = 0; minute < kMinutesOfAnHour; ++minute) {
      for (auto& puppet : taken) {
        for (std::uint32_t i = 0; i < kInAMinute; ++i) puppeteer.take_stranger(puppet);
      }
      for (auto& puppet : honest) {
        auto forged = without_key(puppet, puppet.next);
        for (std::uint32_t i = 0; i < kInAMinute; ++i) puppeteer.take_stranger(forged);
        puppet.next = forged.next;
      }
      TRY_STATUS(attack.house.move_clock(kMinuteMs));
    }
    TRY_STATUS(attack.house.move_clock(kHourMs));
  }
  for (auto& puppet : taken) {
    TRY_STATUS(puppeteer.sign_in(puppet));
    for (const auto& row : puppeteer.own_cases(puppet)) {
      if (row.contact != ContactProof::kNone) puppeteer.reveal(puppet, row.id);
    }
  }

  attack.scope.exposed_through = front.instance().value;
  auto& report = attack.report;
  report.bound_customers = strangers_bound + static_cast<std::uint32_t>(in_touch.size());
  report.bound_fields = report.bound_customers * bounds().session_fields;
  const auto strangers = std::ranges::count_if(
      attack.evidence.loot.fields, [&](const auto& one) { return !in_touch.contains(one.first); });
  report.exceeded = strangers > strangers_bound;
  report.notes.push_back(fmt::format(
      "{} operations said in two stages, {} carried out; {} honest sessions behind it, {} taken "
      "over at sign-in",
      kOpsTried, obeyed, kHonestBehindIt, kTakenOver));
  if (obeyed > 0) report.problems.emplace_back("the keeper carried out what nobody signed");
  return {};
}

}  // namespace

Result<DrillReport> run_front_owned(const DrillRun& run) {
  return run_theft(run, {.principal = "",
                         .network = "",
                         .face = Face::kDesk,
                         .events = false,
                         .attack = own_the_desk,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
