// Sessions: who signs in how, and what a session may ask about itself. Passwords are hashed on
// their own lane.
#include "crypto/constant_time.h"
#include "crypto/ecdh.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keeper/handlers.h"
#include "keeper/sign_in.h"

namespace bulkhead::handlers {
namespace {

Bytes client_sign_in_bytes(const wire::ClientSignIn& message) {
  Bytes bytes;
  const auto add = [&](ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
  add(view_of(wire::kClientSignInInfo));
  add(view_of(message.name.value));
  add(view_of("\n"));
  add(message.public_key);
  return bytes;
}

}  // namespace

bool in_network(const PrincipalDetail& facts, const wire::NetworkAddress& address) {
  for (unsigned bit = 0; bit < facts.prefix_bits && bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80u >> (bit % 8));
    if (((facts.network[bit / 8] ^ address[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

Outcome hello(Keeper& keeper, const Call& call, const wire::Hello& message) {
  // A front that could escape its confinement, or claims another face than its channel's, gets
  // nothing.
  if (message.escapes != 0 || message.face != call.channel->face) return Outcome::protocol_broken();
  call.channel->stage = Stage::kServing;
  keeper.greeted(call.channel);
  auto entry = keeper.make_entry(EntryKind::kRestart, call);
  entry.detail = wire::encode(RestartDetail{call.channel->instance.value, 0});
  keeper.record(std::move(entry));
  return Outcome::with(
      wire::HelloAnswer{call.channel->instance, {keeper.parts().origin}, keeper.parts().demo});
}

Outcome sign_in(Keeper& keeper, const Call& call, const wire::SignIn& message) {
  const auto& name = message.name.value;
  // People sign in at the desk, programs at the API; and a key that is none is no try.
  if (call.channel->face == Face::kApi) return Outcome::refuse(Reason::kRole);
  if (!is_public_key(message.public_key)) return Outcome::refuse(Reason::kMalformed);
  const auto network = keeper.network_of_stranger(call, message.network);
  const bool guarded = !keeper.parts().without.sign_in_guard;
  const auto wait_s = guarded ? keeper.guard().wait_s(name, message.network) : 0u;
  if (wait_s > 0) {
    keeper.record_unknown(call, EntryKind::kSignInFailed, Reason::kBackOff, network);
    return Outcome::refuse(Reason::kBackOff, wait_s);
  }
  const auto waiting_max = !guarded || keeper.guard().knows(name, message.network)
                               ? kHashingJobsMax
                               : kStrangersHashingJobsMax;
  keeper.guard().begin(name, message.network);

  auto check = std::make_shared<SignInCheck>();
  check->read(keeper, name, message);
  const bool queued = keeper.on_lane(
      keeper.parts().hashing_lane, [check] { check->hash(); },
      [&keeper, call = Call{call.channel, call.head, {}}, check, network] {
        keeper.answer_later(call, check->decide(keeper, call, network));
      },
      waiting_max);
  if (queued) return Outcome::answered_later();
  keeper.guard().take_back(name, message.network);
  return Outcome::refuse(Reason::kTooMany, 5);
}

Outcome client_sign_in(Keeper& keeper, const Call& call, const wire::ClientSignIn& message) {
  if (call.channel->face != Face::kApi) return Outcome::refuse(Reason::kRole);
  if (!is_public_key(message.public_key)) return Outcome::refuse(Reason::kMalformed);
  const auto network = keeper.network_of_stranger(call, message.network);
  const auto refuse = [&](Reason reason) {
    keeper.record_unknown(call, EntryKind::kSignInFailed, reason, network);
    return Outcome::refuse(Reason::kBadCredentials);
  };
  const auto number = keeper.directory().find(message.name.value);
  const auto* principal = number ? keeper.state().principal(*number) : nullptr;
  const bool fits =
      principal != nullptr && principal->facts.role == Role::kClient && !principal->facts.disabled;
  const bool at_home =
      fits && (keeper.parts().without.proof || in_network(principal->facts, message.network));
  const auto too_many = [&](std::uint32_t wait_s) {
    keeper.record_unknown(call, EntryKind::kSignInFailed, Reason::kTooMany, network);
    return Outcome::refuse(Reason::kTooMany, wait_s);
  };
  if (const auto wait_s = keeper.client_sign_ins().try_one(at_home, keeper.now_ms()); wait_s > 0)
    return too_many(wait_s);
  const auto secrets = read_secrets(keeper.parts().reader, fits ? *number : PrincipalNumber(),
                                    fits ? principal->facts.secrets : 0);
  if (!fits || !secrets) return refuse(Reason::kBadCredentials);
  const auto expected = hmac_sha256(ByteView(secrets->secret), client_sign_in_bytes(message));
  if (!equal_in_constant_time(expected, message.mac)) return refuse(Reason::kBadCredentials);
  if (!at_home) return refuse(Reason::kNetworkChanged);
  if (const auto wait_s = keeper.client_sign_ins().let_in(*number, keeper.now_ms()); wait_s > 0)
    return too_many(wait_s);
  SecretBytes secret{ByteView(secrets->secret)};
  return open_session(keeper, call, *number, message.network, message.public_key, &secret, 0);
}

Outcome sign_out(Keeper& keeper, const Call&, const Asker& asker, const wire::SignOut&) {
  keeper.end_session(asker.session->id, Reason::kSignedOut);
  return Outcome::with(wire::Done{});
}

Outcome open_lane(Keeper& keeper, const Call& call, const Asker& asker, const wire::OpenLane&) {
  const auto lane = asker.session->proofs.open_lane(keeper.state().policy().session.lanes);
  if (!lane) return keeper.deny(call, asker, Reason::kTooMany);
  return Outcome::with(wire::OpenLaneAnswer{*lane});
}

Outcome me(Keeper& keeper, const Call&, const Asker& asker, const wire::Me&) {
  wire::MeAnswer answer{{keeper.directory().name_of(asker.number)},
                        asker.facts.role,
                        {keeper.directory().team_name(asker.facts.team)},
                        {}};
  const auto& limits = keeper.limits().own(keeper.state(), asker.number, keeper.now_ms());
  const HolderKey holder{asker.is_client() ? Holder::kClient : Holder::kPerson, asker.number.value};
  for (std::size_t column = 0; column < kColumnCount; ++column) {
    for (std::size_t horizon = 0; horizon < kHorizonCount; ++horizon) {
      const auto usage = keeper.state().meters().usage(
          holder, static_cast<Column>(column), static_cast<Horizon>(horizon), keeper.now_ms());
      const auto& limit = limits.of(static_cast<Column>(column), static_cast<Horizon>(horizon));
      answer.budgets.items.push_back({static_cast<std::uint8_t>(column),
                                      static_cast<std::uint8_t>(horizon), usage.customers,
                                      limit.customers});
    }
  }
  return Outcome::with(answer);
}

Outcome disclosures(Keeper& keeper, const Call&, const Asker& asker, const wire::Disclosures&) {
  wire::DisclosuresAnswer answer;
  if (const auto* kept = keeper.state().disclosures(asker.number)) {
    for (const auto& one : *kept) {
      answer.rows.items.push_back({one.wall_ms, static_cast<std::uint8_t>(one.kind), one.grade,
                                   one.reason, one.case_number.value, one.fields});
    }
  }
  return Outcome::with(answer);
}

Outcome grants(Keeper& keeper, const Call&, const Asker& asker, const wire::Grants&) {
  wire::GrantsAnswer answer;
  for (const auto& grant : keeper.state().grants(asker.number, keeper.now_ms())) {
    const auto* row = keeper.state().find_case(grant.case_number);
    if (row == nullptr || answer.rows.items.size() >= 64) continue;
    answer.rows.items.push_back({keeper.case_id(grant.case_number), row->type,
                                 keeper.wall_ms() + (grant.expires_ms - keeper.now_ms())});
  }
  return Outcome::with(answer);
}

}  // namespace bulkhead::handlers
