#include "keeper/import_queue.h"

#include <malloc.h>

#include <algorithm>
#include <future>
#include <utility>

namespace bulkhead {
namespace {

constexpr std::size_t kReasonBytesMax = 128;
}  // namespace

Result<CheckedRecord> record_of(std::vector<wire::ImportValue> values, std::uint8_t& field) {
  Record record;
  record.reserve(values.size());
  for (auto& value : values) {
    field = value.field;
    if (info_of(static_cast<Field>(value.field)) == nullptr)
      return fail(ErrorCode::kMalformed, "no such field");
    record.push_back({static_cast<Field>(value.field), value.item, std::move(value.value.value)});
  }
  std::optional<Field> at_fault;
  auto checked = check_record(std::move(record), &at_fault);
  field = at_fault ? static_cast<std::uint8_t>(*at_fault) : kNoFieldAtFault;
  return checked;
}

// Takes the good customers of a batch; the others become rejects.
void ImportQueue::Group::add(std::shared_ptr<ImportBatch> batch) {
  batch->answer.first_customer = next;
  std::uint32_t good = 0;
  for (auto& customer : batch->message.customers.items) {
    std::uint8_t field = kNoFieldAtFault;
    auto record = record_of(std::move(customer.values.items), field);
    if (record && batch->erased.contains(good++))
      record = fail(ErrorCode::kRefused, "this customer was erased or asked for it");
    if (!record) {
      batch->answer.rejects.items.push_back(
          {customer.line, field, {std::string(record.error().context).substr(0, kReasonBytesMax)}});
      continue;
    }
    customers.push_back({CustomerNumber(next++), std::move(*record)});
    ++batch->answer.taken;
  }
  batch->message.customers.items.clear();
  batches.push_back(std::move(batch));
}

void ImportQueue::Group::store(Vault& vault) const {
  const bool stored = customers.empty() || vault.add_customers(customers).has_value();
  for (const auto& batch : batches) {
    batch->stored = stored;
    batch->done = true;
  }
}

void ImportQueue::add(std::shared_ptr<ImportBatch> batch) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(batch));
}

std::vector<std::shared_ptr<ImportBatch>> ImportQueue::take() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ImportBatch>> taken;
  std::size_t customers = 0;
  while (!waiting_.empty()) {
    customers += waiting_.front()->message.customers.items.size();
    if (!taken.empty() && customers > kGroupCustomers) break;
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

ImportQueue::Group ImportQueue::check_next(std::uint32_t first_customer) {
  Group group{first_customer, {}, {}};
  for (auto& batch : take()) group.add(std::move(batch));
  return group;
}

void ImportQueue::drain(Vault& vault) {
  auto group = check_next(vault.next_customer_number().value);
  while (!group.batches.empty()) {
    auto ahead =
        std::async(std::launch::async, [this, next = group.next] { return check_next(next); });
    group.store(vault);
    group = ahead.get();
  }
  // An import leaves free memory in every thread's arena; the keeper stays small without it.
  malloc_trim(0);
}

}  // namespace bulkhead
