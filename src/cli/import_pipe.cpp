#include "cli/import_pipe.h"

#include <algorithm>

#include "base/check.h"

namespace bulkhead::cli {

Status ImportPipe::send(const wire::Import& batch) {
  while (in_flight_.size() >= kBatchesInFlightMax) TRY_STATUS(wait_for_oldest());
  const auto request = TRY(connection_.send(batch));
  in_flight_.push_back({request, batch.batch});
  return {};
}

Status ImportPipe::finish() {
  while (!in_flight_.empty()) TRY_STATUS(wait_for_oldest());
  return {};
}

Status ImportPipe::wait_for_oldest() {
  const auto oldest = in_flight_.front();
  // One writer takes the batches in turn, but two threads answer.
  auto early = early_.find(oldest.request);
  while (early == early_.end()) {
    auto raw = TRY(connection_.receive());
    const bool asked =
        std::ranges::find(in_flight_, raw.request, &InFlight::request) != in_flight_.end();
    if (!asked || early_.contains(raw.request))
      return fail(ErrorCode::kMalformed, "the keeper answered what was not asked");
    early_.emplace(raw.request, std::move(raw.body));
    early = early_.find(oldest.request);
  }
  const auto body = std::move(early->second);
  early_.erase(early);
  in_flight_.pop_front();
  const auto answer = TRY(connection_.read_answer<wire::ImportAnswer>(body));
  return on_taken_(oldest.batch, answer);
}

std::size_t encoded_bytes(const wire::ImportCustomer& customer) {
  std::size_t bytes = 8 + 4;
  for (const auto& value : customer.values.items) bytes += 1 + 2 + 2 + value.value.value.size();
  return bytes;
}

wire::ImportCustomer to_wire(std::uint64_t line, Record record) {
  CHECK(record.size() <= kRecordValuesMax);
  wire::ImportCustomer customer{.line = line, .values = {}};
  customer.values.items.reserve(record.size());
  for (auto& value : record) {
    CHECK(value.value.size() <= kFieldValueBytesMax);
    customer.values.items.push_back(
        {static_cast<std::uint8_t>(value.field), value.item, {std::move(value.value)}});
  }
  return customer;
}

}  // namespace bulkhead::cli
