// What the vault's writer holds between calls: two databases and their prepared statements. Only
// the vault's own files may include it. Owned by vault.
#pragma once

#include <cstdint>
#include <memory>

#include "store/database.h"
#include "vault/customer_keys.h"
#include "vault/customer_sealing.h"
#include "vault/vault.h"

namespace bulkhead {

struct Vault::State {
  const KeyRing& ring;
  std::unique_ptr<Database> records;
  std::unique_ptr<Database> keys;
  // Of records:
  Statement insert_record, select_record, delete_record;
  Statement insert_blind, delete_blind, delete_blind_of_customer, count_blind;
  Statement insert_message, delete_messages;
  Statement upsert_row, delete_row;
  Statement set_meta, get_meta;
  // Of keys:
  Statement insert_keys, select_keys, delete_keys;
  Statement insert_pending, delete_pending, select_pending, find_pending;

  std::uint32_t next_customer = 1;
  std::uint64_t next_message = 1;
  std::uint64_t applied_index = 0;

  static Result<std::unique_ptr<State>> open(const std::filesystem::path& folder,
                                             const KeyRing& ring);

  Status write_meta(std::string_view name, std::uint64_t value);
  Result<std::uint64_t> read_meta(std::string_view name);
  Result<PersonKeys> person(CustomerNumber customer);
  Status insert_customer(const SealedCustomer& customer);
  Status insert_blind_row(const BlindRow& row);
  Status delete_blind_row(const BlindRow& row);
  // How many customers have that identifier.
  Result<std::uint64_t> holders_of(const BlindRow& row);

  // Opens one compartment of a customer; version and values.
  struct Opened {
    std::uint32_t version = 0;
    Record values;
  };
  Result<Opened> open_compartment_of(const PersonKeys& person, Compartment compartment);
  std::vector<BlindRow> blind_rows_of(CustomerNumber customer, const Record& values) const;

  // Ends what a crash interrupted.
  Status sweep_imports();
  Status finish_erasures();
  Result<bool> erasure_begun(CustomerNumber customer);
  Status erase_record(CustomerNumber customer, const std::vector<BlindRow>* blind);
};

}  // namespace bulkhead
