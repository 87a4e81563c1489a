// SecondPlace is a file apart from the ledger, best on another machine's disk, that holds the last
// checkpoint: a ledger restored from an old backup, or run twice, is recognised by it. It must
// change only by compare-and-swap: whoever writes says what it must hold until then, and loses when
// it does not. Owned by ledger, used by recovery and the one checkpointing thread.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "ledger/disk.h"
#include "ledger/note.h"

namespace bulkhead {

class SecondPlace {
 public:
  // An empty path: there is none, and nothing is ever refused.
  SecondPlace(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  bool configured() const { return !path_.empty(); }
  // What it holds, nothing when its file is absent; from here on it must hold just that.
  // kUnavailable when it cannot be reached, kConflict when another writer is at it.
  Result<std::optional<std::string>> look();
  // Replaces that by `note`, durably, under a lock that other writers respect. kConflict when it
  // holds something else meanwhile, or another writer is at it; kUnavailable, kIo.
  Status swap(const std::string& note);
  // Goes on without it.
  void give_up() { path_.clear(); }

 private:
  Result<std::optional<std::string>> read();

  Disk& disk_;
  std::string path_;
  std::optional<std::string> expected_;
};

}  // namespace bulkhead
