#include "wire/mail_frame.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "base/descriptor.h"

namespace bulkhead::wire {
namespace {

class MailFrame : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_.reset(ends[0]);
    theirs_.reset(ends[1]);
  }
  Descriptor ours_, theirs_;
};

TEST_F(MailFrame, EmptyAndLargeFramesArriveWhole) {
  const Bytes large(3u << 20, 7);
  std::thread sender([&] {
    EXPECT_TRUE(write_mail_frame(ours_.get(), {}).has_value());
    EXPECT_TRUE(write_mail_frame(ours_.get(), large).has_value());
  });
  EXPECT_EQ(read_mail_frame(theirs_.get(), 10), Bytes());
  const auto got = read_mail_frame(theirs_.get(), large.size());
  sender.join();
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(*got, large);
}

TEST_F(MailFrame, ALargerFrameThanAllowedIsRefusedByItsLengthAlone) {
  const std::uint8_t head[] = {0xff, 0xff, 0xff, 0xff};
  ASSERT_EQ(send(ours_.get(), head, sizeof head, 0), 4);
  const auto got = read_mail_frame(theirs_.get(), 25u << 20);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, ErrorCode::kTooLarge);
}

TEST_F(MailFrame, AnEndThatIsGoneAndOneThatIsSilent) {
  const SystemClock clock;
  const auto silent = read_mail_frame(theirs_.get(), 10, {&clock, clock.boot_ms() + 20});
  ASSERT_FALSE(silent.has_value());
  EXPECT_EQ(silent.error().code, ErrorCode::kConflict);
  const std::uint8_t half[] = {0, 0};
  ASSERT_EQ(send(ours_.get(), half, sizeof half, 0), 2);
  ours_.reset();
  const auto gone = read_mail_frame(theirs_.get(), 10);
  ASSERT_FALSE(gone.has_value());
  EXPECT_EQ(gone.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(write_mail_frame(theirs_.get(), Bytes(10)).has_value());
}

TEST_F(MailFrame, WritingWaitsNoLongerThanItsDeadline) {
  const SystemClock clock;
  const auto written =
      write_mail_frame(ours_.get(), Bytes(8u << 20), {&clock, clock.boot_ms() + 20});
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace bulkhead::wire
