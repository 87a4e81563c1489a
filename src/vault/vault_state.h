// What the vault's writer holds between calls: two databases and their prepared statements. Only
// the vault's own files may include it. Owned by vault.
#pragma once

#include <cstdint>
#include <memory>

#include "store/database.h"
#include "vault/customer_keys.h"
#include "vault/customer_sealing.h"
#include "vault/key_pass.h"
#include "vault/vault.h"

namespace bulkhead {

struct TwoKeys {  // of a compartment in the midst of a rekey
  StackKey key, former;
};

struct Vault::State {
  const KeyRing& ring;
  std::unique_ptr<Database> records;
  std::unique_ptr<Database> keys;
  // Of records:
  Statement insert_record, select_record, delete_record;
  Statement insert_blind, delete_blind, delete_blind_of_customer;
  Statement insert_message, delete_messages;
  Statement next_messages, update_message, update_record;
  Statement upsert_row, delete_row;
  Statement set_meta, get_meta;
  // Of keys:
  Statement insert_keys, select_keys, delete_keys;
  Statement next_keys, update_keys;
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

  // Opens one compartment of a customer; version and values.
  struct Opened {
    std::uint32_t version = 0;
    Record values;
  };
  Result<Opened> open_compartment_of(const PersonKeys& person, Compartment compartment);
  std::vector<BlindRow> blind_rows_of(CustomerNumber customer, const Record& values) const;

  Result<std::vector<BlindRow>> all_blind_rows_of(CustomerNumber customer);

  // Ends what a crash interrupted.
  Status sweep_imports();
  Status finish_erasures();
  Result<bool> erasure_begun(CustomerNumber customer);
  Status erase_record(CustomerNumber customer, const std::vector<BlindRow>* blind);

  // A change of keys (vault_keys.cpp).
  KeyPass pass{};
  template <class Change>
  Result<bool> change_rows(Change change);
  Status rewrap_some();
  Status rekey_some();
  Status add_new_keys_to_some();
  Status seal_some_anew();
  Status seal_record_anew(const KeyRow& row, CustomerNumber customer, std::size_t& bytes);
  Result<bool> seal_messages_anew(const KeyRow& row, CustomerNumber customer, std::size_t& bytes);
  Status drop_former_keys();
  Result<std::optional<KeyRow>> key_row(CustomerNumber customer);
  Result<std::optional<TwoKeys>> two_keys(const KeyRow& row, CustomerNumber customer,
                                          Compartment compartment);
  Status finish_pass();
};

}  // namespace bulkhead
