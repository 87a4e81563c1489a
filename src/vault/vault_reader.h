// The vault's reader: read-only connections of one thread, through which the keeper opens fields
// after the entry is on disk. It must never be shared between threads nor keep plaintext. Owned by
// vault.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/catalogue.h"
#include "base/ids.h"
#include "base/record.h"
#include "base/result.h"
#include "base/words.h"
#include "vault/customer_keys.h"
#include "vault/key_ring.h"

namespace bulkhead {

inline constexpr std::size_t kLookupMatchesMax = 10;
inline constexpr std::size_t kMessagesReadMax = 200;
inline constexpr std::uint64_t kAnyMessage = INT64_MAX;

struct MessageHead {
  std::uint64_t id = 0;
  CaseNumber case_number;
  CustomerNumber customer;
  std::uint64_t created_ms = 0;
  Direction direction{};
  ContentTags tags;
};
struct Message {
  MessageHead head;
  std::string text;
};

struct Row {
  std::uint8_t kind = 0;
  std::uint32_t id = 0;
  std::uint32_t state = 0;
  Bytes bytes;
};

class VaultReader {
 public:
  // kNotFound, kIo. The ring must outlive it.
  static Result<std::unique_ptr<VaultReader>> open(const std::filesystem::path& folder,
                                                   const KeyRing& ring);
  ~VaultReader();

  // One point read and one unwrap. kNotFound when there is no such customer (any more).
  Result<PersonKeys> person(CustomerNumber customer);

  // The values of the asked fields, in catalogue order. One point read, and only the compartments
  // asked for are opened. kNotFound; kRefused for a locked compartment; kCrypto when a row was
  // changed or moved.
  Result<Record> open_fields(const PersonKeys& person, FieldSet fields);
  Result<Record> open_fields(CustomerNumber customer, FieldSet fields);
  // The version of one sealed compartment, counted from 1 and bound by the seal.
  Result<std::uint32_t> compartment_version(const PersonKeys& person, Compartment compartment);

  // `normalised` comes from normalise() in identifiers.h. Of several customers (companions share a
  // locator) lookup() answers the lowest number, lookup_all() at most kLookupMatchesMax.
  Result<std::optional<CustomerNumber>> lookup(IdentifierKind kind, std::string_view normalised);
  Result<std::vector<CustomerNumber>> lookup_all(IdentifierKind kind, std::string_view normalised);

  // Oldest first, the newest `limit` (at most kMessagesReadMax) of the case. Heads disclose no
  // text. With `newest_id` later messages are left out, so that what is shown is what was recorded
  // by its heads.
  Result<std::vector<MessageHead>> message_heads(CaseNumber case_number, std::size_t limit);
  Result<std::vector<Message>> messages(CaseNumber case_number, std::size_t limit,
                                        std::uint64_t newest_id = kAnyMessage);

  // The keeper's own rows of a kind, by id ascending.
  Result<std::vector<Row>> rows(std::uint8_t kind);
  Result<Row> row(std::uint8_t kind, std::uint32_t id);  // kNotFound

  Result<std::uint64_t> customer_count();

 private:
  friend class ReadWindow;
  struct State;
  explicit VaultReader(std::unique_ptr<State> state);
  Result<Bytes> open_one(const PersonKeys& person, Compartment compartment, ByteView sealed);
  std::unique_ptr<State> state_;
};

// Holds one view of the vault for a handful of reads, which saves each of them SQLite's file locks
// (half its cost). It must end before the thread waits for work: an open window keeps an erasure
// from finishing.
class ReadWindow {
 public:
  explicit ReadWindow(VaultReader& reader);
  ReadWindow(const ReadWindow&) = delete;
  ReadWindow& operator=(const ReadWindow&) = delete;
  ~ReadWindow();

 private:
  VaultReader& reader_;
};

}  // namespace bulkhead
