// Openings of entries, which an auditor's token gets and nothing else does: each is an entry, each
// opens its own leaf, and there are only so many in a minute.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/client_for_test.h"
#include "keeper/details.h"
#include "keeper/keeper.h"
#include "ledger/tiles.h"

namespace bulkhead {
namespace {

using Token = std::array<std::uint8_t, 32>;

class OpeningHouse : public KeeperHouse {
 protected:
  OpeningHouse() { clock_ = &time_; }
  void SetUp() override {
    KeeperHouse::SetUp();
    admin_.emplace(connect_admin());
    api_.emplace(connect_front(Face::kApi));
    fill(*admin_);
    token_ = add_auditor("auditor", {});
  }
  void TearDown() override {
    admin_.reset();
    api_.reset();
    KeeperHouse::TearDown();
  }
  Token add_auditor(const std::string& name, const wire::NetworkAddress& network) {
    return admin_
        ->call<wire::ClientSecret>(wire::ClientAdd{{name}, Role::kAuditor, network, 120, {}, true})
        .secret;
  }
  wire::StatusAnswer status() { return admin_->call<wire::StatusAnswer>(wire::StatusQuery{}); }
  // Once the checkpoint covers all that was recorded.
  std::uint64_t covered() {
    for (int look = 0; look < 2'000; ++look) {
      const auto now = status();
      if (now.checkpoint_size == now.ledger_size) return now.checkpoint_size;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "no checkpoint";
    return 0;
  }
  std::optional<PeerAnswer> ask(const Token& token, std::uint64_t index,
                                const wire::NetworkAddress& network = {}) {
    return api_->ask(wire::ReadOpening{token, index, network});
  }
  Reason reason(const Token& token, std::uint64_t index, const wire::NetworkAddress& network = {}) {
    return ask(token, index, network)->reason;
  }
  // Every entry of the house, once it has stopped.
  std::vector<Entry> entries() {
    admin_.reset();
    api_.reset();
    stop();
    std::vector<Entry> found;
    auto folder = open_keeper_folder(folder_.path(), root_);
    EXPECT_TRUE(folder);
    EXPECT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& one) {
      found.push_back(one);
      return true;
    }));
    EXPECT_TRUE(folder->ledger->close());
    return found;
  }
  std::uint32_t number_of(const std::string& name) {
    for (const auto& row : admin_->call<wire::ClientListAnswer>(wire::ClientList{}).rows.items) {
      if (row.name.value == name) return row.number;
    }
    return 0;
  }

  FakeClock time_;
  std::optional<Peer> admin_, api_;
  Token token_{};
};

std::vector<std::uint64_t> opened(const std::vector<Entry>& entries) {
  std::vector<std::uint64_t> indexes;
  for (const auto& one : entries) {
    if (one.kind != EntryKind::kExport) continue;
    const auto detail = wire::decode<OpeningDetail>(one.detail);
    EXPECT_TRUE(detail);
    if (detail) indexes.push_back(detail->index);
  }
  return indexes;
}

TEST_F(OpeningHouse, EachOpensItsOwnLeafAndIsAnEntry) {
  const auto size = covered();
  ASSERT_LT(size, kTileWidth);
  const auto auditor = number_of("auditor");
  const auto bundle = api_->call<wire::ReadLedgerAnswer>(
      wire::ReadLedger{.token = token_, .what = 2, .width = static_cast<std::uint16_t>(size)});
  const auto leaves = parse_bundle(view_of(bundle.bytes.value), static_cast<unsigned>(size));
  ASSERT_TRUE(leaves);
  std::vector<Entry> told;
  for (std::uint64_t index = 0; index < size; ++index) {
    const auto answer = ask(token_, index);
    ASSERT_EQ(answer->reason, Reason::kNone) << index;
    const auto opening = answer->as<wire::OpeningAnswer>().bytes.value;
    ASSERT_GE(opening.size(), sizeof(Salt) + kPrivateBytesMin);
    Salt salt;
    std::copy_n(opening.begin(), salt.size(), salt.begin());
    const auto private_part = view_of(opening).subspan(salt.size());
    const auto entry = decode_entry((*leaves)[index], salt, private_part);
    ASSERT_TRUE(entry) << index;
    told.push_back(*entry);
    // And no other leaf.
    EXPECT_FALSE(decode_entry((*leaves)[(index + 1) % size], salt, private_part));
  }
  const auto all = entries();
  ASSERT_GT(all.size(), 2 * size - 1);
  for (std::uint64_t index = 0; index < size; ++index) EXPECT_EQ(told[index], all[index]) << index;
  const auto indexes = opened(all);
  ASSERT_EQ(indexes.size(), size);  // once each, in the order asked
  for (std::uint64_t index = 0; index < size; ++index) EXPECT_EQ(indexes[index], index);
  for (const auto& one : all) {
    if (one.kind != EntryKind::kExport) continue;
    EXPECT_EQ(one.principal.value, auditor);
    EXPECT_NE(one.network.value, 0u);
    EXPECT_EQ(one.customer, Pseudonym());
    EXPECT_EQ(one.face, Face::kApi);
  }
}

