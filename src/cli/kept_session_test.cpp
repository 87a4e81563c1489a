#include "cli/kept_session.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "base/clock.h"
#include "store/temporary_folder.h"

namespace bulkhead::cli {
namespace {

class KeptSessionTest : public testing::Test {
 protected:
  KeptSession session() const {
    KeptSession one;
    one.name.value = "agent-01";
    one.secret.fill(7);
    one.counter = 3;
    one.ends_wall_ms = SystemClock().wall_ms() + kKeptSessionS * 1000ull;
    return one;
  }
  TemporaryFolder folder_;
  KeptSessions kept_{folder_.path().string(), "/var/lib/bulkhead"};
};

TEST_F(KeptSessionTest, EachUseTakesTheNextCounter) {
  ASSERT_TRUE(kept_.keep(KeptKind::kStaff, session()));
  EXPECT_EQ(kept_.use(KeptKind::kStaff)->counter, 3u);
  EXPECT_EQ(kept_.use(KeptKind::kStaff)->counter, 4u);
  EXPECT_EQ(kept_.use(KeptKind::kStaff)->name.value, "agent-01");
  EXPECT_EQ(kept_.use(KeptKind::kAdmin).error().code, ErrorCode::kNotFound);
  KeptSessions other(folder_.path().string(), "/srv/other");
  EXPECT_EQ(other.use(KeptKind::kStaff).error().code, ErrorCode::kNotFound);
}

TEST_F(KeptSessionTest, OneThatEndedIsGone) {
  auto ended = session();
  ended.ends_wall_ms = SystemClock().wall_ms() - 1;
  ASSERT_TRUE(kept_.keep(KeptKind::kAdmin, ended));
  EXPECT_EQ(kept_.use(KeptKind::kAdmin).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(KeptSessionTest, FilesAreTheUsersAlone) {
  ASSERT_TRUE(kept_.keep(KeptKind::kStaff, session()));
  for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
    struct stat about{};
    ASSERT_EQ(stat(file.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u);
  }
}

TEST_F(KeptSessionTest, AnotherFilesContentIsNoSession) {
  ASSERT_TRUE(kept_.keep(KeptKind::kStaff, session()));
  for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
    std::ofstream(file.path()) << std::string(4000, 'x');
  }
  EXPECT_EQ(kept_.use(KeptKind::kStaff).error().code, ErrorCode::kNotFound);
}

TEST(KeptSessionFolder, MustNotBeOpenToOthers) {
  const TemporaryFolder runtime;
  ASSERT_EQ(setenv("XDG_RUNTIME_DIR", runtime.path().c_str(), 1), 0);
  const auto folder = kept_session_folder();
  ASSERT_TRUE(folder) << folder.error().context;
  EXPECT_EQ(*folder, runtime.path().string() + "/bulkhead");
  ASSERT_EQ(chmod(folder->c_str(), 0755), 0);
  EXPECT_EQ(kept_session_folder().error().code, ErrorCode::kRefused);
  ASSERT_EQ(setenv("XDG_RUNTIME_DIR", "/nonexistent", 1), 0);
  EXPECT_EQ(kept_session_folder().error().code, ErrorCode::kNotFound);
  unsetenv("XDG_RUNTIME_DIR");
}

}  // namespace
}  // namespace bulkhead::cli
