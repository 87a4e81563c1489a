// AppliedIndex keeps the vault's note of how far it follows the ledger: raised after every turn
// that holds an entry whose rows stand in the vault, so that a ledger older than its vault is
// recognised at the next start. It must never run ahead of what is durable. Owned by keeper; the
// committer tells it, the writer lane writes.
#pragma once

#include <atomic>

#include "base/log.h"
#include "keeper/lanes.h"
#include "ledger/entry.h"
#include "vault/vault.h"

namespace bulkhead {

// Entries whose openings, secrets or customers are rows of the vault.
constexpr bool has_rows(EntryKind kind) {
  switch (kind) {
    case EntryKind::kStaff:
    case EntryKind::kClient:
    case EntryKind::kName:
    case EntryKind::kPolicy:
    case EntryKind::kImport:
    case EntryKind::kWrite:
    case EntryKind::kErasure:
    case EntryKind::kKey:
    case EntryKind::kApproval:
    case EntryKind::kContainment:
      return true;
    default:
      return false;
  }
}

class AppliedIndex {
 public:
  AppliedIndex(Vault& vault, WorkLane& writer_lane) : vault_(vault), writer_lane_(writer_lane) {}

  // So many entries are durable, and what they say of the vault is written or waits before this on
  // the writer lane. From any thread; many calls may become one write.
  void reached(std::uint64_t entries) {
    reached_ = entries;
    if (queued_.exchange(true)) return;
    if (!writer_lane_.submit([this] { write(); })) queued_ = false;  // a later turn tells again
  }
  // On the writer lane, or after it stopped.
  void write() {
    queued_ = false;
    const std::uint64_t entries = reached_;
    if (entries <= vault_.applied_index()) return;
    if (!vault_.write_rows({}, entries))
      log_warning("the vault's place in the ledger was not noted");
  }

 private:
  Vault& vault_;
  WorkLane& writer_lane_;
  std::atomic<std::uint64_t> reached_ = 0;
  std::atomic<bool> queued_ = false;
};

}  // namespace bulkhead
