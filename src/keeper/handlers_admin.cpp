// What an operator asks about the house itself: hello, sign-in, status, policy, demo codes.
#include "keeper/handlers.h"
#include "keeper/resident.h"
#include "keeper/rules.h"
#include "keeper/sign_in.h"
#include "keeper/totp.h"

namespace bulkhead::handlers {
Outcome admin_hello(Keeper& keeper, const Call& call, const wire::AdminHello& message) {
  if (message.protocol != 1) return Outcome::protocol_broken();
  // In a demo or drill directory its creator's connection is the operator; the supervisor checked
  // the user.
  call.channel->stage = keeper.parts().demo ? Stage::kServing : Stage::kSigningIn;
  return Outcome::with(
      wire::AdminHelloAnswer{{keeper.parts().origin}, keeper.parts().demo, keeper.parts().demo});
}

Outcome admin_sign_in(Keeper& keeper, const Call& call, const wire::AdminSignIn& message) {
  static constexpr wire::NetworkAddress kLocal{};
  if (const auto wait_s = keeper.guard().wait_s(message.name.value, kLocal); wait_s > 0) {
    keeper.record_unknown(call, EntryKind::kSignInFailed, Reason::kBackOff, NetworkNumber());
    return Outcome::refuse(Reason::kBackOff, wait_s);
  }
  keeper.guard().begin(message.name.value, kLocal);
  auto check = std::make_shared<SignInCheck>();
  check->read(keeper, message.name.value, message);
  const bool queued = keeper.on_lane(
      keeper.parts().hashing_lane, [check] { check->hash(); },
      [&keeper, call = Call{call.channel, call.head, {}}, check] {
        if (!check->decide_admin(keeper, call)) {
          return keeper.answer_later(call, Outcome::refuse(Reason::kBadCredentials));
        }
        const AdminSession session{check->principal(),
                                   keeper.state().principal(check->principal())->facts.secrets,
                                   keeper.now_ms() + kAdminSessionS * 1000ull};
        keeper.admit_operator(*call.channel, session);
        const auto token = keeper.admin_sessions().add(session);
        keeper.answer_later(call, Outcome::with(wire::AdminSession{token, kAdminSessionS}));
      });
  if (queued) return Outcome::answered_later();
  keeper.guard().take_back(message.name.value, kLocal);
  return Outcome::refuse(Reason::kTooMany, 5);
}

Outcome admin_resume(Keeper& keeper, const Call& call, const wire::AdminResume& message) {
  const auto session = keeper.admin_sessions().find(message.token, keeper.now_ms());
  if (!session || !keeper.holds(*session)) {
    keeper.record_unknown(call, EntryKind::kDenied, Reason::kNoSession, NetworkNumber());
    return Outcome::refuse(Reason::kNoSession);
  }
  if (message.sign_out) {
    keeper.admin_sessions().end(message.token);
    return Outcome::with(wire::Done{});
  }
  keeper.admit_operator(*call.channel, *session);
  return Outcome::with(wire::Done{});
}

Outcome status(Keeper& keeper, const Call&, const wire::StatusQuery&) {
  const auto& parts = keeper.parts();
  wire::StatusAnswer answer;
  answer.origin.value = parts.origin;
  answer.demo = parts.demo;
  answer.ledger_size = parts.ledger.size().value;
  answer.checkpoint_size = parts.ledger.checkpoint_size().value;
  answer.customers = keeper.state().customers();
  answer.open_cases = keeper.state().open_cases();
  for (const auto& [number, principal] : keeper.state().principals()) {
    const auto role = principal.facts.role;
    if (principal.facts.disabled || role == Role::kAuditor) continue;
    ++(role == Role::kClient ? answer.clients : answer.staff);
  }
  answer.sessions = static_cast<std::uint32_t>(keeper.sessions().size());
  answer.policy = keeper.state().policy_number().value;
  answer.up_s = keeper.up_ms() / 1000;
  answer.rss_mib = resident_mib();
  answer.breached_passwords = parts.breached_passwords != nullptr;
  answer.ledger_public_key = parts.ring.ledger_signing_key().public_key();
  for (const auto& front : keeper.fronts()) {
    if (answer.fronts.items.size() < wire::kFrontRowsMax)
      answer.fronts.items.push_back({front->face, front->instance});
  }
  for (const auto op : keeper.state().quarantined()) {
    if (const auto* const rule = rule_of(op))
      answer.quarantined.items.push_back({std::string(rule->name)});
  }
  for (const auto& one : kProtections) {
    if (parts.without.*one.off) answer.without.items.push_back({std::string(one.name)});
  }
  answer.standing = ledger_standing(keeper);
  if (parts.drill) {
    answer.state_fingerprint = keeper.state().fingerprint();
    answer.state_entries = keeper.state().entries();
  }
  return Outcome::with(answer);
}

Outcome set_policy(Keeper& keeper, const Call& call, const wire::SetPolicy& message) {
  auto policy = wire::decode<Policy>(view_of(message.policy.value));
  if (!policy || !check_policy(*policy)) return Outcome::refuse(Reason::kMalformed);
  policy->number = PolicyNumber(keeper.state().policy_number().value + 1);
  auto entry = keeper.make_entry(EntryKind::kPolicy, call);
  entry.principal = call.channel->operator_number;
  entry.policy = policy->number;
  entry.detail = wire::encode(PolicyDetail{{std::string(text_of(wire::encode(*policy)))}});
  keeper.record(std::move(entry));
  return Outcome::with(wire::SetPolicyAnswer{keeper.state().policy_number().value});
}

Outcome move_clock(Keeper& keeper, const Call&, const wire::MoveClock& message) {
  auto* const clock = keeper.parts().drill_clock;
  if (clock == nullptr) return Outcome::refuse(Reason::kRole);
  if (message.forward_ms > wire::kMoveClockMsMax) return Outcome::refuse(Reason::kMalformed);
  clock->advance_ms(message.forward_ms);
  return Outcome::with(wire::Done{});
}

Outcome lift_quarantine(Keeper& keeper, const Call& call, const wire::LiftQuarantine& message) {
  for (const auto op : keeper.state().quarantined()) {
    const auto* const rule = rule_of(op);
    if (rule == nullptr || rule->name != message.operation.value) continue;
    auto entry = keeper.make_entry(EntryKind::kContainment, call);
    entry.principal = call.channel->operator_number;
    entry.detail = wire::encode(ContainmentDetail{ContainmentStep::kLifted, op});
    if (auto* const note = keeper.parts().crash_note) note->forget(op);
    keeper.record(std::move(entry));
    return Outcome::with(wire::Done{});
  }
  return Outcome::refuse(Reason::kNotThere);
}

Outcome demo_code(Keeper& keeper, const Call&, const wire::DemoCode& message) {
  // Codes of others exist only where nobody is real.
  if (!keeper.parts().demo) return Outcome::refuse(Reason::kRole);
  const auto number = keeper.directory().find(message.name.value);
  const auto* principal = number ? keeper.state().principal(*number) : nullptr;
  if (principal == nullptr) return Outcome::refuse(Reason::kNotThere);
  const auto version = principal->facts.secrets;
  auto step = totp_step(keeper.wall_ms());
  // The code of a step that was used already would be refused, so the next one is told.
  if (step <= principal->last_totp_step) step = principal->last_totp_step + 1;
  const auto valid_s = static_cast<std::uint8_t>(
      std::min<std::uint64_t>(((step + 1) * kTotpStepMs - keeper.wall_ms()) / 1000, 255));
  return Outcome::run([number = *number, version, step, valid_s](ActContext& context) {
    const auto secrets = read_secrets(context.reader, number, version);
    if (!secrets) return refuse_with(Reason::kNotThere);
    return answer_with(
        wire::DemoCodeAnswer{{totp_code(secrets->credentials.totp_secret, step)}, valid_s});
  });
}

}  // namespace bulkhead::handlers
