// How a compartment, a message and a keeper's row are written and sealed; the bytes of vault.db.
// Each sealed thing must be bound to its place, so that a row moved to another customer, case or
// version does not open. Owned by vault.
#pragma once

#include <cstdint>
#include <string>

#include "base/catalogue.h"
#include "base/ids.h"
#include "base/record.h"
#include "base/result.h"
#include "base/words.h"
#include "crypto/aead.h"

namespace bulkhead {

// Values of one compartment, in catalogue order: u8 field ‖ u16 item ‖ u16 length ‖ bytes, again
// and again.
Bytes encode_values(const Record& checked, Compartment compartment);
// Appends the values whose field is in `wanted`. kMalformed for anything encode_values does not
// write.
Status decode_values(ByteView bytes, Compartment compartment, FieldSet wanted, Record& to);

// Sealed compartment: u8 format ‖ u32 version ‖ nonce ‖ ciphertext ‖ tag, bound to customer,
// compartment and version.
Bytes seal_compartment(KeyView key, CustomerNumber customer, Compartment compartment,
                       std::uint32_t version, ByteView plaintext);
Result<Bytes> open_compartment(KeyView key, CustomerNumber customer, Compartment compartment,
                               ByteView sealed);
// The version a sealed compartment claims; believe it only once the compartment opened.
Result<std::uint32_t> claimed_version(ByteView sealed);

struct MessagePlace {
  std::uint64_t id = 0;
  CaseNumber case_number;
  CustomerNumber customer;
  std::uint64_t created_ms = 0;
  Direction direction{};
  ContentTags tags;
};
Bytes seal_message(KeyView key, const MessagePlace& place, std::string_view text);
Result<std::string> open_message(KeyView key, const MessagePlace& place, ByteView sealed);

Bytes seal_row(KeyView key, std::uint8_t kind, std::uint32_t id, std::uint32_t state,
               ByteView bytes);
Result<Bytes> open_row(KeyView key, std::uint8_t kind, std::uint32_t id, std::uint32_t state,
                       ByteView sealed);

}  // namespace bulkhead
