#include "store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <utility>

#include "base/check.h"

namespace bulkhead {
namespace {

std::unexpected<Error> failure(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return fail(ErrorCode::kConflict, "a database constraint does not allow it");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorCode::kUnavailable, "the database is busy");
    case SQLITE_FULL:
      return fail(ErrorCode::kIo, "the disk is full");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(ErrorCode::kIo, "the database file is damaged");
    case SQLITE_READONLY:
      return fail(ErrorCode::kRefused, "the database is open for reading only");
    case SQLITE_TOOBIG:
      return fail(ErrorCode::kTooLarge, "a value is too large for the database");
    default:
      return fail(ErrorCode::kIo, "the database failed");
  }
}

// SQLite would make the file with the process's umask; ours is private from its first moment.
Status make_private_file(const std::filesystem::path& path) {
  const int descriptor =
      ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    return errno == EEXIST ? fail(ErrorCode::kConflict, "the database exists already")
                           : fail(ErrorCode::kIo, "the database file cannot be made");
  }
  ::close(descriptor);
  return {};
}

std::string pragmas(const DatabaseOptions& options) {
  std::string sql = "PRAGMA cache_size=-" + std::to_string(options.cache_kib) +
                    ";PRAGMA mmap_size=" + std::to_string(options.mmap_bytes) +
                    ";PRAGMA temp_store=MEMORY;PRAGMA trusted_schema=OFF;";
  if (options.secure_delete) sql += "PRAGMA secure_delete=ON;";
  // FULL: a transaction that was told as done is on disk. The log goes back to the file every 4,000
  // pages.
  if (!options.read_only)
    sql += "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=4000;";
  return sql;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path,
                                                 const DatabaseOptions& options) {
  CHECK(path.is_absolute() && !(options.create && options.read_only));
  if (options.create) {
    TRY_STATUS(make_private_file(path));
  } else if (struct stat status{}; ::stat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? fail(ErrorCode::kNotFound, "there is no database file")
                           : fail(ErrorCode::kIo, "the database file cannot be reached");
  }
  sqlite3* handle = nullptr;
  // A reader of a WAL database needs write access to the shared index beside it, so "read only" is
  // SQLite's query_only.
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return failure(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  TRY_STATUS(database->run(pragmas(options).c_str()));
  if (options.read_only) TRY_STATUS(database->run("PRAGMA query_only=ON"));
  // Opens the log, its shared index and the random source now, since a process that has confined
  // itself cannot later.
  std::uint8_t drawn = 0;
  sqlite3_randomness(sizeof drawn, &drawn);
  TRY_STATUS(database->run("SELECT count(*) FROM sqlite_master"));
  return database;
}

Database::~Database() {
  // Statements end before their database; anything else is a bug of ours.
  CHECK(sqlite3_close(handle_) == SQLITE_OK);
}

Status Database::run(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return Statement(handle);
}

Status Database::checkpoint_and_truncate(int wait_ms) {
  sqlite3_busy_timeout(handle_, wait_ms);
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Statement::Statement(sqlite3_stmt* handle) : handle_(handle) {
  CHECK(sqlite3_bind_parameter_count(handle_) <= static_cast<int>(kParametersMax));
  for (std::size_t i = 0; i < kParametersMax; ++i) {
    const auto name = "$" + std::to_string(i + 1);
    places_[i] = static_cast<std::uint8_t>(sqlite3_bind_parameter_index(handle_, name.c_str()));
  }
}

// 0, which SQLite refuses to bind, for a parameter that the statement does not have.
int Statement::place_of(int parameter) const {
  return parameter >= 1 && parameter <= static_cast<int>(kParametersMax)
             ? places_[static_cast<std::size_t>(parameter) - 1]
             : 0;
}

Statement::Statement(Statement&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      places_(other.places_),
      bind_failed_(other.bind_failed_) {}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(int parameter, std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
      sqlite3_bind_int64(handle_, place_of(parameter), static_cast<std::int64_t>(value)) !=
          SQLITE_OK) {
    bind_failed_ = true;
  }
  return *this;
}

Statement& Statement::bind(int parameter, ByteView bytes) {
  // A null pointer would bind NULL instead of no bytes.
  const void* const data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());
  if (sqlite3_bind_blob64(handle_, place_of(parameter), data, bytes.size(), SQLITE_STATIC) !=
      SQLITE_OK)
    bind_failed_ = true;
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  const char* const data = text.empty() ? "" : text.data();
  if (sqlite3_bind_text64(handle_, place_of(parameter), data, text.size(), SQLITE_STATIC,
                          SQLITE_UTF8) != SQLITE_OK) {
    bind_failed_ = true;
  }
  return *this;
}

Result<bool> Statement::step() {
  if (bind_failed_) {
    reset();
    return fail(ErrorCode::kTooLarge, "a value is too large for the database");
  }
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3_reset(handle_);
  return failure(code);
}

Status Statement::run() {
  const ResetAtEnd reset_at_end(*this);
  const bool row = TRY(step());
  CHECK(!row);
  return {};
}

void Statement::reset() {
  sqlite3_reset(handle_);
  bind_failed_ = false;
}

std::uint64_t Statement::number(int column) const {
  const auto value = sqlite3_column_int64(handle_, column);
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

ByteView Statement::bytes(int column) const {
  if (sqlite3_column_type(handle_, column) != SQLITE_BLOB) return {};
  const auto* const data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::text(int column) const {
  if (sqlite3_column_type(handle_, column) != SQLITE_TEXT) return {};
  const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Result<Transaction> Transaction::begin(Database& database) {
  TRY_STATUS(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  // SQLite has rolled back by itself after some errors; there is nothing to do about a second
  // failure.
  [[maybe_unused]] const auto status = database_->run("ROLLBACK");
}

Status Transaction::commit() {
  CHECK(database_ != nullptr);
  TRY_STATUS(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace bulkhead
