// bulkhead ledger opening against servers that tell the truth and others that do not, through the
// command line.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/json.hpp>
#include <functional>
#include <mutex>
#include <thread>

#include "base/descriptor.h"
#include "cli/commands.h"
#include "cli/ledger_source.h"
#include "cli/listener_for_test.h"
#include "cli/output.h"
#include "ledger/ledger_for_test.h"
#include "ledger/verify.h"
#include "wire/paths.h"

namespace bulkhead::cli {
namespace {

constexpr std::uint64_t kEntries = 300;

// Serves the ledger at its path: status and body by the name below it.
class FakeLedgerServer {
 public:
  using Handle = std::function<std::pair<int, std::string>(const std::string& name)>;

  explicit FakeLedgerServer(Handle handle) : handle_(std::move(handle)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeLedgerServer() {
    listener_.shut();
    thread_.join();
  }
  std::string url() const { return fmt::format("http://ledger.localhost:{}", listener_.port()); }
  std::vector<std::string> asked() const {
    const std::lock_guard held(mutex_);
    return asked_;
  }

 private:
  void serve() {
    for (;;) {
      const auto peer = listener_.accept();
      if (!peer) return;
      for (std::string input; answer_one(peer.get(), input);) {
      }
    }
  }
  bool answer_one(int peer, std::string& input) {
    std::array<char, 4096> part;
    while (input.find("\r\n\r\n") == std::string::npos) {
      const auto got = ::recv(peer, part.data(), part.size(), 0);
      if (got <= 0) return false;
      input.append(part.data(), static_cast<std::size_t>(got));
    }
    const auto head = "GET " + std::string(wire::kLedgerPath) + "/";
    EXPECT_TRUE(input.starts_with(head)) << input;
    EXPECT_NE(input.find("Authorization: Bearer TOKEN\r\n"), std::string::npos);
    const auto name = input.substr(head.size(), input.find(' ', head.size()) - head.size());
    input.erase(0, input.find("\r\n\r\n") + 4);
    {
      const std::lock_guard held(mutex_);
      asked_.push_back(name);
    }
    const auto [status, body] = handle_(name);
    const auto text =
        fmt::format("HTTP/1.1 {} x\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
    return ::send(peer, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }

  Handle handle_;
  LoopbackListener listener_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::thread thread_;
};

class OpeningTest : public testing::Test {
 protected:
  void SetUp() override {
    ledger_ = open_ledger_for_test(home_.path(), disk_).value();
    ASSERT_TRUE(ledger_->append(entries_for_test(0, kEntries)));
    ASSERT_TRUE(ledger_->checkpoint_now());
  }
  // What an honest server says.
  std::pair<int, std::string> honest(const std::string& name) {
    const auto bytes = name.starts_with("opening/")
                           ? ledger_->opening(LeafIndex{std::stoull(name.substr(8))})
                           : DirectorySource(home_.path()).read(name);
    if (!bytes) return {404, "{}"};
    return {200, std::string(text_of(*bytes))};
  }
  int open(const std::string& source, const std::string& index, const std::string& more = {}) {
    CLI::App app;
    Chosen chosen;
    add_ledger(app, chosen);
    app.parse(fmt::format("ledger opening {} --source {} --token TOKEN --key {} {}", index, source,
                          ledger_->verifier_key(), more));
    return chosen.run();
  }
  int open_by_environment(const std::string& source) {
    CLI::App app;
    Chosen chosen;
    add_ledger(app, chosen);
    setenv(kTokenVariable, "TOKEN", 1);
    app.parse(fmt::format("ledger opening 0 --source {} --key {} --json", source,
                          ledger_->verifier_key()));
    unsetenv(kTokenVariable);
    return chosen.run();
  }
  // What `change` makes of an honest answer is refused, and nothing of it is shown.
  void expect_refused(std::uint64_t index,
                      std::function<void(const std::string& name, std::string& body)> change) {
    const FakeLedgerServer server([&](const std::string& name) {
      auto answer = honest(name);
      change(name, answer.second);
      return answer;
    });
    testing::internal::CaptureStdout();
    EXPECT_EQ(open(server.url(), std::to_string(index)), kFailed);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  }

  TestDirectory home_;
  PosixDisk disk_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(OpeningTest, TheTokenNeedNotStandOnTheCommandLine) {
  const FakeLedgerServer server([&](const std::string& name) { return honest(name); });
  testing::internal::CaptureStdout();
  EXPECT_EQ(open_by_environment(server.url()), kDone);
  EXPECT_NE(testing::internal::GetCapturedStdout(), "");
}

TEST_F(OpeningTest, ShowsWhatItCheckedAndAsksForOneOpening) {
  const FakeLedgerServer server([&](const std::string& name) { return honest(name); });
  const auto entries = entries_for_test(0, kEntries);
  for (const std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{255}, std::uint64_t{256}, kEntries - 1}) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(open(server.url(), std::to_string(index), "--json"), kDone);
    const auto told = boost::json::parse(testing::internal::GetCapturedStdout());
    const auto& entry = entries[index];
    EXPECT_EQ(told.at("index").to_number<std::uint64_t>(), index);
    EXPECT_EQ(told.at("kind").as_string(), name_of(entry.kind));
    EXPECT_EQ(told.at("principal").to_number<std::uint32_t>(), entry.principal.value);
    EXPECT_EQ(told.at("session").to_number<std::uint32_t>(), entry.session.value);
    EXPECT_EQ(told.at("network").to_number<std::uint32_t>(), entry.network.value);
    EXPECT_EQ(told.at("case").to_number<std::uint32_t>(), entry.case_number.value);
    EXPECT_EQ(told.at("detail").as_string().size(), 2 * entry.detail.size());
  }
  EXPECT_EQ(std::ranges::count_if(server.asked(),
                                  [](const auto& name) { return name.starts_with("opening/"); }),
            4);
  testing::internal::CaptureStdout();
  EXPECT_EQ(open(server.url(), "7"), kDone);
  EXPECT_NE(testing::internal::GetCapturedStdout().find("principal  "), std::string::npos);
}

TEST_F(OpeningTest, WhatDoesNotOpenItsLeafIsNotShown) {
  const auto is_opening = [](const std::string& name) { return name.starts_with("opening/"); };
  for (std::size_t at : {0u, 15u, 16u, 30u}) {
    expect_refused(3, [&](const auto& name, std::string& body) {
      if (is_opening(name)) body[at] = static_cast<char>(body[at] ^ 1);
    });
  }
  expect_refused(3, [&](const auto& name, std::string& body) {
    if (is_opening(name)) body.pop_back();
  });
  expect_refused(3, [&](const auto& name, std::string& body) {
    if (is_opening(name)) body += '\0';
  });
  expect_refused(3, [&](const auto& name, std::string& body) {
    if (is_opening(name)) body = "short";
  });
  expect_refused(3, [&](const auto& name, std::string& body) {  // of another entry
    if (is_opening(name)) body = honest("opening/4").second;
  });
}

TEST_F(OpeningTest, ALeafThatTheSignedTreeDoesNotHoldIsNotShown) {
  // Leaf and opening of another entry, which fit each other.
  expect_refused(3, [&](const auto& name, std::string& body) {
    constexpr std::size_t kItemBytes = 2 + kLeafBytes;
    if (name == "tile/entries/000")
      body.replace(3 * kItemBytes, kItemBytes, body.substr(4 * kItemBytes, kItemBytes));
    if (name.starts_with("opening/")) body = honest("opening/4").second;
  });
  expect_refused(3, [&](const auto& name, std::string& body) {
    if (name == "checkpoint") body[body.size() - 10] ^= 1;
  });
  expect_refused(3, [&](const auto& name, std::string& body) {
    if (name.starts_with("tile/0/")) body[0] = static_cast<char>(body[0] ^ 1);
  });
}

TEST_F(OpeningTest, WhatCannotBeOpenedIsSaid) {
  const FakeLedgerServer server([&](const std::string& name) { return honest(name); });
  EXPECT_EQ(open(server.url(), std::to_string(kEntries)), kFailed);
  EXPECT_EQ(open(server.url(), "18446744073709551615"), kFailed);
  for (const auto& name : server.asked()) EXPECT_EQ(name, "checkpoint");  // nothing was opened
  EXPECT_EQ(open(home_.path(), "3"), kFailed);                            // a folder has no auditor
  for (const int status : {400, 401, 404, 429, 500}) {
    const FakeLedgerServer refusing([&](const std::string& name) {
      return name.starts_with("opening/") ? std::pair<int, std::string>(status, "{}")
                                          : honest(name);
    });
    EXPECT_EQ(open(refusing.url(), "3"), kFailed) << status;
  }
}

}  // namespace
}  // namespace bulkhead::cli
