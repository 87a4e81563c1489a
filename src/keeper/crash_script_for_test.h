// What the crash tests let a keeper do, what it told meanwhile, and whether its folder keeps every
// word of that afterwards. It must never take silence for an answer: only what was answered counts
// as told. Owned by keeper; tests only.
#pragma once

#include <fmt/format.h>

#include "keeper/keeper_process_for_test.h"
#include "keeper/state.h"
#include "ledger/verify.h"
#include "vault/references.h"

namespace bulkhead {

// A filled house that stands still, and the way into it.
struct CrashHouse {
  std::filesystem::path folder;
  std::filesystem::path key_file;
  SecretBytes root;
  std::string password;  // anna's
  CaseId case_of_anna;   // number 1, of customer 1
  std::uint32_t customers = 0;
};

struct Told {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> states;  // entries and fingerprint
  std::vector<FieldSet> revealed;
  std::vector<std::string> staff;
  std::uint64_t checkpoint = 0;
  std::uint32_t customers = 0;
  std::size_t messages = 0;
  std::uint32_t contact_version = 1;  // of customer 1
  bool drained = false;
};

class CrashScript {
 public:
  CrashScript(const CrashHouse& house, KeeperProcess& keeper) : house_(house), keeper_(keeper) {}
  const Told& told() const { return told_; }

  // Goes on until the keeper is gone: the caller sees from told() how far that was.
  void run() {
    if (!begin()) return;
    if (!look() || !reveal(Field::kEmail) || !write_message() || !look()) return;
    if (!change_contact() || !look()) return;
    if (!import_customers() || !reveal(Field::kGivenName) || !look()) return;
    if (!wait_for_checkpoint() || !add_staff() || !write_message() || !reveal(Field::kFamilyName))
      return;
    if (!look()) return;
    told_.drained = keeper_.drain();
  }

  // What a keeper must be able to do after any crash.
  bool serves_again() {
    if (!begin() || !look() || !reveal(Field::kPhone) || told_.revealed.empty()) return false;
    const auto list = admin_->ask(wire::StaffList{});
    if (!list) return false;
    for (const auto& row : list->as<wire::StaffListAnswer>().rows.items)
      told_.staff.push_back(row.name.value);
    if (!look()) return false;
    told_.drained = keeper_.drain();
    return told_.drained;
  }

 private:
  bool begin() {
    if (!keeper_.ready()) return false;
    admin_ = keeper_.connect_admin();
    front_ = keeper_.connect_front();
    if (!admin_ || !front_) return false;
    const auto code = admin_->ask(wire::DemoCode{{"anna"}});
    if (!code || code->reason != Reason::kNone) return code.has_value();
    const auto own = EcdhKey::generate();
    const auto answer = front_->ask(wire::SignIn{{"anna"},
                                                 {house_.password},
                                                 {code->as<wire::DemoCodeAnswer>().code.value},
                                                 own->public_key(),
                                                 {}});
    if (!answer || answer->reason != Reason::kNone) return answer.has_value();
    const auto signed_in = answer->as<wire::SignInAnswer>();
    const auto shared = own->agree(signed_in.keeper_public_key);
    auto key = hkdf_sha256(*shared, signed_in.session.bytes, view_of(wire::kStaffKeyInfo), 32);
    anna_ = SignedIn{signed_in.session, std::move(*key), 0, {}};
    return true;
  }

