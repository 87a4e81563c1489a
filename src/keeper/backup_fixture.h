// KeeperHouse with a clock of its own, whose backups are written elsewhere and restored from there.
// Owned by keeper; tests only.
#pragma once

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <thread>

#include "base/clock.h"
#include "keeper/backup_work.h"
#include "keeper/house_fixture.h"
#include "keeper/key_facts.h"
#include "keeper/restore.h"
#include "keeper/state.h"
#include "vault/references.h"

namespace bulkhead {

class BackupHouseTest : public KeeperHouse {
 protected:
  BackupHouseTest() { clock_ = &time_; }

  void open_house() {
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
  }
  void close_house() {
    admin_.reset();
    front_.reset();
    stop();
  }
  wire::ReadBackupAnswer read(std::uint64_t offset, bool with_key = false) {
    return admin_->call<wire::ReadBackupAnswer>(wire::ReadBackup{0, offset, with_key});
  }
  wire::ReadBackupAnswer wait_until_made() {
    for (int i = 0; i < 500; ++i) {
      auto answer = read(0, true);
      if (answer.phase != wire::BackupPhase::kMaking) return answer;
      time_.advance_ms(250);  // the keeper looks after its work four times a second
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "the backup does not end";
    return {};
  }
  // Makes one, and writes it and its key into `elsewhere_`.
  void back_up() {
    admin_->call<wire::MakeBackupAnswer>(wire::MakeBackup{});
    const auto first = wait_until_made();
    take(first);
  }
  void take(const wire::ReadBackupAnswer& first) {
    ASSERT_EQ(first.phase, wire::BackupPhase::kReady) << first.trouble.value;
    std::ofstream file(backup(), std::ios::binary | std::ios::trunc);
    for (std::uint64_t had = 0; had < first.size;) {
      const auto page = read(had).bytes.value;
      ASSERT_FALSE(page.empty());
      file << page;
      had += page.size();
    }
    file.close();
    key_name_ = first.key_name.value;
    std::ofstream(elsewhere_.path() / "key", std::ios::binary | std::ios::trunc)
        << first.key_file.value;
    admin_->call<wire::Done>(wire::EndBackup{});
  }
  std::filesystem::path backup() const { return elsewhere_.path() / "backup"; }
  std::filesystem::path key_in_house() const { return folder_.path() / "keys" / key_name_; }
  RestorePlan plan() const {
    return {backup(), elsewhere_.path() / "key", folder_.path() / "ledger",
            elsewhere_.path() / "house"};
  }
  Result<Restored> restore() {
    auto restored = restore_keeper_folder(plan(), root_);
    if (!restored) {  // and nothing is left
      EXPECT_TRUE(!std::filesystem::exists(plan().data) || std::filesystem::is_empty(plan().data));
    }
    return restored;
  }
  // State after each number of entries, of a house at rest.
  std::map<std::uint64_t, std::uint64_t> prints(const std::filesystem::path& data) {
    std::map<std::uint64_t, std::uint64_t> found;
    auto folder = open_keeper_folder(data, root_);
    EXPECT_TRUE(folder.has_value()) << folder.error().context;
    if (!folder) return found;
    State state;
    EXPECT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& one) {
      EXPECT_TRUE(state.apply(one, unseal_customer(*folder->ring, one.sealed_customer, one.salt)));
      found[state.entries()] = state.fingerprint();
      return true;
    }));
    EXPECT_TRUE(folder->ledger->close());
    return found;
  }
  std::vector<KeyDetail> key_entries() {
    std::vector<KeyDetail> found;
    auto folder = open_keeper_folder(folder_.path(), root_);
    EXPECT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& one) {
      if (one.kind == EntryKind::kKey) found.push_back(*wire::decode<KeyDetail>(one.detail));
      return true;
    }));
    EXPECT_TRUE(folder->ledger->close());
    return found;
  }
  Reason reveal(SignedIn& anna, Field field = Field::kEmail) {
    return anna
        .ask(*front_, wire::Reveal{{}, case_of_anna_, FieldSet::of(field), Purpose::kService})
        ->reason;
  }
  void change_email() {
    wire::ChangeContact change;
    change.id = case_of_anna_;
    change.changes.items.push_back({static_cast<std::uint8_t>(Field::kEmail), {"new@example.com"}});
    auto anna = sign_in(*admin_, *front_, "anna");
    EXPECT_EQ(anna.ask(*front_, change)->reason, Reason::kNone);
  }
  // The customer asks to be erased.
  void request_erasure(std::uint32_t customer) {
    const auto id = add_privacy_officer(*admin_, customer).ids.items.at(0);
    auto officer = sign_in(*admin_, *front_, "petra");
    EXPECT_EQ(officer.ask(*front_, wire::RequestErasure{{}, id})->reason, Reason::kNone);
  }
  // And is.
  void erase(std::uint32_t customer) {
    request_erasure(customer);
    time_.advance_ms(14 * kMsPerDay + 1000);
    for (int i = 0; i < 300; ++i) {
      const auto rows = admin_->call<wire::ErasuresAnswer>(wire::Erasures{}).rows.items;
      const bool all = std::ranges::all_of(
          rows, [](const auto& row) { return row.step.value == "carried-out"; });
      if (!rows.empty() && all) return;
      time_.advance_ms(250);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the erasure is not carried out";
  }
  static wire::Import import_of_one() {
    wire::Import import;
    random_bytes(import.job);
    wire::ImportCustomer customer;
    customer.values.items.push_back({static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
    import.customers.items.push_back(customer);
    return import;
  }
  wire::ImportAnswer import_one(const wire::Import& import = import_of_one()) {
    auto answer = admin_->call<wire::ImportAnswer>(import);
    EXPECT_EQ(answer.taken, 1u);
    return answer;
  }
  CaseId open_case_of(std::uint32_t customer) {
    wire::SeedCases seed;
    seed.cases.items.push_back({customer,
                                RequestType::kQuestion,
                                CaseState::kOpen,
                                ContactProof::kProven,
                                kAnna,
                                time_.wall_ms(),
                                {}});
    return admin_->call<wire::SeedCasesAnswer>(seed).ids.items.at(0);
  }
  std::uint64_t customers() {
    return admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).customers;
  }
  bool can_sign_in(const std::string& name) {
    const auto code = admin_->call<wire::DemoCodeAnswer>(wire::DemoCode{{name}}).code.value;
    const auto own = EcdhKey::generate();
    return front_->ask(wire::SignIn{{name}, {passwords_[name]}, {code}, own->public_key(), {}})
               ->reason == Reason::kNone;
  }
  // Of a house at rest.
  std::uint64_t ledger_size() {
    auto folder = open_keeper_folder(folder_.path(), root_);
    EXPECT_TRUE(folder.has_value()) << folder.error().context;
    const auto size = folder->ledger->size().value;
    EXPECT_TRUE(folder->ledger->close());
    return size;
  }
  // The restored house in the place of the old one.
  void move_in() {
    std::filesystem::rename(folder_.path(), elsewhere_.path() / "old");
    std::filesystem::rename(plan().data, folder_.path());
  }

  static constexpr std::uint32_t kAnna = 1;
  FakeClock time_;
  TemporaryFolder elsewhere_;
  std::string key_name_;
  std::optional<Peer> admin_, front_;
};

}  // namespace bulkhead
