// The tables of vault.db and keys.db. Nothing in clear may stand in a column but numbers that the
// keeper reads before it opens anything: customer, case, time, direction, content tags, states.
// Owned by vault.
#pragma once

#include <array>

#include "base/catalogue.h"
#include "store/database.h"

namespace bulkhead::schema {

inline constexpr char kVaultFile[] = "vault.db";
inline constexpr char kKeysFile[] = "keys.db";

// Integer keys keep inserts in order; the blind index is its own key, so it is stored once.
inline constexpr char kVaultTables[] = R"sql(
CREATE TABLE records(
  customer INTEGER PRIMARY KEY, identity BLOB NOT NULL, contact BLOB NOT NULL, travel BLOB NOT NULL,
  loyalty BLOB NOT NULL, communications BLOB NOT NULL, payment BLOB NOT NULL);
CREATE TABLE blind(
  kind INTEGER NOT NULL, tag BLOB NOT NULL, customer INTEGER NOT NULL,
  PRIMARY KEY(kind, tag, customer)) WITHOUT ROWID;
CREATE TABLE messages(
  id INTEGER PRIMARY KEY, case_number INTEGER NOT NULL, customer INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  direction INTEGER NOT NULL, tags INTEGER NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX messages_of_case ON messages(case_number);
CREATE INDEX messages_of_customer ON messages(customer);
CREATE TABLE keeper_rows(
  kind INTEGER NOT NULL, id INTEGER NOT NULL, state INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY(kind, id)) WITHOUT ROWID;
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('format', 2), ('next_customer', 1), ('next_message', 1), ('applied_index', 0);
)sql";

// pending: what was begun in keys.db and is not known to have ended in vault.db. act 0 is an import
// of the customers first..last (only the newest stands here), act 1 the erasure of one.
inline constexpr char kKeysTables[] = R"sql(
CREATE TABLE keys(customer INTEGER PRIMARY KEY, wrapped BLOB NOT NULL);
CREATE TABLE pending(
  act INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY(act, first)) WITHOUT ROWID;
)sql";
enum class PendingAct : std::uint8_t { kImport, kErasure };

// 2: a row of keys may hold a second set, and key-encryption keys have epochs. A vault of format 1
// is one of format 2 in which neither has happened yet; programs that know only 1 refuse 2.
inline constexpr std::uint64_t kVaultFormat = 2;
inline constexpr std::uint64_t kOldestVaultFormat = 1;

inline constexpr std::array<const char*, kCompartmentCount> kUpdateCompartment{
    "UPDATE records SET identity = $2 WHERE customer = $1",
    "UPDATE records SET contact = $2 WHERE customer = $1",
    "UPDATE records SET travel = $2 WHERE customer = $1",
    "UPDATE records SET loyalty = $2 WHERE customer = $1",
    "UPDATE records SET communications = $2 WHERE customer = $1",
    "UPDATE records SET payment = $2 WHERE customer = $1"};

inline constexpr char kSelectWrapped[] = "SELECT wrapped FROM keys WHERE customer = $1";
inline constexpr char kSelectRecord[] =
    "SELECT identity, contact, travel, loyalty, communications, payment FROM records WHERE "
    "customer = $1";
inline constexpr char kInsertBlind[] =
    "INSERT INTO blind(kind, tag, customer) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

}  // namespace bulkhead::schema