TEST_F(OpeningHouse, NobodyElseGetsOne) {
  wire::NetworkAddress here{}, elsewhere{};
  here[15] = 7;
  elsewhere[0] = 7;
  const auto bound = add_auditor("bound", here);
  const auto gone = add_auditor("gone", {});
  const auto kiosk = ProgramForTest::add(*admin_, "kiosk", RequestType::kBaggage);
  admin_->call<wire::Done>(wire::ClientRevoke{{"gone"}});
  covered();
  Token near_miss = token_;
  near_miss[31] ^= 1;
  for (const auto& token : {Token{}, near_miss, kiosk.secret, gone})
    EXPECT_EQ(reason(token, 0), Reason::kNoSession);
  EXPECT_EQ(reason(bound, 0, elsewhere), Reason::kNoSession);
  EXPECT_EQ(reason(bound, 0, here), Reason::kNone);
  auto odd = wire::encode(wire::ReadOpening{token_, 0, {}});
  odd.push_back(0);
  auto other = connect_front(Face::kApi);
  other.send(static_cast<std::uint16_t>(wire::Op::kReadOpening), odd);
  EXPECT_FALSE(other.receive().has_value());
  const auto all = entries();
  EXPECT_EQ(opened(all).size(), 1u);
  EXPECT_TRUE(std::ranges::any_of(all, [](const Entry& one) {
    return one.kind == EntryKind::kDenied && one.reason == Reason::kNoSession;
  }));
}

TEST_F(OpeningHouse, WhatNoCheckpointCoversIsNotOpened) {
  const auto size = covered();
  for (const auto index : {size + 1000, std::uint64_t{1} << 40, UINT64_MAX - 1, UINT64_MAX})
    EXPECT_EQ(reason(token_, index), Reason::kNotThere) << index;
  EXPECT_TRUE(opened(entries()).empty());
}

TEST_F(OpeningHouse, ThereAreOnlySoManyInAMinute) {
  const auto other = add_auditor("other", {});
  covered();
  for (std::uint32_t i = 0; i < kOpeningsPerMinuteMax; ++i)
    ASSERT_EQ(reason(token_, i % 3), Reason::kNone) << i;
  const auto refused = ask(token_, 0);
  EXPECT_EQ(refused->reason, Reason::kTooMany);
  EXPECT_GT(refused->as<wire::Refusal>().retry_after_s, 0u);
  EXPECT_EQ(reason(token_, UINT64_MAX), Reason::kTooMany);
  EXPECT_EQ(reason(other, 0), Reason::kNone);
  time_.advance_ms(61'000);
  EXPECT_EQ(reason(token_, 0), Reason::kNone);
  const auto all = entries();
  EXPECT_EQ(opened(all).size(), kOpeningsPerMinuteMax + 2);
  EXPECT_TRUE(std::ranges::any_of(all, [](const Entry& one) {
    return one.kind == EntryKind::kDenied && one.reason == Reason::kTooMany;
  }));
}

}  // namespace
}  // namespace bulkhead
