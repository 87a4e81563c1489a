#include "keeper/import_queue.h"

#include "vault/fields.h"

namespace bulkhead {
namespace {

constexpr std::size_t kReasonBytesMax = 128;

// The customer's record, or why it is refused.
Result<Record> to_record(const wire::ImportCustomer& customer, std::uint8_t& field) {
  Record record;
  record.reserve(customer.values.items.size());
  for (const auto& value : customer.values.items) {
    field = value.field;
    if (info_of(static_cast<Field>(value.field)) == nullptr)
      return fail(ErrorCode::kMalformed, "no such field");
    record.push_back({static_cast<Field>(value.field), value.item, value.value.value});
    // Checked one by one so that the reject can name the field.
    if (auto checked = check_field(record.back().field, record.back().value); !checked) {
      return std::unexpected(checked.error());
    }
  }
  field = 0xff;
  return check_record(record);
}

// Takes the good customers of a batch; the others become rejects.
void read_batch(ImportBatch& batch, std::uint32_t next, std::vector<NewCustomer>& customers) {
  batch.answer.first_customer = next;
  for (const auto& customer : batch.message.customers.items) {
    std::uint8_t field = 0xff;
    auto record = to_record(customer, field);
    if (!record) {
      batch.answer.rejects.items.push_back(
          {customer.line, field, {std::string(record.error().context).substr(0, kReasonBytesMax)}});
      continue;
    }
    customers.push_back({CustomerNumber(next++), std::move(*record)});
    ++batch.answer.taken;
  }
}

}  // namespace

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
    if (!taken.empty() && customers > kCustomerBatchMax) break;
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

void ImportQueue::drain(Vault& vault) {
  for (auto taken = take(); !taken.empty(); taken = take()) {
    std::vector<NewCustomer> customers;
    for (const auto& batch : taken) {
      const auto next =
          vault.next_customer_number().value + static_cast<std::uint32_t>(customers.size());
      read_batch(*batch, next, customers);
      batch->message.customers.items.clear();
    }
    const bool stored = customers.empty() || vault.add_customers(customers).has_value();
    for (const auto& batch : taken) {
      batch->stored = stored;
      batch->done = true;
    }
  }
}

}  // namespace bulkhead
