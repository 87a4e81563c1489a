#include "store/database.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <limits>
#include <string>

#include "store/durable_file.h"
#include "store/temporary_folder.h"

namespace bulkhead {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = Database::open(path(), {.create = true});
    ASSERT_TRUE(made) << made.error().context;
    database_ = std::move(*made);
    ASSERT_TRUE(
        database_->run("CREATE TABLE things(id INTEGER PRIMARY KEY, name TEXT, bytes BLOB)"));
  }
  std::filesystem::path path() const { return folder_.path() / "test.db"; }
  std::uint64_t count() {
    auto statement = database_->prepare("SELECT count(*) FROM things");
    EXPECT_TRUE(*statement->step());
    return statement->number(0);
  }
  Status insert(std::uint64_t id, std::string_view name) {
    auto statement = TRY(database_->prepare("INSERT INTO things(id, name) VALUES ($1, $2)"));
    return statement.bind(1, id).bind(2, name).run();
  }

  TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(DatabaseTest, WhatIsBoundComesBack) {
  auto insert = database_->prepare("INSERT INTO things VALUES ($1, $2, $3) RETURNING id");
  const Bytes bytes{0, 1, 255};
  ASSERT_TRUE(
      *insert->bind(1, 7u).bind(2, std::string_view("seven")).bind(3, ByteView(bytes)).step());
  EXPECT_EQ(insert->number(0), 7u);
  insert->reset();
  ASSERT_TRUE(*insert->bind(1, 8u).bind(2, std::string_view()).bind(3, ByteView()).step());
  insert->reset();
  auto select = database_->prepare("SELECT id, name, bytes FROM things ORDER BY id");
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->text(1), "seven");
  EXPECT_EQ(Bytes(select->bytes(2).begin(), select->bytes(2).end()), bytes);
  EXPECT_TRUE(select->bytes(1).empty());  // another type
  ASSERT_TRUE(*select->step());
  EXPECT_TRUE(select->bytes(2).empty());
  EXPECT_FALSE(*select->step());
}

TEST_F(DatabaseTest, ParametersAreNumberedAndNotCounted) {
  EXPECT_TRUE(insert(1, "x"));
  auto update = database_->prepare("UPDATE things SET name = $2 WHERE id = $1");
  ASSERT_TRUE(update->bind(1, 1u).bind(2, std::string_view("y")).run());
  auto select = database_->prepare("SELECT name FROM things");
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->text(0), "y");
  EXPECT_FALSE(update->bind(3, 1u).run());  // a parameter that is not there
}

TEST_F(DatabaseTest, NumbersBeyondTheDatabaseAreRefused) {
  EXPECT_EQ(insert(std::numeric_limits<std::uint64_t>::max(), "x").error().code,
            ErrorCode::kTooLarge);
  EXPECT_TRUE(insert(std::numeric_limits<std::int64_t>::max(), "x"));
}

TEST_F(DatabaseTest, BrokenConstraintsAreConflicts) {
  EXPECT_TRUE(insert(1, "x"));
  EXPECT_EQ(insert(1, "y").error().code, ErrorCode::kConflict);
  EXPECT_TRUE(insert(2, "y"));
}

TEST_F(DatabaseTest, BadSqlIsAnError) {
  EXPECT_FALSE(database_->prepare("SELEC"));
  EXPECT_FALSE(database_->run("DROP TABLE nothing"));
}

TEST_F(DatabaseTest, WithoutCommitNothingHappened) {
  {
    auto transaction = Transaction::begin(*database_);
    ASSERT_TRUE(transaction);
    EXPECT_TRUE(insert(1, "x"));
    EXPECT_EQ(count(), 1u);
  }
  EXPECT_EQ(count(), 0u);
  {
    auto transaction = Transaction::begin(*database_);
    ASSERT_TRUE(transaction);
    EXPECT_TRUE(insert(1, "x"));
    EXPECT_TRUE(transaction->commit());
  }
  EXPECT_EQ(count(), 1u);
}

TEST_F(DatabaseTest, ReadersSeeCommittedRowsAndCannotWrite) {
  auto reader = Database::open(path(), {.read_only = true, .mmap_bytes = 1 << 20});
  ASSERT_TRUE(reader);
  auto select = (*reader)->prepare("SELECT count(*) FROM things");
  EXPECT_TRUE(insert(1, "x"));
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->number(0), 1u);
  select->reset();
  EXPECT_FALSE((*reader)->run("DELETE FROM things"));
}

TEST_F(DatabaseTest, FilesAreMadePrivateAndNeverTwice) {
  struct stat status{};
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_EQ(Database::open(path(), {.create = true}).error().code, ErrorCode::kConflict);
  EXPECT_EQ(Database::open(folder_.path() / "none.db", {}).error().code, ErrorCode::kNotFound);
}

TEST_F(DatabaseTest, WhatIsNoDatabaseIsAnError) {
  ASSERT_TRUE(write_new_file_durably(folder_.path() / "no.db", Bytes(5000, 'x')));
  EXPECT_EQ(Database::open(folder_.path() / "no.db", {}).error().code, ErrorCode::kIo);
}

TEST_F(DatabaseTest, DeletedContentIsInNoFileAfterACheckpoint) {
  const std::string token = "a-token-that-must-vanish";
  const auto on_disk = [&] {
    bool found = false;
    for (const auto* suffix : {"", "-wal"}) {
      const auto bytes = read_small_file(path().string() + suffix, 10u << 20);
      found = found || (bytes && text_of(*bytes).find(token) != std::string_view::npos);
    }
    return found;
  };
  database_ = *Database::open(path(), {.secure_delete = true});
  EXPECT_TRUE(insert(1, token));
  EXPECT_TRUE(on_disk());
  EXPECT_TRUE(database_->run("DELETE FROM things"));
  EXPECT_TRUE(on_disk());  // still in the log
  EXPECT_TRUE(database_->checkpoint_and_truncate());
  EXPECT_FALSE(on_disk());
}

TEST(DurableFile, IsWrittenOnceAndPrivate) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  EXPECT_TRUE(write_new_file_durably(path, view_of("one")));
  EXPECT_EQ(write_new_file_durably(path, view_of("two")).error().code, ErrorCode::kConflict);
  EXPECT_EQ(text_of(*read_small_file(path, 3)), "one");
  EXPECT_EQ(read_small_file(path, 2).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(read_small_file(folder.path() / "none", 2).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(write_new_file_durably(folder.path() / "none" / "file", view_of("x")).error().code,
            ErrorCode::kIo);
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".new"));
}

TEST(DurableFile, ALeftoverOfAnInterruptedAttemptIsReplaced) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_new_file_durably(folder.path() / "file.new", view_of("half")));
  EXPECT_TRUE(write_new_file_durably(folder.path() / "file", view_of("whole")));
  EXPECT_EQ(text_of(*read_small_file(folder.path() / "file", 10)), "whole");
}

}  // namespace
}  // namespace bulkhead
