// A real keeper in a thread of the test, with real vault and ledger in a private folder, and peers
// that speak its protocol. It must never stand in for any of the keeper's parts. Owned by keeper;
// tests only.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <map>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/descriptor.h"
#include "crypto/ecdh.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keeper/keeper_setup.h"
#include "keeper/service.h"
#include "store/temporary_folder.h"
#include "wire/admin_messages.h"
#include "wire/control_messages.h"
#include "wire/descriptor.h"
#include "wire/frame.h"
#include "wire/paths.h"

namespace bulkhead {

// An answer: its reason, and the bytes that follow it.
struct PeerAnswer {
  Reason reason{};
  Bytes rest;
  template <class Message>
  Message as() const {
    const auto message = wire::decode<Message>(rest);
    EXPECT_TRUE(message.has_value()) << name_of(reason);
    return message.value_or(Message{});
  }
};

class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}

  InstanceNumber instance;

  void send(std::uint16_t op, ByteView body) {
    Bytes frame;
    wire::put_frame(frame, {op, ++request_, instance}, body);
    send_raw(frame);
  }
  void send_raw(ByteView bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // closed: receive() will say so
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
  }
  // Nothing when the keeper closed the channel (or stays silent for ten seconds).
  std::optional<PeerAnswer> receive() {
    for (;;) {
      const auto frame = reader_.next();
      if (!frame) return std::nullopt;
      if (*frame) {
        const auto body = (**frame).body;
        return PeerAnswer{static_cast<Reason>(body[0]), Bytes(body.begin() + 1, body.end())};
      }
      pollfd wait{fd_.get(), POLLIN, 0};
      if (poll(&wait, 1, 10'000) != 1) return std::nullopt;
      std::array<std::uint8_t, 65536> buffer;
      const auto count = recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) return std::nullopt;
      reader_.feed(ByteView(buffer).first(static_cast<std::size_t>(count)));
    }
  }
  template <class Message>
  std::optional<PeerAnswer> ask(const Message& message) {
    send(static_cast<std::uint16_t>(Message::kOp), wire::encode(message));
    return receive();
  }
  // All of them before the first answer, so that nothing comes between.
  template <class... Messages>
  std::vector<Reason> ask_at_once(const Messages&... messages) {
    (send(static_cast<std::uint16_t>(Messages::kOp), wire::encode(messages)), ...);
    std::vector<Reason> reasons;
    for (std::size_t i = 0; i < sizeof...(messages); ++i) {
      const auto answer = receive();
      EXPECT_TRUE(answer.has_value()) << "the channel was closed";
      if (answer) reasons.push_back(answer->reason);
    }
    return reasons;
  }
  template <class Answer, class Message>
  Answer call(const Message& message) {
    const auto answer = ask(message);
    EXPECT_TRUE(answer.has_value()) << "the channel was closed";
    if (!answer) return {};
    EXPECT_EQ(answer->reason, Reason::kNone) << name_of(answer->reason);
    return answer->template as<Answer>();
  }

 private:
  Descriptor fd_;
  wire::FrameReader reader_;
  std::uint64_t request_ = 0;
};

// What a browser holds after signing in.
struct SignedIn {
  SessionId session;
  SecretBytes key;
  std::uint64_t counter = 0;
  wire::NetworkAddress network{};

  // Signs `message` for lane 0 and asks.
  template <class Message>
  std::optional<PeerAnswer> ask(Peer& peer, Message message) {
    message.proof = proof_for(message);
    return peer.ask(message);
  }
  template <class Message>
  wire::Proof proof_for(const Message& message) {
    wire::Proof proof;
    proof.session = session;
    proof.counter = ++counter;
    proof.network = network;
    const auto target = wire::target_of(message);
    proof.mac = hmac_sha256(key, wire::proof_bytes(proof, target.method, target.path,
                                                   sha256(view_of(target.content()))));
    return proof;
  }
};

class KeeperHouse : public testing::Test {
 protected:
  void SetUp() override {
    root_ = random_secret(32);
    const auto made = make_keeper_folder(folder_.path(), root_, "demo.invalid/drill-test");
    ASSERT_TRUE(made.has_value());
    start();
  }
  void TearDown() override { stop(); }

  void start() {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    control_.reset(ends[0]);
    thread_ = std::thread([this, fd = Descriptor(ends[1])] {
      ended_ = run_keeper({folder_.path().string(), without_, recompute_, anchor_, clock_}, root_,
                          fd.get());
    });
    std::array<std::uint8_t, 512> buffer;
    ASSERT_GT(recv(control_.get(), buffer.data(), buffer.size(), 0), 0) << "not ready";
  }
  // Drains and waits for the end.
  void stop() {
    if (!thread_.joinable()) return;
    Bytes frame;
    wire::put_frame(frame, {static_cast<std::uint16_t>(wire::Op::kDrain), 1, InstanceNumber()},
                    wire::encode(wire::Drain{}));
    EXPECT_TRUE(wire::send_with_descriptor(control_.get(), frame, -1).has_value());
    thread_.join();
    EXPECT_TRUE(ended_.has_value()) << ended_.error().context;
  }

