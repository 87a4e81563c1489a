// Import batches on their way to the keeper, a few at a time so that neither side waits for the
// other. It must never let a later batch count as taken before an earlier one. Owned by cli;
// import, demo and bench send through it.
#pragma once

#include <deque>
#include <functional>
#include <map>

#include "cli/admin_connection.h"

namespace bulkhead::cli {

inline constexpr std::size_t kBatchesInFlightMax = 8;
inline constexpr std::size_t kBatchBytesMax = 6u
                                              << 20;  // encoded; the frame's own maximum is 8 MiB

class ImportPipe {
 public:
  // Called for each batch in order with its number and the keeper's answer; a failure ends the
  // import.
  using OnTaken = std::function<Status(std::uint32_t batch, const wire::ImportAnswer& answer)>;
  ImportPipe(AdminConnection& connection, OnTaken on_taken)
      : connection_(connection), on_taken_(std::move(on_taken)) {}

  // Sends one batch; waits for the oldest when kBatchesInFlightMax are out.
  Status send(const wire::Import& batch);
  // Waits for all that are out.
  Status finish();

 private:
  struct InFlight {
    std::uint64_t request;
    std::uint32_t batch;
  };
  Status wait_for_oldest();

  AdminConnection& connection_;
  OnTaken on_taken_;
  std::deque<InFlight> in_flight_;
  std::map<std::uint64_t, Bytes> early_;  // answers that came before their turn, by request
};

// How many bytes the customer takes in a batch.
std::size_t encoded_bytes(const wire::ImportCustomer& customer);

wire::ImportCustomer to_wire(std::uint64_t line, Record record);

}  // namespace bulkhead::cli
