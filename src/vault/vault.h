// The vault's writer: sealed records, wrapped customer keys, blind index, messages and the keeper's
// own rows in two SQLite files. It must never keep a plaintext after a call or write one to disk,
// and only one exists per folder; it is used by one thread at a time. Owned by vault; the keeper
// records in the ledger before it calls.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/catalogue.h"
#include "base/ids.h"
#include "base/record.h"
#include "base/result.h"
#include "base/words.h"
#include "vault/fields.h"
#include "vault/key_ring.h"

namespace bulkhead {

inline constexpr std::size_t kCustomerBatchMax = 50'000;
inline constexpr std::size_t kMessageBatchMax = 10'000;
inline constexpr std::size_t kMessageBytesMax = 64u << 10;
inline constexpr std::size_t kRowBatchMax = 4'096;
inline constexpr std::size_t kRowBytesMax = 64u << 10;

// The identifiers of the blind index (e-mail, phone, ...) are derived from the record.
struct NewCustomer {
  CustomerNumber number;
  CheckedRecord record;
};

// `values` take the place of all values of `fields`; both are of that compartment.
struct CompartmentChange {
  CustomerNumber customer;
  Compartment compartment{};
  std::uint32_t version = 0;  // of the compartment afterwards; versions may be left out
  FieldSet fields;
  CheckedRecord values;
};

struct NewMessage {
  CaseNumber case_number;
  CustomerNumber customer;
  std::uint64_t created_ms = 0;  // wall time
  Direction direction{};
  std::string text;  // UTF-8; card numbers in it are cut to their last four digits before sealing
};

// A write of one of the keeper's own rows: kind and id name it, `state` is a number the keeper may
// read without opening.
struct RowWrite {
  std::uint8_t kind = 0;
  std::uint32_t id = 0;
  std::uint32_t state = 0;
  Bytes bytes;          // sealed at rest
  bool remove = false;  // the row goes; state and bytes are ignored
};

class Vault {
 public:
  // Makes vault.db and keys.db in `folder` (absolute, existing). kConflict when they are there. The
  // ring must outlive it.
  static Result<std::unique_ptr<Vault>> create(const std::filesystem::path& folder,
                                               const KeyRing& ring);
  // Opens them and finishes what a crash interrupted: orphan keys are swept, a begun erasure is
  // ended. kNotFound, kIo.
  static Result<std::unique_ptr<Vault>> open(const std::filesystem::path& folder,
                                             const KeyRing& ring);
  ~Vault();

  // Numbers are never given twice, also after an erasure.
  CustomerNumber next_customer_number() const;

  // All or none. Numbers ascend strictly and start at next_customer_number() or above. Every value
  // is checked (fields.h) and sensitive SSR codes are moved to travel.ssr_sensitive. kTooLarge,
  // kMalformed, kConflict, kRefused when a compartment is locked, kIo. Quickest with 10,000 and
  // more at a time.
  Status add_customers(std::span<const NewCustomer> customers);

  // Gives some fields of one compartment other values, with their identifiers. kNotFound,
  // kMalformed, kTooLarge, kRefused; kConflict when the version does not rise, or when so many
  // customers (kLookupMatchesMax) have an identifier that a lookup would not read all of them.
  Status change_compartment(const CompartmentChange& change);

  struct MessageAdded {
    std::uint64_t id = 0;
    ContentTags tags;
  };
  // Sealed under the customer's communications key. kNotFound when the customer has no keys;
  // kTooLarge; kRefused.
  Result<MessageAdded> add_message(const NewMessage& message);
  Status add_messages(std::span<const NewMessage> messages);

  // Writes rows and the ledger index they are the projection of, in one transaction. kConflict when
  // `applied_index` would go back.
  Status write_rows(std::span<const RowWrite> rows, std::uint64_t applied_index);
  // How many ledger entries the rows reflect; 0 in a new vault.
  std::uint64_t applied_index() const;

  // Destroys the customer's keys (also in keys.db's log), then record, index rows and messages.
  // After success no file holds the wrapped keys. kNotFound; kRefused while a compartment is
  // locked, since its identifiers cannot be found; kUnavailable when a reader kept the log from
  // being cut: the keys are deleted then, and asking again (or the next start) ends it.
  Status erase(CustomerNumber customer);

 private:
  struct State;
  explicit Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bulkhead
