#include "supervisor/relay.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/bytes.h"
#include "base/descriptor.h"

namespace bulkhead {
namespace {

Bytes pattern(std::size_t size, unsigned seed) {
  Bytes bytes(size);
  for (auto& byte : bytes) {
    seed = seed * 1'103'515'245 + 12'345;
    byte = static_cast<std::uint8_t>(seed >> 16);
  }
  return bytes;
}

void send_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

Bytes receive(int fd, std::size_t size) {
  Bytes bytes(size);
  std::size_t filled = 0;
  while (filled < size) {
    const auto got = recv(fd, bytes.data() + filled, size - filled, 0);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

// The relay in a thread of its own, with the far ends of keeper and front.
class RelayTest : public testing::Test {
 protected:
  void start(int tap_file) {
    int keeper[2], front[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, keeper), 0);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, front), 0);
    keeper_.reset(keeper[0]);
    front_.reset(front[0]);
    thread_ = std::thread([this, near = keeper[1], far = front[1], tap_file] {
      result_ = run_relay(near, far, tap_file);
    });
  }
  int end() {
    thread_.join();
    return result_;
  }
  Descriptor keeper_, front_;
  std::thread thread_;
  int result_ = -1;
};

// Far more than kRelayBufferBytesMax both ways at once: neither side waits for the other for ever,
// nothing is lost, and the tap holds what the keeper sent alone.
TEST_F(RelayTest, CopiesMoreThanItsBuffersHold) {
  const auto answers = pattern(20 * kRelayBufferBytesMax, 1),
             requests = pattern(20 * kRelayBufferBytesMax, 2);
  const Descriptor tap(memfd_create("tap", 0));
  start(dup(tap.get()));
  std::thread from_keeper([&] { send_all(keeper_.get(), answers); });
  std::thread from_front([&] { send_all(front_.get(), requests); });
  Bytes at_keeper;
  std::thread to_keeper([&] { at_keeper = receive(keeper_.get(), requests.size()); });
  EXPECT_TRUE(receive(front_.get(), answers.size()) == answers);
  to_keeper.join();
  EXPECT_TRUE(at_keeper == requests);
  from_keeper.join();
  from_front.join();
  front_.reset();
  EXPECT_EQ(end(), 0);
  Bytes tapped(answers.size() + 1);
  EXPECT_EQ(pread(tap.get(), tapped.data(), tapped.size(), 0),
            static_cast<ssize_t>(answers.size()));
  tapped.resize(answers.size());
  EXPECT_TRUE(tapped == answers);
}

TEST_F(RelayTest, EndsWithTheKeeper) {
  start(memfd_create("tap", 0));
  keeper_.reset();
  EXPECT_EQ(end(), 0);
  EXPECT_TRUE(receive(front_.get(), 1).empty());
}

// What cannot be noted is not passed on, or the drill's truth would have a hole.
TEST_F(RelayTest, PassesNothingOnThatItCannotNote) {
  start(open("/dev/full", O_WRONLY));
  send_all(keeper_.get(), Bytes(10));
  EXPECT_TRUE(receive(front_.get(), 10).empty());
  EXPECT_EQ(end(), 1);
}

}  // namespace
}  // namespace bulkhead
