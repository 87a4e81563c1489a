// Snapshots are the fold's state at one size of the ledger, kept so that a start need not fold
// everything again: sealed under a key of their own, bound to the ledger by size and root hash.
// They must never decide anything the entries do not: one that is damaged, foreign, of another
// program or newer than the ledger is passed over with a warning. Owned by keeper; docs/LEDGER.md
// describes the bytes.
#pragma once

#include <optional>
#include <string>

#include "keeper/state.h"
#include "ledger/disk.h"
#include "ledger/ledger.h"
#include "vault/key_ring.h"

namespace bulkhead {

inline constexpr std::uint64_t kSnapshotEntries = 100'000;         // since the last one
inline constexpr std::uint64_t kSnapshotIntervalMs = 10 * 60'000;  // at the shortest
inline constexpr std::size_t kSnapshotsKept = 2;
inline constexpr std::uint64_t kSnapshotBytesMax = kDiskFileBytesMax;

// A state that was sealed; its root is still to come.
struct SealedState {
  TreeSize size;
  Bytes file;
  std::uint32_t chunks = 0;
};

struct Snapshot {
  TreeSize size;
  State state;
};

class Snapshots {
 public:
  struct Parts {
    std::string folder;  // made when absent
    Disk& disk;
    const KeyRing& ring;
    const Ledger& ledger;
  };
  explicit Snapshots(Parts parts) : parts_(std::move(parts)) {}

  // The newest that is whole and fits the ledger; nothing when there is none.
  std::optional<Snapshot> newest() const;

  // Seals the state after `size` entries. Touches no file, so that the loop may call it.
  SealedState seal(const State& state, TreeSize size) const;
  // Writes it durably and removes older ones but kSnapshotsKept. A checkpoint must cover its size
  // (kNotFound). Whatever fails, the ledger is none the worse; earlier snapshots stay.
  Status store(SealedState sealed) const;

 private:
  Bytes head_of(TreeSize size, std::span<const std::uint8_t> id) const;
  Result<Snapshot> open(TreeSize size) const;
  std::vector<TreeSize> sizes() const;
  std::string path_of(TreeSize size) const;

  Parts parts_;
};

// All bytes of a state, for comparing two.
Bytes encode_state(const State& state);

}  // namespace bulkhead
