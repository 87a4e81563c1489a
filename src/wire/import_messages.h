// Customers handed in by an operator, batch by batch. A reject must never repeat a value. Owned by
// wire; the handlers are in keeper/.
#pragma once

#include "wire/front_messages.h"

namespace bulkhead::wire {

inline constexpr std::size_t kImportCustomersMax = 2000;

// One batch of new customers: all of it is taken, or none. `job` and `batch` make a repeated
// batch harmless.
struct ImportValue {
  std::uint8_t field = 0;
  std::uint16_t item = 0;
  Text<kFieldValueBytesMax> value;
  WIRE_MEMBERS(field, item, value)
};
struct ImportCustomer {
  std::uint64_t line = 0;  // of the source, for the reject file
  List<ImportValue, kRecordValuesMax> values;
  WIRE_MEMBERS(line, values)
};
struct Import {
  static constexpr Op kOp = Op::kImport;
  std::array<std::uint8_t, 16> job{};
  std::uint32_t batch = 0;  // from 0, rising by one within the job
  List<ImportCustomer, kImportCustomersMax> customers;
  WIRE_MEMBERS(job, batch, customers)
};
struct ImportReject {
  std::uint64_t line = 0;
  std::uint8_t field = 0;
  Text<128> reason;  // a fixed sentence, never the value
  WIRE_MEMBERS(line, field, reason)
};
struct ImportAnswer {
  std::uint32_t first_customer = 0;  // the number of the first one taken; they rise by one
  std::uint32_t taken = 0;
  bool repeated = false;  // this batch had been taken before
  List<ImportReject, kImportCustomersMax> rejects;
  WIRE_MEMBERS(first_customer, taken, repeated, rejects)
};

}  // namespace bulkhead::wire
