// A program that signs in at the API, for tests of a running keeper. Owned by keeper; tests only.
#pragma once

#include "crypto/secret_access.h"
#include "keeper/house_fixture.h"

namespace bulkhead {

struct ProgramForTest {
  std::string name;
  std::array<std::uint8_t, 32> secret{};
  wire::NetworkAddress network{};

  // Adds it, bound to the /120 around `network`, granted customers by cases of that type.
  static ProgramForTest add(Peer& admin, std::string name, RequestType event,
                            const wire::NetworkAddress& network = {}) {
    const wire::ClientAdd message{{name}, Role::kClient, network, 120, {{event}}, true};
    return {std::move(name), admin.call<wire::ClientSecret>(message).secret, network};
  }

  wire::ClientSignIn message(const EcdhKey& own) const {
    Bytes bytes;
    const auto put = [&](ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
    put(view_of(wire::kClientSignInInfo));
    put(view_of(name));
    put(view_of("\n"));
    put(own.public_key());
    return {{name}, own.public_key(), hmac_sha256(ByteView(secret), bytes), network};
  }
  // What came of signing in; `session` when it succeeded.
  Reason sign_in(Peer& front, std::optional<SignedIn>* session = nullptr) const {
    const auto own = EcdhKey::generate();
    const auto answer = front.ask(message(*own));
    if (answer->reason != Reason::kNone || session == nullptr) return answer->reason;
    const auto opened = answer->as<wire::SignInAnswer>();
    const auto shared = own->agree(opened.keeper_public_key);
    Bytes material(shared->read(SecretAccessForCrypto::show()).begin(),
                   shared->read(SecretAccessForCrypto::show()).end());
    material.insert(material.end(), secret.begin(), secret.end());
    auto key = hkdf_sha256(SecretBytes(ByteView(material)), opened.session.bytes,
                           view_of(wire::kClientKeyInfo), 32);
    session->emplace(SignedIn{opened.session, std::move(*key), 0, network});
    return Reason::kNone;
  }
};

}  // namespace bulkhead
