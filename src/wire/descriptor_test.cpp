#include "wire/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "wire/control_messages.h"
#include "wire/frame.h"
#include "wire/front_messages.h"

namespace bulkhead::wire {
namespace {

class DescriptorTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    left_.reset(ends[0]);
    right_.reset(ends[1]);
  }
  Descriptor left_, right_;
};

TEST_F(DescriptorTest, PassesAnOpenDescriptorBesideAFrame) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const Descriptor from(pipe_ends[0]);
  Descriptor to(pipe_ends[1]);
  Bytes frame;
  put_frame(frame, {static_cast<std::uint16_t>(Op::kNewChannel), 0, {}},
            encode(NewChannel{Face::kApi, 5, 6}));
  ASSERT_TRUE(send_with_descriptor(left_.get(), frame, to.get()));
  to.reset();

  Bytes buffer(4096);
  const auto received = receive_with_descriptor(right_.get(), buffer);
  ASSERT_TRUE(received);
  ASSERT_EQ(received->bytes, frame.size());
  ASSERT_TRUE(received->descriptor);
  EXPECT_EQ(fcntl(received->descriptor.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  ASSERT_EQ(write(received->descriptor.get(), "x", 1), 1);
  char byte = 0;
  ASSERT_EQ(read(from.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

// The n-th descriptor belongs to the n-th frame that must have one, however the reads cut the
// stream.
TEST_F(DescriptorTest, DescriptorsKeepTheirOrder) {
  for (int i = 0; i < 3; ++i) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const Descriptor from(pipe_ends[0]), to(pipe_ends[1]);
    const char name = static_cast<char>('a' + i);
    ASSERT_EQ(write(to.get(), &name, 1), 1);
    const Bytes bytes(5, static_cast<std::uint8_t>(name));
    ASSERT_TRUE(send_with_descriptor(left_.get(), bytes, -1));
    ASSERT_TRUE(send_with_descriptor(left_.get(), bytes, from.get()));
  }
  std::string order;
  std::size_t total = 0;
  Bytes buffer(4096);
  while (total < 30) {
    const auto received = receive_with_descriptor(right_.get(), buffer);
    ASSERT_TRUE(received);
    ASSERT_GT(received->bytes, 0u);
    total += received->bytes;
    char byte = 0;
    if (received->descriptor && read(received->descriptor.get(), &byte, 1) == 1) order += byte;
  }
  EXPECT_EQ(order, "abc");
}

TEST_F(DescriptorTest, RefusesMoreThanOneDescriptorInAMessage) {
  std::array<char, CMSG_SPACE(2 * sizeof(int))> space{};
  char byte = 'x';
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  auto* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(2 * sizeof(int));
  const int two[2] = {left_.get(), right_.get()};
  std::memcpy(CMSG_DATA(head), two, sizeof two);
  ASSERT_EQ(sendmsg(left_.get(), &message, 0), 1);
  const int next_free = dup(0);
  close(next_free);
  Bytes buffer(16);
  const auto received = receive_with_descriptor(right_.get(), buffer);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::kMalformed);
  const Descriptor still_free(dup(0));
  EXPECT_EQ(still_free.get(), next_free) << "a refused descriptor stayed open";
}

TEST_F(DescriptorTest, TellsNothingYetFromClosed) {
  Bytes buffer(16);
  auto received = receive_with_descriptor(right_.get(), buffer);
  ASSERT_TRUE(received);
  EXPECT_TRUE(received->again);
  left_.reset();
  received = receive_with_descriptor(right_.get(), buffer);
  ASSERT_TRUE(received);
  EXPECT_FALSE(received->again);
  EXPECT_EQ(received->bytes, 0u);
}

TEST_F(DescriptorTest, SendingToNobodyIsUnavailable) {
  right_.reset();
  const auto sent = send_with_descriptor(left_.get(), Bytes(1), -1);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kUnavailable);
}

TEST(ControlMessages, GoldenFrames) {
  EXPECT_EQ(encode(NewChannel{Face::kAdmin, 0x01020304, 0x05060708}),
            (Bytes{3, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(encode(Drain{}), (Bytes{1}));
  EXPECT_EQ(encode(KeeperReady{{"ab"}, true}), (Bytes{0, 2, 'a', 'b', 1}));
  EXPECT_FALSE(decode<NewChannel>(Bytes{5, 1, 2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
}  // namespace bulkhead::wire