  Peer connect(Face face) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const Descriptor theirs(ends[1]);
    Bytes frame;
    wire::put_frame(frame, {static_cast<std::uint16_t>(wire::Op::kNewChannel), 0, InstanceNumber()},
                    wire::encode(wire::NewChannel{face, 0, 0}));
    EXPECT_TRUE(wire::send_with_descriptor(control_.get(), frame, theirs.get()).has_value());
    return Peer(ends[0]);
  }
  Peer connect_front(Face face = Face::kDesk) {
    auto peer = connect(face);
    peer.instance = peer.call<wire::HelloAnswer>(wire::Hello{face, 0}).instance;
    return peer;
  }
  Peer connect_admin() {
    auto peer = connect(Face::kAdmin);
    EXPECT_TRUE(peer.call<wire::AdminHelloAnswer>(wire::AdminHello{}).signed_in);
    return peer;
  }

  // A house with agents `anna` and `bert` and two customers, of whom the first has a proven case of
  // anna's.
  void fill(Peer& admin);
  SignedIn sign_in(Peer& admin, Peer& front, const std::string& name);
  // A privacy officer `petra` with a data-subject case of that customer.
  wire::SeedCasesAnswer add_privacy_officer(Peer& admin, std::uint32_t customer = 1,
                                            ContactProof contact = ContactProof::kProven);

  TemporaryFolder folder_;
  SecretBytes root_;
  std::vector<std::string> without_;
  bool recompute_ = false;
  Anchor anchor_;
  const Clock* clock_ = nullptr;
  Descriptor control_;
  std::thread thread_;
  Status ended_;
  std::map<std::string, std::string> passwords_;
  CaseId case_of_anna_;
};

inline void KeeperHouse::fill(Peer& admin) {
  std::uint32_t anna = 0;
  for (const std::string name : {"anna", "bert"}) {
    wire::StaffAdd add{{name}, Role::kAgent, {"north"}, {}, true};
    const auto secrets = admin.call<wire::StaffSecrets>(add);
    passwords_[name] = secrets.password.value;
    if (name == "anna") anna = secrets.number;
  }
  wire::Import import;
  random_bytes(import.job);
  for (const std::string who : {"one", "two"}) {
    wire::ImportCustomer customer;
    const auto put = [&](Field field, std::string value) {
      customer.values.items.push_back({static_cast<std::uint8_t>(field), 0, {std::move(value)}});
    };
    put(Field::kGivenName, "Example");
    put(Field::kFamilyName, "Person");
    put(Field::kEmail, who + "@example.com");
    import.customers.items.push_back(customer);
  }
  EXPECT_EQ(admin.call<wire::ImportAnswer>(import).taken, 2u);
  EXPECT_TRUE(admin.call<wire::ImportAnswer>(import).repeated);
  wire::SeedCases seed;
  seed.cases.items.push_back({1,
                              RequestType::kQuestion,
                              CaseState::kOpen,
                              ContactProof::kProven,
                              anna,
                              1'767'225'600'000,
                              {}});
  case_of_anna_ = admin.call<wire::SeedCasesAnswer>(seed).ids.items.at(0);
}

inline wire::SeedCasesAnswer KeeperHouse::add_privacy_officer(Peer& admin, std::uint32_t customer,
                                                              ContactProof contact) {
  const auto secrets = admin.call<wire::StaffSecrets>(
      wire::StaffAdd{{"petra"}, Role::kPrivacyOfficer, {}, {}, true});
  passwords_["petra"] = secrets.password.value;
  wire::SeedCases seed;
  seed.cases.items.push_back({customer,
                              RequestType::kDataSubject,
                              CaseState::kOpen,
                              contact,
                              secrets.number,
                              (clock_ == nullptr ? SystemClock().wall_ms() : clock_->wall_ms()),
                              {}});
  return admin.call<wire::SeedCasesAnswer>(seed);
}

inline SignedIn KeeperHouse::sign_in(Peer& admin, Peer& front, const std::string& name) {
  const auto code = admin.call<wire::DemoCodeAnswer>(wire::DemoCode{{name}}).code.value;
  const auto own = EcdhKey::generate();
  wire::SignIn ask{{name}, {passwords_[name]}, {code}, own->public_key(), {}};
  const auto answer = front.call<wire::SignInAnswer>(ask);
  auto shared = own->agree(answer.keeper_public_key);
  EXPECT_TRUE(shared.has_value());
  auto key = hkdf_sha256(*shared, answer.session.bytes, view_of(wire::kStaffKeyInfo), 32);
  return SignedIn{answer.session, std::move(*key), 0, {}};
}

}  // namespace bulkhead
