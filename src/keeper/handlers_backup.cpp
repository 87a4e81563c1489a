// Backups over the admin channel: begun here, made by BackupWork, fetched page by page.
#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "keeper/handlers.h"

namespace bulkhead::handlers {
namespace {

// The key that backups of this week share, or the number of the next one.
std::uint32_t backup_key_now(const KeyFacts& facts, std::uint64_t now_ms) {
  const auto last = facts.backup_keys.find(facts.last_backup_key);
  const bool young = last != facts.backup_keys.end() && now_ms < last->second + kBackupKeyWeekMs;
  return facts.last_backup_key + (young ? 0 : 1);
}

bool read_page(const std::string& path, std::uint64_t offset, std::string& to) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  to.resize(wire::kBackupPageBytes);
  const auto got = ::pread(file.get(), to.data(), to.size(), static_cast<off_t>(offset));
  to.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return got >= 0;
}

}  // namespace

Outcome make_backup(Keeper& keeper, const Call& call, const wire::MakeBackup&) {
  const auto& facts = keeper.state().keys();
  const bool busy = keeper.backup_work().phase() == wire::BackupPhase::kMaking;
  if (busy || facts.change != KeyChange::kNone) return Outcome::refuse(Reason::kState);
  const auto number = backup_key_now(facts, keeper.now_ms());
  auto entry = keeper.make_entry(EntryKind::kKey, call);
  entry.principal = call.channel->operator_number;
  entry.detail = wire::encode(KeyDetail{
      .step = KeyStep::kBackedUp, .backup_key = number, .entries = keeper.entries_recorded()});
  keeper.record(std::move(entry));
  keeper.backup_work().begin(keeper, number);
  return Outcome::with(wire::MakeBackupAnswer{keeper.backup_work().number()});
}

Outcome read_backup(Keeper& keeper, const Call&, const wire::ReadBackup& message) {
  const auto& work = keeper.backup_work();
  if (message.backup != 0 && message.backup != work.number())
    return Outcome::refuse(Reason::kState);
  auto answer = work.answer(keeper);
  if (answer.phase != wire::BackupPhase::kReady) return Outcome::with(answer);
  if (message.with_key) {
    answer.origin.value = keeper.parts().origin;
    for (const auto& [number, made_ms] : keeper.state().keys().backup_keys) {
      if (answer.keys_alive.items.size() < 64) answer.keys_alive.items.push_back(number);
    }
  }
  if (message.offset > answer.size) return Outcome::refuse(Reason::kMalformed);
  return Outcome::run(
      [answer = std::move(answer), message,
       path = waiting_backup(keeper.parts().folder, work.number()), number = work.key_number(),
       &ring = keeper.parts().ring](ActContext&) mutable {
        if (!read_page(path, message.offset, answer.bytes.value))
          return refuse_with(Reason::kNotThere);
        if (message.with_key) {
          const auto file = ring.backup_key_file(number);
          if (!file) return refuse_with(Reason::kNotThere);
          answer.key_name.value = file->name;
          answer.key_file.value = text_of(file->bytes);
        }
        return answer_with(answer);
      },
      Lane::kScan);
}

Outcome end_backup(Keeper& keeper, const Call&, const wire::EndBackup& message) {
  const auto& work = keeper.backup_work();
  const bool other = message.backup != 0 && message.backup != work.number();
  if (other || work.phase() == wire::BackupPhase::kMaking) return Outcome::refuse(Reason::kState);
  keeper.backup_work().end(keeper);
  return Outcome::with(wire::Done{});
}

}  // namespace bulkhead::handlers