  // Each of these is false only when the keeper has gone; a refusal tells nothing and goes on.
  bool look() {
    const auto answer = admin_->ask(wire::StatusQuery{});
    if (!answer) return false;
    const auto status = answer->as<wire::StatusAnswer>();
    told_.states.emplace_back(status.state_entries, status.state_fingerprint);
    told_.checkpoint = std::max(told_.checkpoint, status.checkpoint_size);
    return true;
  }
  bool wait_for_checkpoint() {
    const auto before = told_.states.back().first;
    for (int i = 0; i < 20 && told_.checkpoint < before; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(40));
      if (!look()) return false;
    }
    return true;
  }
  bool reveal(Field field) {
    const auto fields = FieldSet::of(field);
    const auto answer = ask(wire::Reveal{{}, house_.case_of_anna, fields, Purpose::kService});
    if (!answer) return false;
    if (answer->reason == Reason::kNone) told_.revealed.push_back(fields);
    return true;
  }
  bool write_message() {
    const auto answer =
        ask(wire::AddMessage{{}, house_.case_of_anna, Direction::kNote, {"The seat was changed."}});
    if (!answer) return false;
    if (answer->reason == Reason::kNone) ++told_.messages;
    return true;
  }
  bool change_contact() {
    wire::ChangeContact change;
    change.id = house_.case_of_anna;
    change.changes.items.push_back({static_cast<std::uint8_t>(Field::kCity), {"Delft"}});
    const auto answer = ask(change);
    if (!answer) return false;
    if (answer->reason == Reason::kNone)
      told_.contact_version = answer->as<wire::ChangeContactAnswer>().version;
    return true;
  }
  bool import_customers() {
    wire::Import import;
    random_bytes(import.job);
    for (int i = 0; i < 3; ++i) {
      wire::ImportCustomer customer;
      customer.values.items.push_back(
          {static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
      import.customers.items.push_back(customer);
    }
    const auto answer = admin_->ask(import);
    if (!answer) return false;
    if (answer->reason == Reason::kNone) told_.customers += answer->as<wire::ImportAnswer>().taken;
    return true;
  }
  bool add_staff() {
    const auto answer = admin_->ask(wire::StaffAdd{{"carla"}, Role::kAgent, {"south"}, {}, true});
    if (!answer) return false;
    if (answer->reason == Reason::kNone) told_.staff.emplace_back("carla");
    return true;
  }
  // Without a session nothing is asked, which tells nothing.
  template <class Message>
  std::optional<PeerAnswer> ask(const Message& message) {
    return anna_ ? anna_->ask(*front_, message) : PeerAnswer{Reason::kNoSession, {}};
  }

  const CrashHouse& house_;
  KeeperProcess& keeper_;
  std::optional<Peer> admin_, front_;
  std::optional<SignedIn> anna_;
  Told told_;
};

// Whether a folder at rest keeps everything that was told; otherwise what it does not.
inline std::string broken_promise(const CrashHouse& house, const std::filesystem::path& folder,
                                  const Told& told) {
  auto opened = open_keeper_folder(folder, house.root);
  if (!opened) return opened.error().context;
  auto& ledger = *opened->ledger;
  if (ledger.checkpoint_size().value < told.checkpoint) return "the head went back";

  State state;
  std::map<std::uint64_t, std::uint64_t> prints;
  std::vector<FieldSet> recorded;
  Status applied;
  const auto read = ledger.read({}, ledger.size(), [&](LeafIndex, const Entry& entry) {
    applied = state.apply(entry, unseal_customer(*opened->ring, entry.sealed_customer, entry.salt));
    prints[state.entries()] = state.fingerprint();
    if (entry.kind == EntryKind::kReveal) recorded.push_back(entry.fields);
    return applied.has_value();
  });
  if (!read || !applied) return "the ledger cannot be folded";
  for (const auto& [entries, print] : told.states) {
    const auto at = prints.find(entries);
    if (at == prints.end()) return "an entry that an answer waited for is lost";
    if (at->second != print)
      return fmt::format("the state folded from {} entries is not the one that was live", entries);
  }
  for (const auto fields : told.revealed) {
    const auto at = std::find(recorded.begin(), recorded.end(), fields);
    if (at == recorded.end()) return "something was revealed and stands in no entry";
    recorded.erase(at);
  }
  const auto reader = VaultReader::open(folder, *opened->ring);
  if (!reader) return reader.error().context;
  if (state.customers() < house.customers + told.customers) return "an imported batch is lost";
  if ((*reader)->customer_count() != state.customers())
    return "the vault holds other customers than the ledger";
  const auto person = (*reader)->person(CustomerNumber(1));
  const auto version = person ? (*reader)->compartment_version(*person, Compartment::kContact)
                              : std::unexpected(person.error());
  if (!version || *version < told.contact_version) return "a change of contact is lost";
  const auto messages = (*reader)->message_heads(CaseNumber(1), 100);
  if (!messages || messages->size() < told.messages) return "a message is lost";

  if (!ledger.close()) return "the ledger does not close";
  DirectorySource source((folder / "ledger").string());
  const auto report = verify_ledger(source, {.verifier_key = ledger.verifier_key()});
  return report.ok ? "" : "verify: " + report.problems.front();
}

}  // namespace bulkhead
