// bulkhead ledger anchor against witnesses that do not mean well, through the command line.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <thread>

#include "base/descriptor.h"
#include "cli/commands.h"
#include "cli/listener_for_test.h"
#include "cli/output.h"
#include "ledger/cosignature.h"
#include "ledger/ledger_for_test.h"
#include "ledger/note.h"

namespace bulkhead::cli {
namespace {

constexpr std::string_view kName = "witness.example";
constexpr std::uint64_t kTimeS = 1'767'225'600;
constexpr std::string_view kDrips = "drips";

// Answers each request by a function of the test's; nothing it says need be HTTP.
class FakeWitness {
 public:
  // Gets the body of add-checkpoint; answers raw bytes. Empty: it stays silent. kDrips: a byte now
  // and then, for ever.
  using Handle = std::function<std::string(const std::string& body)>;

  explicit FakeWitness(Handle handle) : handle_(std::move(handle)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeWitness() {
    ended_ = true;
    listener_.shut();
    thread_.join();
  }
  std::string url() const { return fmt::format("http://witness.localhost:{}", listener_.port()); }
  int requests() const { return requests_; }

  static std::string http(int status, std::string_view body) {
    return fmt::format("HTTP/1.1 {} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                       body.size(), body);
  }

 private:
  void serve() {
    while (!ended_) {
      const auto peer = listener_.accept();
      if (!peer) return;
      const auto answer = handle_(read_body(peer.get()));
      ++requests_;
      if (answer.empty()) read_body(peer.get());  // until the other end gives up
      if (answer == kDrips) {
        drip(peer.get());
        continue;
      }
      for (std::size_t at = 0; at < answer.size();) {
        const auto sent = ::send(peer.get(), answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += static_cast<std::size_t>(sent);
      }
    }
  }
  void drip(int peer) const {
    std::string_view text = "HTTP/1.1 200 x\r\nServer: slow";
    while (!ended_ && ::send(peer, text.data(), text.size(), MSG_NOSIGNAL) > 0) {
      text = "w";
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }
  static std::string read_body(int peer) {
    std::string text;
    std::array<char, 4096> part;
    for (;;) {
      const auto head = text.find("\r\n\r\n");
      const auto length = text.find("Content-Length: ");
      if (head != std::string::npos && length != std::string::npos) {
        const auto size = std::strtoul(text.c_str() + length + 16, nullptr, 10);
        if (text.size() >= head + 4 + size) return text.substr(head + 4, size);
      }
      const auto got = ::recv(peer, part.data(), part.size(), 0);
      if (got <= 0) return {};
      text.append(part.data(), static_cast<std::size_t>(got));
    }
  }

  Handle handle_;
  LoopbackListener listener_;
  std::atomic<int> requests_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

class AnchorTest : public testing::Test {
 protected:
  void SetUp() override {
    ledger_ = open_ledger_for_test(home_.path(), disk_).value();
    ASSERT_TRUE(ledger_->append(entries_for_test(0, 300)));
    ASSERT_TRUE(ledger_->checkpoint_now());
  }
  std::string key_of(const SigningKey& key) const {
    return NoteVerifier::create(kName, NoteKeyType::kCosignature, key.public_key())->text();
  }
  // The note of the request, cosigned: what an honest witness answers.
  static std::string cosignature(const std::string& body, const SigningKey& key) {
    const auto text = parse_note(body.substr(body.find("\n\n") + 2))->text;
    const auto whole = format_note({text, {cosign(text, kName, key, kTimeS).value()}}).value();
    return whole.substr(text.size() + 1);
  }
  int anchor(const FakeWitness& witness) {
    CLI::App app;
    Chosen chosen;
    add_ledger(app, chosen);
    app.parse(fmt::format(
        "ledger anchor --witness {} --witness-key {} --source {} --key {} "
        "--patience 1 {}",
        witness.url(), key_of(key_), home_.path(), ledger_->verifier_key(), file_.file("anchor")));
    return chosen.run();
  }
  std::string kept() const {
    const auto bytes = PosixDisk().read(file_.file("anchor"), 100'000);
    return bytes ? std::string(text_of(*bytes)) : std::string();
  }
  // It must fail, and what was kept before must stand.
  void expect_refused(FakeWitness::Handle handle) {
    const auto before = kept();
    const FakeWitness witness(std::move(handle));
    EXPECT_EQ(anchor(witness), kFailed);
    EXPECT_EQ(kept(), before);
    EXPECT_LE(witness.requests(), 2);
  }

  TestDirectory home_, file_;
  PosixDisk disk_;
  std::unique_ptr<Ledger> ledger_;
  SigningKey key_ = SigningKey::generate();
};

TEST_F(AnchorTest, AnHonestWitnessIsBelievedAndAHostileOneChangesNothing) {
  {
    const FakeWitness witness(
        [&](const std::string& body) { return FakeWitness::http(200, cosignature(body, key_)); });
    ASSERT_EQ(anchor(witness), kDone);
  }
  ASSERT_NE(kept().find(kName), std::string::npos);
  const auto stranger = SigningKey::generate();
  expect_refused([&](const auto& body) {  // a key that is not the witness's
    return FakeWitness::http(200, cosignature(body, stranger));
  });
  expect_refused([&](const auto& body) {  // of another text
    auto other = body;
    other.replace(other.find("\n300\n"), 5, "\n301\n");
    return FakeWitness::http(200, cosignature(other, key_));
  });
  for (const auto& junk :
       {std::string("junk"), std::string("HTTP/1.1 200 x\r\nContent-Length: -1\r\n\r\n"),
        FakeWitness::http(200, ""), FakeWitness::http(200, "\xe2\x80\x94 witness.example AAAA\n"),
        FakeWitness::http(200, std::string("\0\1\2\n", 4)), FakeWitness::http(500, "x"),
        FakeWitness::http(302, "")}) {
    expect_refused([&](const auto&) { return junk; });
  }
  expect_refused([&](const auto&) { return FakeWitness::http(200, std::string(1u << 20, 'a')); });
  expect_refused([](const auto&) {  // more than anybody reads
    return std::string("HTTP/1.1 200 x\r\nContent-Length: 99999999999\r\n\r\n");
  });
  expect_refused(
      [](const auto&) { return std::string("HTTP/1.1 200 x\r\n") + std::string(1u << 20, 'a'); });
}

TEST_F(AnchorTest, ASizeThatTheWitnessMakesUpLeadsNowhere) {
  for (const auto* said :
       {"301\n", "18446744073709551615\n", "18446744073709551616\n", "-1\n", "300", "abc\n", ""}) {
    expect_refused([&](const auto&) { return FakeWitness::http(409, said); });
  }
  // One that says an old size again and again is asked once more, not for ever.
  expect_refused([](const auto&) { return FakeWitness::http(409, "7\n"); });
}

TEST_F(AnchorTest, ASlowWitnessIsNotWaitedForForEver) {
  for (const auto answer : {std::string_view(), kDrips}) {
    const auto begun = std::chrono::steady_clock::now();
    expect_refused([&](const auto&) { return std::string(answer); });
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  }
}

}  // namespace
}  // namespace bulkhead::cli
