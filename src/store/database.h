// One small face to an embedded database (SQLite in WAL mode), typed and without exceptions. A
// connection must never be shared between threads nor carried over a fork; statements keep to SQL
// that PostgreSQL takes too ($1 parameters, ON CONFLICT, RETURNING) but for schema and pragmas.
// Owned by store.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bulkhead {

struct DatabaseOptions {
  bool read_only = false;
  bool create = false;         // makes the file, which must not exist, with mode 0600
  bool secure_delete = false;  // overwrites deleted content with zeros
  std::uint64_t mmap_bytes = 0;
  std::uint32_t cache_kib = 2048;
};

inline constexpr int kBusyTimeoutMs = 5000;
inline constexpr std::size_t kParametersMax = 16;  // of one statement

class Statement;

class Database {
 public:
  // `path` is absolute. kNotFound, kConflict (create and the file exists), kIo.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path,
                                                const DatabaseOptions& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // Runs one or several statements that take and give nothing. `sql` is a literal of ours.
  Status run(const char* sql);
  // Compiles a literal of ours once; the statement must end before the database. kIo when it does
  // not compile.
  Result<Statement> prepare(const char* sql);

  // Copies the write-ahead log into the file and cuts it to nothing, so that deleted content is in
  // neither. After success no reader sees anything older than what was committed before.
  // kUnavailable when a reader kept it from finishing for `wait_ms`.
  Status checkpoint_and_truncate(int wait_ms = kBusyTimeoutMs);

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
};

// A compiled statement, used again and again. Parameters and columns count from 1 and 0 as SQL does
// ($1, first column).
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  ~Statement();

  // The bytes and text must stay alive until the next reset. Numbers beyond 2^63 - 1 make step()
  // answer kTooLarge.
  Statement& bind(int parameter, std::uint64_t value);
  Statement& bind(int parameter, ByteView bytes);
  Statement& bind(int parameter, std::string_view text);

  // True when a row is there. kConflict for a broken constraint, kUnavailable when the database is
  // busy, kIo.
  Result<bool> step();
  // Runs to the end and resets; for statements that give no rows.
  Status run();
  void reset();

  // Of the present row; views live until the next step or reset. A column of another type reads as
  // 0 or empty.
  std::uint64_t number(int column) const;
  ByteView bytes(int column) const;
  std::string_view text(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* handle);
  int place_of(int parameter) const;

  sqlite3_stmt* handle_;
  // SQLite counts $2 as its first parameter when it stands first, so places are asked for by name.
  std::array<std::uint8_t, kParametersMax> places_{};
  bool bind_failed_ = false;
};

// Resets a statement at the end of a scope, so that no read transaction stays open behind an early
// return.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;
  ~ResetAtEnd() { statement_.reset(); }

 private:
  Statement& statement_;
};

// Everything until commit() happens or nothing does; without commit() it is rolled back.
class Transaction {
 public:
  // Takes the write lock at once. kUnavailable when another writer holds it.
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace bulkhead
