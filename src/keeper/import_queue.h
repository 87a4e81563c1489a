// Import batches on their way into the vault. Several that wait are sealed and stored together,
// since the blind index takes many sorted tags far quicker than few. A batch must be stored whole
// or not at all. Owned by keeper; the loop adds, the writer lane drains.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "vault/vault.h"
#include "wire/admin_messages.h"

namespace bulkhead {

struct ImportBatch {
  wire::Import message;
  wire::ImportAnswer answer;
  bool done = false;
  bool stored = false;
};

class ImportQueue {
 public:
  void add(std::shared_ptr<ImportBatch> batch);
  // Stores what waits, in order. On the writer lane. Afterwards every batch that was added before
  // is done.
  void drain(Vault& vault);

 private:
  std::vector<std::shared_ptr<ImportBatch>> take();

  std::mutex mutex_;
  std::deque<std::shared_ptr<ImportBatch>> waiting_;
};

}  // namespace bulkhead
