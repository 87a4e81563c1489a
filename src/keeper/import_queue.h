// Import batches on their way into the vault. Several that wait are sealed and stored together,
// since the blind index takes many sorted tags far quicker than few. A batch must be stored whole
// or not at all. Owned by keeper; the loop adds, the writer lane drains.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <set>

#include "vault/vault.h"
#include "wire/admin_messages.h"

namespace bulkhead {

struct ImportBatch {
  wire::Import message;
  std::set<std::uint32_t> erased;  // which of the good ones are not taken
  wire::ImportAnswer answer;
  bool done = false;
  bool stored = false;
};

// The record that these values make, or why it is refused; `field` is told which one is at fault,
// kNoFieldAtFault when none is.
inline constexpr std::uint8_t kNoFieldAtFault = 0xff;
Result<CheckedRecord> record_of(std::vector<wire::ImportValue> values, std::uint8_t& field);

// More at once would help the index no further, but need more memory.
inline constexpr std::size_t kGroupCustomers = kCustomerBatchMax / 2;

class ImportQueue {
 public:
  void add(std::shared_ptr<ImportBatch> batch);
  // Stores what waits, in order; the batches that follow are checked meanwhile. On the writer lane.
  // Afterwards every batch that was added before is done.
  void drain(Vault& vault);

 private:
  // Batches that are stored together, and their good customers.
  struct Group {
    std::uint32_t next;  // the number of the next customer
    std::vector<std::shared_ptr<ImportBatch>> batches;
    std::vector<NewCustomer> customers;
    void add(std::shared_ptr<ImportBatch> batch);
    void store(Vault& vault) const;
  };
  std::vector<std::shared_ptr<ImportBatch>> take();
  Group check_next(std::uint32_t first_customer);

  std::mutex mutex_;
  std::deque<std::shared_ptr<ImportBatch>> waiting_;
};

}  // namespace bulkhead
