#include "supervisor/setup.h"

#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "supervisor/dev_certificate.h"
#include "supervisor/escape_plan.h"
#include "supervisor/pid_file.h"
#include "supervisor/test_house.h"

namespace bulkhead {
namespace {

using SetupTest = SupervisorTest;

TEST_F(SetupTest, PreparesFoldersAndFiles) {
  const auto setup = set_up(options_);
  ASSERT_TRUE(setup);
  struct stat what{};
  ASSERT_EQ(stat(setup->paths.keeper().c_str(), &what), 0);
  EXPECT_EQ(what.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(setup->paths.certificate_key().c_str(), &what), 0);
  EXPECT_EQ(what.st_mode & 0777, 0600u);
  EXPECT_NE(setup->desk.port, setup->api.port);
}

TEST_F(SetupTest, RefusesAKeyThatOthersMayRead) {
  chmod(options_.key_file.c_str(), 0640);
  EXPECT_EQ(set_up(options_).error().code, ErrorCode::kRefused);
}

TEST_F(SetupTest, RefusesAKeyInTheDataDirectory) {
  std::filesystem::create_directory(options_.data_dir);
  std::filesystem::rename(options_.key_file, options_.data_dir + "/root.key");
  options_.key_file = options_.data_dir + "/../data/root.key";
  EXPECT_EQ(set_up(options_).error().code, ErrorCode::kRefused);
}

TEST_F(SetupTest, NamesWhatIsMissing) {
  auto options = options_;
  options.key_file += "-none";
  EXPECT_EQ(set_up(options).error().code, ErrorCode::kNotFound);
  options = options_;
  options.program_folder = root_;
  EXPECT_EQ(set_up(options).error().code, ErrorCode::kNotFound);
}

TEST_F(SetupTest, RefusesATakenPort) {
  const auto taken = listen_on("127.0.0.1", 0);
  ASSERT_TRUE(taken);
  options_.desk_port = taken->port;
  EXPECT_EQ(set_up(options_).error().code, ErrorCode::kConflict);
}

TEST_F(SetupTest, RefusesAPathTooLongForASocket) {
  options_.data_dir += "/" + std::string(120, 'x');
  std::filesystem::create_directories(options_.data_dir);
  EXPECT_EQ(set_up(options_).error().code, ErrorCode::kTooLarge);
}

TEST_F(SetupTest, LockHoldsAsLongAsTheSetup) {
  {
    const auto setup = set_up(options_);
    ASSERT_TRUE(setup);
    EXPECT_EQ(running_supervisor(options_.data_dir), getpid());
    EXPECT_EQ(set_up(options_).error().code, ErrorCode::kConflict);
  }
  EXPECT_FALSE(is_running(options_.data_dir));
}

TEST_F(SetupTest, SelfTestNamesTheKeepersFilesUpToAMaximum) {
  const auto setup = set_up(options_);
  ASSERT_TRUE(setup);
  behave("vault.db");
  auto targets = escape_targets_of(*setup, 77);
  EXPECT_EQ(targets.files, (std::vector{options_.key_file, setup->paths.keeper() + "/vault.db"}));
  EXPECT_EQ(targets.folders, std::vector{setup->paths.keeper()});
  EXPECT_EQ(targets.sockets, std::vector{setup->paths.admin_socket()});
  EXPECT_EQ(targets.keeper, 77);
  for (std::size_t i = 0; i < kSelfTestFilesMax + 10; ++i) behave("tile" + std::to_string(i));
  EXPECT_EQ(escape_targets_of(*setup, 77).files.size(), kSelfTestFilesMax);
}

TEST_F(SetupTest, UserThatCannotReachTheFolderIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  options_.same_user = false;
  options_.keeper_user = "daemon";
  options_.front_user = "nobody";
  chmod(root_.c_str(), 0700);
  EXPECT_EQ(set_up(options_).error().code, ErrorCode::kRefused);
  options_.front_user = "daemon";
  chmod(root_.c_str(), 0755);
  EXPECT_EQ(set_up(options_).error().code, ErrorCode::kRefused);
}

TEST_F(SetupTest, FolderOfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  behave("vault.db");
  ASSERT_EQ(chown((options_.data_dir + "/keeper").c_str(), 1, 1), 0);
  EXPECT_EQ(set_up(options_).error().code, ErrorCode::kRefused);
}

TEST_F(SetupTest, DevCertificateNamesItsHosts) {
  const auto path = root_ + "/certificate.pem", key = root_ + "/certificate.key";
  ASSERT_TRUE(ensure_dev_certificate(path, key));
  std::FILE* file = std::fopen(path.c_str(), "r");
  ASSERT_NE(file, nullptr);
  X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  ASSERT_NE(certificate, nullptr);
  for (const auto* host : {"desk.localhost", "api.localhost", "portal.localhost"}) {
    EXPECT_EQ(X509_check_host(certificate, host, 0, 0, nullptr), 1) << host;
  }
  EXPECT_EQ(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_host(certificate, "localhost", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_verify(certificate, X509_get0_pubkey(certificate)), 1);
  X509_free(certificate);

  // One that is there stays, be it an operator's.
  std::ofstream(path) << "an operator's";
  ASSERT_TRUE(ensure_dev_certificate(path, key));
  std::ifstream again(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(again), {}), "an operator's");
}

}  // namespace
}  // namespace bulkhead
