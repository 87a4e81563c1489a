// bulkhead erasure receipt at a real keeper: what the person gets holds by itself, with the
// ledger's key and nothing else.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "crypto/encoding.h"
#include "keeper/house_fixture.h"
#include "ledger/note.h"
#include "ledger/tlog_proof.h"
#include "supervisor/serve.h"

namespace bulkhead::cli {
namespace {

constexpr std::uint64_t kWaitMs = 14 * kMsPerDay;

// A keeper's house that commands reach by its admin.sock, as under a supervisor.
class ReceiptHouse : public KeeperHouse {
 protected:
  ReceiptHouse() { clock_ = &time_; }
  void SetUp() override {
    KeeperHouse::SetUp();
    const auto path = DataPaths(data_.path().string()).admin_socket();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path.size(), sizeof address.sun_path);
    std::copy(path.begin(), path.end(), address.sun_path);
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener_.get(), 4), 0);
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
    fill(*admin_);
    request_ = {{}, add_privacy_officer(*admin_).ids.items.at(0)};
    petra_.emplace(sign_in(*admin_, *front_, "petra"));
  }
  void TearDown() override {
    admin_.reset();
    front_.reset();
    KeeperHouse::TearDown();
  }
  // One command, whose connection is passed on to the keeper.
  int run(const std::string& line) {
    std::thread door([this] {
      const Descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      Bytes frame;
      wire::put_frame(frame,
                      {static_cast<std::uint16_t>(wire::Op::kNewChannel), 0, InstanceNumber()},
                      wire::encode(wire::NewChannel{Face::kAdmin, 0, 0}));
      EXPECT_TRUE(wire::send_with_descriptor(control_.get(), frame, peer.get()).has_value());
    });
    CLI::App app;
    Chosen chosen;
    add_erasure(app, chosen);
    app.parse(line + " --data " + data_.path().string());
    const auto code = chosen.run();
    door.join();
    return code;
  }
  wire::ErasureRow row() {
    const auto rows = admin_->call<wire::ErasuresAnswer>(wire::Erasures{}).rows.items;
    return rows.empty() ? wire::ErasureRow{} : rows[0];
  }
  bool carried_out() {
    for (int look = 0; look < 500; ++look) {
      if (row().step.value == "carried-out") return true;
      time_.advance_ms(1000);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  void wait_for_checkpoint() {
    for (int look = 0; look < 2'000; ++look) {
      const auto status = admin_->call<wire::StatusAnswer>(wire::StatusQuery{});
      if (status.checkpoint_size == status.ledger_size) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "no checkpoint";
  }
  std::string file() const { return (data_.path() / "receipt.json").string(); }
  std::string receipt(std::uint64_t request) const {
    return "erasure receipt " + std::to_string(request) + " --out " + file();
  }

  FakeClock time_;
  TemporaryFolder data_;
  Descriptor listener_;
  std::optional<Peer> admin_, front_;
  std::optional<SignedIn> petra_;
  wire::RequestErasure request_;
};

TEST_F(ReceiptHouse, TheReceiptHoldsByItself) {
  // Whom the ledger knows the person as, from before.
  const wire::Masked look{{}, request_.id};
  EXPECT_EQ(petra_->ask(*front_, look)->reason, Reason::kNone);
  wire::Scope scope;
  scope.query.principal.value = "petra";
  const auto known = admin_->call<wire::ScopeAnswer>(scope).rows.items.at(0).customer;

  ASSERT_EQ(petra_->ask(*front_, request_)->reason, Reason::kNone);
  const auto request = row().request;
  EXPECT_EQ(run(receipt(request)), kFailed);      // not carried out yet
  EXPECT_EQ(run(receipt(request + 1)), kFailed);  // no such request
  EXPECT_FALSE(std::filesystem::exists(file()));
  time_.advance_ms(kWaitMs + 1000);
  ASSERT_TRUE(carried_out());
  wait_for_checkpoint();
  ASSERT_EQ(run(receipt(request)), kDone);

  std::ifstream stream(file());
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto told = boost::json::parse(text);
  EXPECT_EQ(told.at("origin").as_string(), "demo.invalid/drill-test");
  const auto key = NoteVerifier::parse(std::string(told.at("ledger_key").as_string()));
  ASSERT_TRUE(key);
  std::set<std::string> pseudonyms;
  for (const auto& one : told.at("pseudonyms").as_array())
    pseudonyms.insert(std::string(one.as_string()));
  EXPECT_TRUE(pseudonyms.contains(to_hex(known.bytes)));

  const auto& entries = told.at("entries").as_array();
  ASSERT_EQ(entries.size(), 2u);
  std::vector<std::uint64_t> indexes;
  for (const auto& one : entries) {
    const auto leaf = from_base64(std::string(one.at("leaf").as_string()));
    ASSERT_TRUE(leaf);
    const auto proof = parse_tlog_proof(std::string(one.at("proof").as_string()));
    ASSERT_TRUE(proof);
    EXPECT_TRUE(verify_tlog_proof(*proof, *leaf, *key));
    auto other = *leaf;
    other.back() ^= 1;
    EXPECT_FALSE(verify_tlog_proof(*proof, other, *key));
    indexes.push_back(one.at("entry").to_number<std::uint64_t>());
    EXPECT_EQ(proof->index.value, indexes.back());
    const auto entry = decode_leaf(*leaf);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->kind, EntryKind::kErasure);
    EXPECT_TRUE(pseudonyms.contains(to_hex(entry->customer.bytes)));
  }
  EXPECT_EQ(indexes, (std::vector{request, row().carried_out}));
  // Of the person it names nothing but the pseudonyms.
  for (const auto* const name : {"Example", "Person", "example.com"})
    EXPECT_EQ(text.find(name), std::string::npos) << name;
}

}  // namespace
}  // namespace bulkhead::cli
